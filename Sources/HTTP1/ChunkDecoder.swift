import Bytes
import HTTPModel

/// Takes the chunked coding (RFC 9112, section 7.1) off one body, and reads its trailers.
struct ChunkDecoder {
    private enum State {
        case line
        /// This many bytes of a chunk follow.
        case data(UInt64)
        /// The CRLF after the data of a chunk; `true` when its CR has come.
        case dataEnd(Bool)
        case trailers
    }

    private var state = State.line
    /// A chunk line that did not come in one piece.
    private var line: [UInt8] = []
    /// What chunk lines have cost beyond their allowance; see `HTTP1Limits.chunkOverheadBytesMax`.
    private var overhead = 0
    private var trailers = SectionReader()

    mutating func next(
        _ input: Span<UInt8>, _ position: inout Int, limits: HTTP1Limits
    ) throws(DecodeError) -> BodyEvent {
        while position < input.count {
            switch state {
            case .line:
                try readChunkLine(input, &position, limits: limits)
            case .data(let count):
                let run = BodyDecoder.run(input, &position, upTo: count)
                let left = count - UInt64(run.count)
                state = left == 0 ? .dataEnd(false) : .data(left)
                return .body(run)
            case .dataEnd(let sawReturn):
                let wanted = sawReturn ? ASCII.lineFeed : ASCII.carriageReturn
                guard input[position] == wanted else { throw .malformed("chunk data without its CRLF") }
                position += 1
                state = sawReturn ? .line : .dataEnd(true)
            case .trailers:
                guard let fields = try readTrailers(input, &position, limits: limits) else { break }
                return .end(trailers: fields)
            }
        }
        return .needsInput
    }

    private mutating func readChunkLine(
        _ input: Span<UInt8>, _ position: inout Int, limits: HTTP1Limits
    ) throws(DecodeError) {
        let start = position
        let room = limits.chunkLineBytesMax - line.count
        let limit = min(input.count, start + room)
        guard let lineFeed = input.firstIndex(of: ASCII.lineFeed, in: start..<limit) else {
            if limit - start == room { throw .malformed("chunk line too long") }
            line.append(input.extracting(start..<limit))
            position = limit
            return
        }
        position = lineFeed + 1
        if line.isEmpty {
            try take(input.extracting(start..<position), limits: limits)
        } else {
            line.append(input.extracting(start..<position))
            let whole = line
            line.removeAll(keepingCapacity: true)
            try take(whole.span, limits: limits)
        }
    }

    /// `whole` ends with the LF.
    private mutating func take(_ whole: Span<UInt8>, limits: HTTP1Limits) throws(DecodeError) {
        let end = whole.count - 2
        guard end >= 0, whole[end] == ASCII.carriageReturn else {
            throw .malformed("chunk line ends with a bare LF")
        }
        let size = try ChunkLine.size(whole.extracting(0..<end))
        let allowance = 16 + 2 * Int(min(size, 1 << 32))
        overhead = max(0, overhead + whole.count - allowance)
        guard overhead <= limits.chunkOverheadBytesMax else { throw .malformed("too much chunk overhead") }
        state = size == 0 ? .trailers : .data(size)
    }

    private mutating func readTrailers(
        _ input: Span<UInt8>, _ position: inout Int, limits: HTTP1Limits
    ) throws(DecodeError) -> Fields? {
        let tooLong = DecodeError(status: 431, reason: "trailers too long")
        let section = try trailers.read(
            input, &position, bytesMax: limits.trailerBytesMax, tooLong: tooLong, firstLineTooLong: tooLong)
        guard let section else { return nil }
        let parsed = try FieldSection(section.span, from: 0, fieldsMax: limits.fieldsMax)
        for entry in parsed.entries where TrailerRule.isForbidden(section[entry.name]) {
            throw .malformed("field that cannot be a trailer")
        }
        return Fields(bytes: section, entries: parsed.entries, areDecoded: true)
    }
}

import Bytes
import HTTPModel

/// What a `BodyDecoder` found.
enum BodyEvent {
    case needsInput
    /// Body bytes, as a range of the input.
    case body(Range<Int>)
    case end(trailers: Fields)
}

/// Takes the coding off one body; knows nothing of heads.
struct BodyDecoder {
    private enum State {
        /// This many bytes follow, then the end.
        case length(UInt64)
        case untilClose
        case chunkLine
        /// This many bytes of a chunk follow.
        case chunkData(UInt64)
        /// The CRLF after the data of a chunk; `true` when its CR has come.
        case chunkEnd(Bool)
        case trailers
    }

    private var state: State
    /// A chunk line that did not come in one piece.
    private var line: [UInt8] = []
    /// What chunk lines have cost beyond their allowance; see `HTTP1Limits.chunkOverheadBytesMax`.
    private var overhead = 0
    private var trailers = SectionReader()

    init(_ framing: BodyFraming) {
        switch framing {
        case .none: state = .length(0)
        case .length(let count): state = .length(count)
        case .chunked: state = .chunkLine
        case .untilClose: state = .untilClose
        }
    }

    /// What follows with Content-Length; nil when that is not known.
    var remaining: UInt64? {
        if case .length(let count) = state { return count }
        return nil
    }

    /// True if the end of input is a proper end of the body.
    var mayEndHere: Bool {
        switch state {
        case .length(let count): count == 0
        case .untilClose: true
        default: false
        }
    }

    mutating func next(
        _ input: Span<UInt8>, _ position: inout Int, limits: HTTP1Limits
    ) throws(DecodeError) -> BodyEvent {
        if case .length(0) = state { return .end(trailers: Fields()) }
        while position < input.count {
            switch state {
            case .length(let count):
                let run = Self.run(input, &position, upTo: count)
                state = .length(count - UInt64(run.count))
                return .body(run)
            case .untilClose:
                return .body(Self.run(input, &position, upTo: .max))
            case .chunkLine:
                try readChunkLine(input, &position, limits: limits)
            case .chunkData(let count):
                let run = Self.run(input, &position, upTo: count)
                let left = count - UInt64(run.count)
                state = left == 0 ? .chunkEnd(false) : .chunkData(left)
                return .body(run)
            case .chunkEnd(let sawReturn):
                let wanted = sawReturn ? ASCII.lineFeed : ASCII.carriageReturn
                guard input[position] == wanted else { throw .malformed("chunk data without its CRLF") }
                position += 1
                state = sawReturn ? .chunkLine : .chunkEnd(true)
            case .trailers:
                guard let fields = try readTrailers(input, &position, limits: limits) else { break }
                return .end(trailers: fields)
            }
        }
        return .needsInput
    }

    private static func run(_ input: Span<UInt8>, _ position: inout Int, upTo count: UInt64) -> Range<Int> {
        let start = position
        position += Int(min(count, UInt64(input.count - start)))
        return start..<position
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
        state = size == 0 ? .trailers : .chunkData(size)
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
        return Fields(bytes: section, entries: parsed.entries)
    }
}

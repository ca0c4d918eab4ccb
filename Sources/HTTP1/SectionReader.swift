import Bytes

/// Gathers lines up to and including an empty one: a head, or trailers. A section that lies whole in the input is
/// found there and copied once; one that comes in pieces is kept, bounded, and no byte of it is scanned twice.
struct SectionReader {
    private var stored: [UInt8] = []
    private var linesEnded = 0
    /// Bytes of the unfinished last line that are in `stored`.
    private var lineBytes = 0

    /// Nothing of a section has been read.
    var isEmpty: Bool { stored.isEmpty }

    /// Returns the section, in which every LF follows a CR and which ends with CRLF; nil when all input is taken
    /// and the empty line has not come. A section of more than `bytesMax` bytes throws `tooLong`, or
    /// `firstLineTooLong` when not even its first line ends within them.
    mutating func read(
        _ input: Span<UInt8>, _ position: inout Int, bytesMax: Int, tooLong: DecodeError,
        firstLineTooLong: DecodeError
    ) throws(DecodeError) -> [UInt8]? {
        let start = position
        let room = bytesMax - stored.count
        let limit = min(input.count, start + room)
        var lineStart = start
        while let lineFeed = input.firstIndex(of: ASCII.lineFeed, in: lineStart..<limit) {
            let before = lineFeed > start ? input[lineFeed - 1] : stored.last
            guard before == ASCII.carriageReturn else { throw .malformed("line ends with a bare LF") }
            lineBytes += lineFeed + 1 - lineStart
            lineStart = lineFeed + 1
            if lineBytes == 2 {
                position = lineStart
                return take(input.extracting(start..<lineStart))
            }
            linesEnded += 1
            lineBytes = 0
        }
        if limit - start == room { throw linesEnded == 0 ? firstLineTooLong : tooLong }
        lineBytes += limit - lineStart
        stored.append(input.extracting(start..<limit))
        position = limit
        return nil
    }

    private mutating func take(_ rest: Span<UInt8>) -> [UInt8] {
        var section: [UInt8]
        if stored.isEmpty {
            section = [UInt8](rest)
        } else {
            section = stored
            stored = []
            section.append(rest)
        }
        linesEnded = 0
        lineBytes = 0
        return section
    }
}

import Bytes

/// Gathers lines up to and including an empty one: a head, or trailers. A section that lies whole in the input is
/// found there and copied once; one that comes in pieces is kept, bounded, and no byte of it is scanned twice.
struct SectionReader {
    private var stored: [UInt8] = []

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
        let piece = input.extracting(start..<min(input.count, start + room))
        var next = 0
        while let lineFeed = piece.endOfLines(from: next) {
            guard byte(lineFeed - 1, piece) == ASCII.carriageReturn else {
                throw .malformed("line ends with a bare LF")
            }
            next = lineFeed + 1
            let before = byte(lineFeed - 2, piece)
            if before == nil || before == ASCII.lineFeed {
                position = start + next
                return take(piece.extracting(0..<next))
            }
        }
        if piece.count == room { throw hasLine(piece) ? tooLong : firstLineTooLong }
        stored.append(piece)
        position = start + piece.count
        return nil
    }

    /// The byte at `index` of `piece`, before whose first stands what is stored.
    private func byte(_ index: Int, _ piece: Span<UInt8>) -> UInt8? {
        if index >= 0 { return piece[index] }
        let place = stored.count + index
        return place >= 0 ? stored[place] : nil
    }

    private func hasLine(_ piece: Span<UInt8>) -> Bool {
        stored.contains(ASCII.lineFeed)
            || piece.firstIndex(of: ASCII.lineFeed, in: 0..<piece.count) != nil
    }

    private mutating func take(_ rest: Span<UInt8>) -> [UInt8] {
        if stored.isEmpty { return [UInt8](rest) }
        var section: [UInt8] = []
        swap(&section, &stored)
        section.append(rest)
        return section
    }
}

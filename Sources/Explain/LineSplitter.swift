package import Bytes

/// Cuts what is read from a log into lines. It holds at most one unfinished line, of bounded size.
package struct LineSplitter: Sendable {
    /// No line of ours is longer than an eighth of this.
    package static let lineBytesMax = 64 * 1024

    private var rest: [UInt8] = []
    /// The line that is being read is too long; what is left of it is skipped.
    private var isSkipping = false
    /// Lines that were too long to be read.
    package private(set) var overlong = 0

    package init() {}

    /// The lines that end in this piece, without their line feeds; empty ones are left out.
    package mutating func take(_ piece: ByteSlice) -> [ByteSlice] {
        var lines: [ByteSlice] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: ASCII.lineFeed) {
            if let line = ended(by: piece[start..<end]) { lines.append(line) }
            start = end + 1
        }
        keep(piece[start...])
        return lines
    }

    /// What came after the last line feed, such as a line that is being written; nil when there is nothing.
    package mutating func takeRest() -> ByteSlice? {
        defer { rest = [] }
        return rest.isEmpty || isSkipping ? nil : rest[...]
    }

    private mutating func ended(by tail: ByteSlice) -> ByteSlice? {
        defer {
            rest = []
            isSkipping = false
        }
        guard !isSkipping else { return nil }
        guard rest.count + tail.count <= Self.lineBytesMax else {
            overlong += 1
            return nil
        }
        let line = rest.isEmpty ? tail : (rest + tail)[...]
        return line.isEmpty ? nil : line
    }

    private mutating func keep(_ piece: ByteSlice) {
        guard !isSkipping else { return }
        guard rest.count + piece.count <= Self.lineBytesMax else {
            rest = []
            isSkipping = true
            overlong += 1
            return
        }
        rest.append(contentsOf: piece)
    }
}

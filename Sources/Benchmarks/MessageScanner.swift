import Bytes

/// Finds where messages begin and end, as cheaply as can be, so that load and origin leave the processor to what is
/// measured. It looks at the first line and Content-Length only: both sides are programs of a benchmark, which send
/// well-formed messages without chunks.
struct MessageScanner {
    enum Event {
        case needsInput
        /// The second word of the first line as a number, without its slash: the status of an answer, the bytes
        /// that a request asks for. 0 if it is none.
        case head(Int)
        /// The message is complete; body bytes were passed over.
        case end
    }

    /// A head that did not come in one piece.
    private var partial: [UInt8] = []
    private var bodyLeft: UInt64 = 0
    private var isInBody = false

    /// Takes bytes from `input[position...]`.
    mutating func next(_ input: Span<UInt8>, _ position: inout Int) -> Event {
        if isInBody {
            let taken = min(bodyLeft, UInt64(input.count - position))
            position += Int(taken)
            bodyLeft -= taken
            guard bodyLeft == 0 else { return .needsInput }
            isInBody = false
            return .end
        }
        guard position < input.count else { return .needsInput }
        if partial.isEmpty, let found = Self.head(input.extracting(position..<input.count)) {
            position += found.end
            return begin(found)
        }
        let before = partial.count
        partial.append(input.extracting(position..<input.count))
        guard let found = Self.head(partial.span) else {
            position = input.count
            return .needsInput
        }
        position += found.end - before
        partial = []
        return begin(found)
    }

    private mutating func begin(_ found: Head) -> Event {
        isInBody = true
        bodyLeft = found.bodyBytes
        return .head(found.number)
    }

    private struct Head {
        let end: Int
        let number: Int
        let bodyBytes: UInt64
    }

    /// nil while it is not complete.
    private static func head(_ bytes: Span<UInt8>) -> Head? {
        var start = 0
        var number: Int?
        var length: UInt64 = 0
        while let end = bytes.firstIndex(of: ASCII.lineFeed, in: start..<bytes.count) {
            if end - start <= 1 {
                return Head(end: end + 1, number: number ?? 0, bodyBytes: length)
            }
            let line = bytes.extracting(start..<(end - 1))
            if number == nil {
                number = secondWord(line)
            } else if let value = contentLength(line) {
                length = value
            }
            start = end + 1
        }
        return nil
    }

    private static func secondWord(_ line: Span<UInt8>) -> Int {
        guard var start = line.firstIndex(of: ASCII.space, in: 0..<line.count) else { return 0 }
        start += 1
        let end = line.firstIndex(of: ASCII.space, in: start..<line.count) ?? line.count
        if start < end, line[start] == UInt8(ascii: "/") { start += 1 }
        return Decimal.parse(line.extracting(start..<end)).flatMap { Int(exactly: $0) } ?? 0
    }

    private static func contentLength(_ line: Span<UInt8>) -> UInt64? {
        let name: Literal = "content-length:"
        guard line.count > name.count, name.matchesIgnoringCase(line.extracting(0..<name.count)) else {
            return nil
        }
        return Array(line.extracting(name.count..<line.count))[...].trimmingBlanks().decimal
    }
}

package import Bytes

/// The characters that a text may have, as ranges of code points: `a-z0-9/._-`. A hyphen at either end stands for
/// itself, and after a backslash so does any character.
package struct AllowedCharacters: Sendable, Equatable {
    private var ascii = BitSet256()
    private var others: [ClosedRange<UInt32>] = []

    package init(_ text: String) throws(PatternFault) {
        guard !text.isEmpty else { throw PatternFault("must not be empty") }
        var rest = Array(text.unicodeScalars)[...]
        while let low = Self.take(&rest) {
            guard rest.count >= 2, rest.first == "-" else {
                add(low.value...low.value)
                continue
            }
            rest.removeFirst()
            guard let high = Self.take(&rest), high.value >= low.value else {
                throw PatternFault("a range that ends before it begins")
            }
            add(low.value...high.value)
        }
    }

    private static func take(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
        if rest.first == "\\", rest.count > 1 { rest.removeFirst() }
        return rest.popFirst()
    }

    private mutating func add(_ range: ClosedRange<UInt32>) {
        for value in range.clamped(to: 0...0x7F) where range.contains(value) { ascii.insert(Int(value)) }
        if range.upperBound > 0x7F { others.append(range) }
    }

    /// The first character of `text` that is not allowed; for bytes that are not UTF-8 the replacement character.
    package func firstStranger(in text: ByteSlice) -> Unicode.Scalar? {
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] < 0x80 else { return firstStrangerOfAny(in: text[index...]) }
            guard ascii.contains(Int(text[index])) else { return Unicode.Scalar(text[index]) }
            index += 1
        }
        return nil
    }

    private func firstStrangerOfAny(in text: ByteSlice) -> Unicode.Scalar? {
        guard text.isUTF8 else { return "\u{FFFD}" }
        return String(decoding: text, as: UTF8.self).unicodeScalars.first { scalar in
            scalar.value < 0x80
                ? !ascii.contains(Int(scalar.value)) : !others.contains { $0.contains(scalar.value) }
        }
    }
}

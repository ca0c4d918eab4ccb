/// A run of bytes inside a message that stays alive with it: taking one retains, and never copies.
@usableFromInline package typealias ByteSlice = ArraySlice<UInt8>

extension ArraySlice where Element == UInt8 {
    /// Byte for byte equal.
    @inlinable package func matches(_ literal: Literal) -> Bool { literal.matches(span) }

    /// Equal but for ASCII case.
    @inlinable package func matchesIgnoringCase(_ literal: Literal) -> Bool {
        literal.matchesIgnoringCase(span)
    }

    /// Starts with the text, byte for byte.
    @inlinable package func hasPrefix(_ literal: Literal) -> Bool {
        count >= literal.count && literal.matches(span.extracting(0..<literal.count))
    }

    /// Starts with the text but for ASCII case.
    @inlinable package func hasPrefixIgnoringCase(_ literal: Literal) -> Bool {
        count >= literal.count && literal.matchesIgnoringCase(span.extracting(0..<literal.count))
    }

    /// Without the blanks (SP, HTAB) at both ends.
    package func trimmingBlanks() -> ByteSlice {
        var slice = self
        while let first = slice.first, ASCII.isBlank(first) { slice.removeFirst() }
        while let last = slice.last, ASCII.isBlank(last) { slice.removeLast() }
        return slice
    }

    /// The bytes as text; bytes that are not UTF-8 are replaced, so this is for people, never for comparison.
    package var text: String { String(decoding: self, as: UTF8.self) }

    /// True when the bytes are well-formed UTF-8 (no overlong forms, no surrogates).
    package var isUTF8: Bool { (try? UTF8Span(validating: span)) != nil }

    /// A decimal number of digits only (no sign, no blank); nil when empty, malformed or above `UInt64.max`.
    package var decimal: UInt64? { Decimal.parse(span) }
}

/// Decimal numbers as protocols write them: digits only.
package enum Decimal {
    /// nil when empty, when a byte is not a digit, or above `UInt64.max`.
    package static func parse(_ bytes: Span<UInt8>) -> UInt64? {
        guard !bytes.isEmpty else { return nil }
        var value: UInt64 = 0
        for index in 0..<bytes.count {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(bytes[index] &- ASCII.zero))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// Appends `value` in decimal without making a `String`.
    package static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var divisor: UInt64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(ASCII.zero &+ UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

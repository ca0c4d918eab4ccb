/// A short ASCII text fixed at compile time (a field name, a method, a parameter name) that is compared with
/// received bytes without making a `String` or touching a reference count.
@usableFromInline
package struct Literal: ExpressibleByStringLiteral, Sendable, Hashable, CustomStringConvertible {
    @usableFromInline let text: StaticString
    /// In bytes; stored, because it is asked far more often than anything else.
    @usableFromInline package let count: Int

    /// One bit, chosen by the length and the last byte in any case: texts whose marks differ are not equal.
    @usableFromInline package let mark: UInt64

    @inlinable package init(stringLiteral value: StaticString) {
        precondition(value.hasPointerRepresentation, "a literal is longer than one scalar")
        text = value
        count = value.utf8CodeUnitCount
        mark = value.withUTF8Buffer { unsafe Self.mark(of: $0.span) }
    }

    /// The mark of any text.
    @inlinable package static func mark(of text: Span<UInt8>) -> UInt64 {
        guard !text.isEmpty else { return 1 }
        return 1 &<< UInt64(truncatingIfNeeded: 5 &* text.count &+ Int(text[text.count - 1] | 0x20))
    }

    @inlinable package var description: String { text.description }

    /// The bytes, for a caller that copies them.
    @inlinable package func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R {
        text.withUTF8Buffer { buffer in unsafe body(buffer.span) }
    }

    /// Byte for byte equal.
    @inlinable package func matches(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count == count else { return false }
        return withBytes { own in
            for index in 0..<own.count where own[index] != bytes[index] { return false }
            return true
        }
    }

    /// Equal but for ASCII case.
    @inlinable package func matchesIgnoringCase(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count == count else { return false }
        return withBytes { $0.isEqualIgnoringCase(to: bytes) }
    }

    @inlinable package static func == (left: Literal, right: Literal) -> Bool {
        right.withBytes { left.matches($0) }
    }

    @inlinable package func hash(into hasher: inout Hasher) {
        withBytes { for index in 0..<$0.count { hasher.combine($0[index]) } }
    }
}

extension Array where Element == UInt8 {
    /// Appends the text.
    @inlinable package mutating func append(_ literal: Literal) {
        literal.withBytes { append($0) }
    }

    /// Appends a copy of the bytes.
    @inlinable package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// A copy of the bytes.
    @inlinable package init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

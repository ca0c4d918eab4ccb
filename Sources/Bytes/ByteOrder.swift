extension Span where Element == UInt8 {
    /// True if these bytes come before `other` in the order of unsigned bytes, a prefix before what it begins; eight
    /// bytes at a step.
    @inlinable package func precedes(_ other: Span<UInt8>) -> Bool {
        let common = Swift.min(count, other.count)
        let left = unsafe bytes
        let right = unsafe other.bytes
        var index = 0
        while common - index >= 8 {
            let ours = unsafe left.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let theirs = unsafe right.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            if ours != theirs { return UInt64(bigEndian: ours) < UInt64(bigEndian: theirs) }
            index += 8
        }
        while index < common {
            if self[index] != other[index] { return self[index] < other[index] }
            index += 1
        }
        return count < other.count
    }
}

extension [UInt8] {
    /// See `Span.precedes`.
    @inlinable package func precedes(_ other: [UInt8]) -> Bool { span.precedes(other.span) }
}

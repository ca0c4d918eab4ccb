extension Span where Element == UInt8 {
    /// The first place in `range` that holds `byte`; eight bytes at a step.
    @inlinable package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let raw = unsafe bytes
        let pattern = UInt64(byte) &* Lanes.ones
        var index = range.lowerBound
        while range.upperBound - index >= 8 {
            let lanes = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let found = Lanes.zeros(UInt64(littleEndian: lanes) ^ pattern)
            if found != 0 { return index + found.trailingZeroBitCount &>> 3 }
            index += 8
        }
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// Where the `tchar`s that begin at `start` end. Nearly all of a name are letters, digits and hyphens.
    @inlinable package func endOfToken(from start: Int) -> Int {
        var index = endOfLabel(from: start)
        while index < count, ASCII.isToken(self[index]) { index = endOfLabel(from: index + 1) }
        return index
    }

    /// Equal but for ASCII case; eight bytes at a step.
    @inlinable package func isEqualIgnoringCase(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let (left, right) = unsafe (bytes, other.bytes)
        var index = 0
        while count - index >= 8 {
            let ours = unsafe left.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let theirs = unsafe right.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            if ours != theirs, Lanes.lowercased(ours) != Lanes.lowercased(theirs) { return false }
            index += 8
        }
        while index < count {
            if ASCII.lowercased(self[index]) != ASCII.lowercased(other[index]) { return false }
            index += 1
        }
        return true
    }

    /// Where the ASCII letters, digits and hyphens that begin at `start` end; eight bytes at a step.
    @inlinable package func endOfLabel(from start: Int) -> Int {
        let raw = unsafe bytes
        var index = start
        while count - index >= 8 {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let others = Lanes.neitherAlphanumericNorHyphen(UInt64(littleEndian: word))
            if others != 0 { return index + others.trailingZeroBitCount &>> 3 }
            index += 8
        }
        while index < count, ASCII.isAlphanumeric(self[index]) || self[index] == ASCII.hyphen { index += 1 }
        return index
    }

    /// The first control byte in `range` (C0 or DEL) that is not HTAB: where a field value must end.
    @inlinable package func firstControl(in range: Range<Int>) -> Int? {
        let raw = unsafe bytes
        var index = range.lowerBound
        while range.upperBound - index >= 8 {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let lanes = UInt64(littleEndian: word)
            let found = Lanes.below(0x20, lanes) | Lanes.zeros(lanes ^ (Lanes.ones &* 0x7F))
            guard found != 0 else {
                index += 8
                continue
            }
            index += found.trailingZeroBitCount &>> 3
            if self[index] != ASCII.tab { return index }
            index += 1
        }
        while index < range.upperBound {
            if ASCII.isControl(self[index]), self[index] != ASCII.tab { return index }
            index += 1
        }
        return nil
    }
}

/// Eight bytes in one word. Of the marks in a result only the lowest is exact: a borrow can set marks above it.
@usableFromInline enum Lanes {
    @inlinable static var ones: UInt64 { 0x0101_0101_0101_0101 }
    @inlinable static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// Marks the bytes that are zero.
    @inlinable static func zeros(_ lanes: UInt64) -> UInt64 { (lanes &- ones) & ~lanes & highBits }

    /// With small letters in place of capital ones.
    @inlinable static func lowercased(_ lanes: UInt64) -> UInt64 {
        let low = lanes & ~highBits
        let capitals = (low &+ ones &* (0x80 - 0x41)) & ~(low &+ ones &* (0x80 - 0x5B)) & ~lanes & highBits
        return lanes | capitals &>> 2
    }

    /// Marks the bytes that are no ASCII letter, digit or hyphen; every mark is exact.
    @inlinable static func neitherAlphanumericNorHyphen(_ lanes: UInt64) -> UInt64 {
        // Without their high bits no sum of a byte reaches into the next one.
        let low = lanes & ~highBits
        let folded = low | ones &* 0x20
        let letters = (folded &+ ones &* (0x80 - 0x61)) & ~(folded &+ ones &* (0x80 - 0x7B))
        let digits = (low &+ ones &* (0x80 - 0x30)) & ~(low &+ ones &* (0x80 - 0x3A))
        let notHyphens = (low ^ ones &* 0x2D) &+ ones &* 0x7F
        return (~(letters | digits) & notHyphens | lanes) & highBits
    }

    /// Marks the bytes below `bound`, which is at most 128.
    @inlinable static func below(_ bound: UInt64, _ lanes: UInt64) -> UInt64 {
        (lanes &- ones &* bound) & ~lanes & highBits
    }
}

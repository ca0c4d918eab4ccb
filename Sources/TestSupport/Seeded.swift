/// Random choices that can be had again: the same for the same seed (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value &>> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value &>> 31)
    }
}

/// Bytes without a period that matters, the same for the same seed: one block again and again, from a place of the
/// seed's own. The block is made once, as making a byte takes a microsecond under a sanitizer.
package enum Pattern {
    /// A prime number of bytes: no power of two falls on the same byte again soon.
    private static let block: [UInt8] = {
        var random = SeededGenerator(seed: 1)
        return (0..<65_521).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }()

    package static func bytes(count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var start = Int(random.next() % UInt64(block.count))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            bytes.append(contentsOf: block[start...].prefix(count - bytes.count))
            start = 0
        }
        return bytes
    }
}

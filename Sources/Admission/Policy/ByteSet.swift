import Bytes

/// A set of 256 small numbers as bits: of byte values, or of the positions of an automaton.
typealias BitSet256 = SIMD4<UInt64>

extension SIMD4 where Scalar == UInt64 {
    /// The bytes that every text is made of.
    static var allBytes: BitSet256 { BitSet256(repeating: .max) }

    func contains(_ member: Int) -> Bool { self[member &>> 6] &>> UInt64(member & 63) & 1 == 1 }

    mutating func insert(_ member: Int) { self[member &>> 6] |= 1 &<< UInt64(member & 63) }

    mutating func remove(_ member: Int) { self[member &>> 6] &= ~(1 &<< UInt64(member & 63)) }

    init(byte: UInt8) {
        self.init()
        insert(Int(byte))
    }

    init(bytes: ClosedRange<UInt8>) {
        self.init()
        for byte in bytes { insert(Int(byte)) }
    }

    /// With both cases of each ASCII letter in it.
    var foldingCase: BitSet256 {
        var folded = self
        for byte in UInt8(0x41)...0x5A where contains(Int(byte)) || contains(Int(byte | 0x20)) {
            folded.insert(Int(byte))
            folded.insert(Int(byte | 0x20))
        }
        return folded
    }

    /// Every byte but these.
    var inverted: BitSet256 { ~self }
}

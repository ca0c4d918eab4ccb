/// Base 64 with the standard alphabet and padding (RFC 4648, section 4); strict: no white space, no missing
/// padding, no bits left over.
package enum Base64 {
    package static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] { encode([UInt8](bytes)) }

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var filled = 0
        for byte in bytes {
            group = group &<< 8 | UInt32(byte)
            filled += 1
            if filled == 3 {
                for shift in [18, 12, 6, 0] {
                    out.append(digit(UInt8(truncatingIfNeeded: group &>> UInt32(shift)) & 63))
                }
                group = 0
                filled = 0
            }
        }
        if filled > 0 {
            group &<<= UInt32(8 * (3 - filled))
            for place in 0..<4 {
                let value = UInt8(truncatingIfNeeded: group &>> UInt32(18 - 6 * place)) & 63
                out.append(place <= filled ? digit(value) : ASCII.equals)
            }
        }
        return out
    }

    /// nil when the text is not exactly what `encode` would have written.
    package static func decode(_ text: ByteSlice) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        return read(text) { out.append($0) } ? out : nil
    }

    /// How many bytes the text stands for; nil when it is not exactly what `encode` would have written.
    package static func decodedCount(_ text: ByteSlice) -> Int? {
        var count = 0
        return read(text) { _ in count += 1 } ? count : nil
    }

    @inline(__always) private static func read(_ text: ByteSlice, _ take: (UInt8) -> Void) -> Bool {
        guard text.count.isMultiple(of: 4) else { return false }
        var padding = 0
        if text.last == ASCII.equals { padding = text.dropLast().last == ASCII.equals ? 2 : 1 }
        var group: UInt32 = 0
        var bits = 0
        let digits = text.span
        for index in 0..<(digits.count - padding) {
            guard let value = value(digits[index]) else { return false }
            group = group &<< 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                take(UInt8(truncatingIfNeeded: group &>> UInt32(bits)))
            }
        }
        return group & (1 &<< UInt32(bits) &- 1) == 0
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 &+ value
        case 26..<52: 0x61 &+ (value &- 26)
        case 52..<62: 0x30 &+ (value &- 52)
        case 62: ASCII.plus
        default: ASCII.slash
        }
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        if ASCII.isUpper(byte) { return byte &- 0x41 }
        if ASCII.isLower(byte) { return byte &- 0x61 &+ 26 }
        if ASCII.isDigit(byte) { return byte &- 0x30 &+ 52 }
        if byte == ASCII.plus { return 62 }
        return byte == ASCII.slash ? 63 : nil
    }
}

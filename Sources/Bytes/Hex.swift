/// Base16 (RFC 4648, section 8).
@usableFromInline package enum Hex {
    /// The value of one digit, nil if it is none.
    @inlinable package static func value(_ byte: UInt8) -> UInt8? {
        if ASCII.isDigit(byte) { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// The digit for a value below 16.
    @inlinable package static func digit(_ value: UInt8, upper: Bool) -> UInt8 {
        value < 10 ? 0x30 &+ value : (upper ? 0x37 : 0x57) &+ value
    }

    /// Two digits a byte.
    package static func encode(_ bytes: some Sequence<UInt8>, upper: Bool = false) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digit(byte &>> 4, upper: upper))
            out.append(digit(byte & 15, upper: upper))
        }
        return out
    }

    /// nil when the count is odd or a byte is no digit.
    package static func decode(_ text: ByteSlice) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 2)
        var index = text.startIndex
        while index < text.endIndex {
            guard let high = value(text[index]), let low = value(text[index + 1]) else { return nil }
            out.append(high &<< 4 | low)
            index += 2
        }
        return out
    }
}

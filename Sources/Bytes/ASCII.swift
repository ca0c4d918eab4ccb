/// Bytes that HTTP and OSS give a meaning to, and the character classes of RFC 9110 and RFC 3986.
@usableFromInline package enum ASCII {
    @inlinable package static var tab: UInt8 { 0x09 }
    @inlinable package static var lineFeed: UInt8 { 0x0A }
    @inlinable package static var carriageReturn: UInt8 { 0x0D }
    @inlinable package static var space: UInt8 { 0x20 }
    @inlinable package static var quote: UInt8 { 0x22 }
    @inlinable package static var percent: UInt8 { 0x25 }
    @inlinable package static var ampersand: UInt8 { 0x26 }
    @inlinable package static var plus: UInt8 { 0x2B }
    @inlinable package static var comma: UInt8 { 0x2C }
    @inlinable package static var hyphen: UInt8 { 0x2D }
    @inlinable package static var dot: UInt8 { 0x2E }
    @inlinable package static var slash: UInt8 { 0x2F }
    @inlinable package static var zero: UInt8 { 0x30 }
    @inlinable package static var nine: UInt8 { 0x39 }
    @inlinable package static var colon: UInt8 { 0x3A }
    @inlinable package static var semicolon: UInt8 { 0x3B }
    @inlinable package static var equals: UInt8 { 0x3D }
    @inlinable package static var question: UInt8 { 0x3F }
    @inlinable package static var at: UInt8 { 0x40 }
    @inlinable package static var leftBracket: UInt8 { 0x5B }
    @inlinable package static var backslash: UInt8 { 0x5C }
    @inlinable package static var rightBracket: UInt8 { 0x5D }
    @inlinable package static var underscore: UInt8 { 0x5F }
    @inlinable package static var tilde: UInt8 { 0x7E }
    @inlinable package static var delete: UInt8 { 0x7F }

    @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    @inlinable package static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    @inlinable package static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    @inlinable package static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    @inlinable package static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isAlpha(byte) }
    /// SP or HTAB: the blanks of RFC 9110, section 5.6.3.
    @inlinable package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }
    /// A control byte: C0 or DEL.
    @inlinable package static func isControl(_ byte: UInt8) -> Bool { byte < space || byte == delete }

    @inlinable package static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }

    /// `tchar` of RFC 9110, section 5.6.2.
    @inlinable package static func isToken(_ byte: UInt8) -> Bool {
        // Almost every byte of a field name is one of these.
        if isAlpha(byte) || byte == hyphen { return true }
        let set = byte < 64 ? tokenLow : tokenHigh
        return byte < 128 && set &>> UInt64(byte & 63) & 1 == 1
    }

    /// Bit `b` set when byte `b` (0..<64) is a `tchar`: `! # $ % & ' * + - . 0-9`.
    @inlinable static var tokenLow: UInt64 { 0x03FF_6CFA_0000_0000 }
    /// Bit `b - 64` set when byte `b` (64..<128) is a `tchar`: `A-Z ^ _ \` a-z | ~`.
    @inlinable static var tokenHigh: UInt64 { 0x57FF_FFFF_C7FF_FFFE }
}

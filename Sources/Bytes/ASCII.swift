/// Bytes that HTTP and OSS give a meaning to, and the character classes of RFC 9110 and RFC 3986.
package enum ASCII {
    package static let tab: UInt8 = 0x09
    package static let lineFeed: UInt8 = 0x0A
    package static let carriageReturn: UInt8 = 0x0D
    package static let space: UInt8 = 0x20
    package static let quote: UInt8 = 0x22
    package static let percent: UInt8 = 0x25
    package static let ampersand: UInt8 = 0x26
    package static let plus: UInt8 = 0x2B
    package static let comma: UInt8 = 0x2C
    package static let hyphen: UInt8 = 0x2D
    package static let dot: UInt8 = 0x2E
    package static let slash: UInt8 = 0x2F
    package static let zero: UInt8 = 0x30
    package static let nine: UInt8 = 0x39
    package static let colon: UInt8 = 0x3A
    package static let semicolon: UInt8 = 0x3B
    package static let equals: UInt8 = 0x3D
    package static let question: UInt8 = 0x3F
    package static let at: UInt8 = 0x40
    package static let leftBracket: UInt8 = 0x5B
    package static let backslash: UInt8 = 0x5C
    package static let rightBracket: UInt8 = 0x5D
    package static let underscore: UInt8 = 0x5F
    package static let tilde: UInt8 = 0x7E
    package static let delete: UInt8 = 0x7F

    package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    package static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    package static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    package static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    package static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isAlpha(byte) }
    /// SP or HTAB: the blanks of RFC 9110, section 5.6.3.
    package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }
    /// A control byte: C0 or DEL.
    package static func isControl(_ byte: UInt8) -> Bool { byte < space || byte == delete }

    package static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }

    /// `tchar` of RFC 9110, section 5.6.2.
    package static func isToken(_ byte: UInt8) -> Bool {
        let set = byte < 64 ? tokenLow : tokenHigh
        return byte < 128 && set &>> UInt64(byte & 63) & 1 == 1
    }

    /// Bit `b` set when byte `b` (0..<64) is a `tchar`: `! # $ % & ' * + - . 0-9`.
    static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    /// Bit `b - 64` set when byte `b` (64..<128) is a `tchar`: `A-Z ^ _ \` a-z | ~`.
    static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE
}

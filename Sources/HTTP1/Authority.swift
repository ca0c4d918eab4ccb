import Bytes

/// The `host [":" port]` of a Host field or of an absolute-form target (RFC 3986, section 3.2).
enum Authority {
    /// True for a registered name, an IPv4 address or a bracketed IPv6 address, with a port of digits if there is
    /// a colon. User information, a path, blanks and commas (two Host fields joined by an intermediary) are not
    /// valid. Whether it names a bucket of ours is not decided here.
    static func isValid(_ text: Span<UInt8>) -> Bool {
        var index = 0
        if !text.isEmpty, text[0] == ASCII.leftBracket {
            guard let close = text.firstIndex(of: ASCII.rightBracket, in: 1..<text.count), close > 1 else {
                return false
            }
            for place in 1..<close {
                let byte = text[place]
                guard Hex.value(byte) != nil || byte == ASCII.colon || byte == ASCII.dot else { return false }
            }
            index = close + 1
        } else {
            // Nearly all of a name are letters, digits and hyphens.
            index = text.endOfLabel(from: 0)
            while index < text.count, isNameByte(text[index]) { index = text.endOfLabel(from: index + 1) }
        }
        guard index < text.count else { return true }
        guard text[index] == ASCII.colon, text.count - index <= 6 else { return false }
        for place in (index + 1)..<text.count where !ASCII.isDigit(text[place]) { return false }
        return true
    }

    /// `unreserved`, `%` and `sub-delims` without the comma.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        if PercentEncoding.isUnreserved(byte) { return true }
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"),
            UInt8(ascii: "="):
            return true
        default: return false
        }
    }
}

/// Percent-encoding (RFC 3986, section 2.1) as OSS reads and signs it.
@usableFromInline package enum PercentEncoding {
    /// What a `%` that is not followed by two hexadecimal digits does.
    package enum Malformed: Sendable {
        /// It stands for itself: OSS reads paths this way.
        case literal
        /// The whole text is refused.
        case refused
    }

    /// Decoded bytes; `+` stays a plus sign unless `plusIsSpace`. nil only when `malformed` is `.refused`.
    package static func decode(
        _ text: ByteSlice, malformed: Malformed = .literal, plusIsSpace: Bool = false
    ) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == ASCII.percent {
                if index + 2 < text.endIndex, let high = Hex.value(text[index + 1]),
                    let low = Hex.value(text[index + 2])
                {
                    out.append(high &<< 4 | low)
                    index += 3
                    continue
                }
                if malformed == .refused { return nil }
            }
            out.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
            index += 1
        }
        return out
    }

    /// True when `text` decodes to `literal`, byte for byte. It allocates nothing and stops at the first difference,
    /// so that looking for a name among many encoded ones stays cheap.
    package static func matches(_ text: Span<UInt8>, _ literal: Literal) -> Bool {
        let wanted = literal.count
        guard text.count >= wanted, text.count <= 3 * wanted else { return false }
        return literal.withBytes { own in
            var index = 0
            for place in 0..<own.count {
                guard index < text.count else { return false }
                var byte = text[index]
                index += 1
                if byte == ASCII.percent, index + 1 < text.count, let high = Hex.value(text[index]),
                    let low = Hex.value(text[index + 1])
                {
                    byte = high &<< 4 | low
                    index += 2
                }
                guard byte == own[place] else { return false }
            }
            return index == text.count
        }
    }

    /// All but `A-Z a-z 0-9 - _ . ~` (and `/` when kept) as upper-case escapes.
    package static func encode(_ bytes: some Sequence<UInt8>, keepingSlash: Bool) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes {
            if isUnreserved(byte) || keepingSlash && byte == ASCII.slash {
                out.append(byte)
            } else {
                out.append(ASCII.percent)
                out.append(Hex.digit(byte &>> 4, upper: true))
                out.append(Hex.digit(byte & 15, upper: true))
            }
        }
        return out
    }

    /// `unreserved` of RFC 3986, section 2.3.
    @inlinable package static func isUnreserved(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == ASCII.hyphen || byte == ASCII.underscore || byte == ASCII.dot
            || byte == ASCII.tilde
    }
}

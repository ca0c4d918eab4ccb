package import Bytes

/// Whom `X-Forwarded-For` names as the client, as far as those who wrote it are believed.
package struct ForwardedFor: Sendable, Equatable {
    package let client: ClientAddress
    /// An element that was needed is no address; it and what stands before it say nothing.
    package let isMalformed: Bool

    /// Each proxy adds at the end from whom it got the request. So the elements are read from the end of the last field, for
    /// as long as the one who added the next is in `trusted`, beginning with `connection`: the first who is not is the
    /// client. When all are trusted it is the first of them.
    package init(connection: ClientAddress, values: [ByteSlice], trusted: [AddressRange]) {
        var believed = connection
        for value in values.reversed() {
            var rest = value
            while !rest.isEmpty {
                guard trusted.contains(where: { $0.contains(believed) }) else {
                    (client, isMalformed) = (believed, false)
                    return
                }
                let comma = rest.lastIndex(of: ASCII.comma)
                let element = (comma.map { rest[($0 + 1)...] } ?? rest).trimmingBlanks()
                rest = comma.map { rest[..<$0] } ?? []
                // Elements without anything in them are no elements (RFC 9110, section 5.6.1).
                guard !element.isEmpty else { continue }
                guard let address = Self.address(element) else {
                    (client, isMalformed) = (believed, true)
                    return
                }
                believed = address
            }
        }
        (client, isMalformed) = (believed, false)
    }

    /// An address, which may be in brackets if it is one of IPv6, and may have a port as some proxies write it.
    private static func address(_ element: ByteSlice) -> ClientAddress? {
        if element.first == ASCII.leftBracket {
            guard let end = element.firstIndex(of: ASCII.rightBracket) else { return nil }
            let host = element[(element.startIndex + 1)..<end]
            guard host.contains(ASCII.colon), isPort(element[(end + 1)...]) else { return nil }
            return ClientAddress(strictly: host)
        }
        guard let colon = element.firstIndex(of: ASCII.colon), colon == element.lastIndex(of: ASCII.colon)
        else { return ClientAddress(strictly: element) }
        guard isPort(element[colon...]) else { return nil }
        return ClientAddress(strictly: element[..<colon])
    }

    /// Nothing, or a colon and a number.
    private static func isPort(_ text: ByteSlice) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        return text.first == ASCII.colon && (1...5).contains(digits.count) && digits.decimal != nil
    }
}

package import Bytes

/// The header with which a proxy says, before anything else on a connection, where the connection that it forwards comes
/// from: "The PROXY protocol", versions 1 and 2. Pure; it is read anew as more bytes come.
package struct ProxyHeader: Sendable, Equatable {
    /// nil where the proxy speaks for itself or cannot tell: the address is that of the connection.
    package let client: ClientAddress?
    /// Bytes of the header. What follows them is the connection's own.
    package let count: Int

    /// Why what has come cannot be such a header.
    package struct Malformed: Error, Sendable, Equatable {
        package let reason: String
    }

    /// No header is longer. Version 1 needs 107, version 2 little more than its addresses; what it adds about TLS and
    /// networks has been seen to take hundreds.
    package static let bytesMax = 4096

    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
    private static let beginning = Array("PROXY ".utf8)

    /// The header at the beginning of `bytes`; nil when more of it has to come.
    package static func read(_ bytes: ByteSlice) throws(Malformed) -> ProxyHeader? {
        if isBeginning(of: signature, bytes) { return try readVersion2(bytes) }
        if isBeginning(of: beginning, bytes) { return try readVersion1(bytes) }
        throw Malformed(reason: "no header of the PROXY protocol")
    }

    private static func isBeginning(of constant: [UInt8], _ bytes: ByteSlice) -> Bool {
        bytes.prefix(constant.count).elementsEqual(constant.prefix(bytes.count))
    }

    // MARK: Version 1

    /// With its line end; section 2.1.
    private static let lineBytesMax = 107

    private static func readVersion1(_ bytes: ByteSlice) throws(Malformed) -> ProxyHeader? {
        let start = bytes.prefix(lineBytesMax)
        guard let end = start.firstIndex(where: { $0 == ASCII.carriageReturn || $0 == ASCII.lineFeed }) else {
            guard bytes.count < lineBytesMax else { throw Malformed(reason: "the line is too long") }
            return nil
        }
        guard start[end] == ASCII.carriageReturn else { throw Malformed(reason: "a bare line feed") }
        guard end + 1 < start.endIndex else {
            guard bytes.count < lineBytesMax else { throw Malformed(reason: "the line is too long") }
            return nil
        }
        guard start[end + 1] == ASCII.lineFeed else { throw Malformed(reason: "a bare carriage return") }
        let words = start[..<end].split(separator: ASCII.space, omittingEmptySubsequences: false)
        return ProxyHeader(client: try client(words), count: end + 2 - bytes.startIndex)
    }

    /// `PROXY TCP4 source destination port port`; after `UNKNOWN` anything may follow.
    private static func client(_ words: [ByteSlice]) throws(Malformed) -> ClientAddress? {
        guard words.count > 1 else { throw Malformed(reason: "no protocol") }
        let isV6: Bool
        switch words[1].text {
        case "UNKNOWN": return nil
        case "TCP4": isV6 = false
        case "TCP6": isV6 = true
        default: throw Malformed(reason: "an unknown protocol")
        }
        guard words.count == 6 else { throw Malformed(reason: "not two addresses and two ports") }
        for port in words[4...5] where !isPort(port) { throw Malformed(reason: "a malformed port") }
        guard let source = address(words[2], isV6: isV6), address(words[3], isV6: isV6) != nil else {
            throw Malformed(reason: "a malformed address")
        }
        return source
    }

    private static func address(_ text: ByteSlice, isV6: Bool) -> ClientAddress? {
        text.contains(ASCII.colon) == isV6 ? ClientAddress(strictly: text) : nil
    }

    private static func isPort(_ text: ByteSlice) -> Bool {
        guard text.count <= 5, let number = text.decimal, number <= 65_535 else { return false }
        return text.count == 1 || text.first != ASCII.zero
    }

    // MARK: Version 2

    private static let fixedBytes = 16

    private static func readVersion2(_ bytes: ByteSlice) throws(Malformed) -> ProxyHeader? {
        let fixed = bytes.prefix(fixedBytes)
        let start = bytes.startIndex
        guard fixed.count > 12 else { return nil }
        guard bytes[start + 12] == 0x20 || bytes[start + 12] == 0x21 else {
            throw Malformed(reason: "an unknown version or command")
        }
        guard fixed.count == fixedBytes else { return nil }
        let length = Int(bytes[start + 14]) << 8 | Int(bytes[start + 15])
        let count = fixedBytes + length
        guard count <= bytesMax else { throw Malformed(reason: "the header is too long") }
        guard bytes.count >= count else { return nil }
        // What stands in the header of a connection that the proxy makes for itself is not looked at.
        guard bytes[start + 12] == 0x21 else { return ProxyHeader(client: nil, count: count) }
        let block = bytes[(start + fixedBytes)..<(start + count)]
        return ProxyHeader(client: try client(family: bytes[start + 13], block), count: count)
    }

    private static func client(family: UInt8, _ block: ByteSlice) throws(Malformed) -> ClientAddress? {
        let addressBytes: Int
        switch family >> 4 {
        case 0: addressBytes = 0
        case 1: addressBytes = 4
        case 2: addressBytes = 16
        case 3: addressBytes = 108
        default: throw Malformed(reason: "an unknown address family")
        }
        guard family & 15 <= 2 else { throw Malformed(reason: "an unknown transport") }
        // Both addresses, and of the Internet's both ports.
        let needed = family >> 4 == 1 || family >> 4 == 2 ? 2 * addressBytes + 4 : 2 * addressBytes
        guard block.count >= needed else { throw Malformed(reason: "the addresses are cut short") }
        // Of an unspecified protocol nothing more can be told.
        guard family != 0 else { return nil }
        try check(values: block.dropFirst(needed))
        // A connection is a stream: a proxy that says otherwise tells nothing about it.
        guard family & 15 == 1 else { return nil }
        return switch family >> 4 {
        case 0: nil
        case 3: .unix
        default: ClientAddress(bytes: block.prefix(addressBytes))
        }
    }

    /// Type, length and value, one after the other, to the end; section 2.2.7.
    private static func check(values: ByteSlice) throws(Malformed) {
        var rest = values
        while !rest.isEmpty {
            guard rest.count >= 3 else { throw Malformed(reason: "a value is cut short") }
            let length = Int(rest[rest.startIndex + 1]) << 8 | Int(rest[rest.startIndex + 2])
            guard rest.count >= 3 + length else { throw Malformed(reason: "a value is cut short") }
            rest = rest.dropFirst(3 + length)
        }
    }
}

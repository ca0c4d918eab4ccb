import Network
import Testing

/// "The PROXY protocol", versions 1 (section 2.1) and 2 (section 2.2).
@Suite struct ProxyHeaderTests {
    private static func read(_ bytes: [UInt8]) throws -> ProxyHeader? { try ProxyHeader.read(bytes[...]) }
    private static func read(_ text: String) throws -> ProxyHeader? { try read(Array(text.utf8)) }

    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]

    private static func version2(
        _ block: [UInt8], command: UInt8 = 0x21, family: UInt8 = 0x11, length: Int? = nil
    ) -> [UInt8] {
        let length = length ?? block.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + block
    }

    private static let ports: [UInt8] = [0x30, 0x39, 0x01, 0xBB]
    private static let v4 = [192, 0, 2, 1, 10, 0, 0, 1] + ports
    private static let v6 =
        [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [7]
        + Array(repeating: 0, count: 15) + [1] + ports
    private static let unix = Array("/run/a.sock".utf8) + Array(repeating: 0, count: 205)
    private static let values: [UInt8] = [1, 0, 2, 104, 50, 4, 0, 0, 0xE2, 0, 1, 255]

    /// The longest of each kind is what the protocol's page says it is.
    @Test(arguments: [
        ("PROXY TCP4 192.0.2.1 10.0.0.1 12345 443\r\n", "192.0.2.1"),
        ("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"),
        ("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0"),
        ("PROXY TCP6 2001:db8::7 ::1 12345 443\r\n", "2001:db8::7"),
        ("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "192.0.2.1"),
        (
            "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
                + "65535\r\n", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        ),
        ("PROXY UNKNOWN\r\n", nil), ("PROXY UNKNOWN anything at all\r\n", nil),
        (
            "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
                + "65535\r\n", nil
        ),
    ])
    func aLineIsRead(line: String, client: String?) throws {
        let header = try #require(try Self.read(line))
        #expect(header.client?.description == client)
        #expect(header.count == line.utf8.count)
        #expect(try Self.read(line + "GET / HTTP/1.1\r\n") == header)
        try holdsInPieces(Array(line.utf8))
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY\r\n", "PROXY \r\n",
        "PROXY  TCP4\r\n",
        "PROXY TCP4\r\n", "PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1  1 1\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n", "PROXY TCP4 1.1.1.256 1.1.1.1 1 1\r\n",
        "PROXY TCP4 01.1.1.1 1.1.1.1 1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1 1 1\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n", "PROXY TCP4 ::1 ::1 1 1\r\n", "PROXY TCP6 1.1.1.1 ::1 1 1\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", "PROXY TCP6 1::2::3 ::1 1 1\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\r\n", "PROXY UNKNOWN\rx",
        "PROXY UNKNOWN " + String(repeating: "x", count: 93),
        "PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n",
        "PROXX", "PROXY TCP4\n",
    ])
    func aMalformedLineIsRefused(line: String) throws {
        #expect(throws: ProxyHeader.Malformed.self) { try Self.read(line) }
    }

    @Test(arguments: [
        (version2(v4), "192.0.2.1"), (version2(v4 + values), "192.0.2.1"),
        (version2(v6, family: 0x21), "2001:db8::7"), (version2(v6 + values, family: 0x21), "2001:db8::7"),
        (version2(unix, family: 0x31), "unix"), (version2(unix + values, family: 0x31), "unix"),
        // The proxy's own connection; what stands there is not looked at.
        (version2([], command: 0x20, family: 0x00), nil), (version2(v4, command: 0x20, family: 0x11), nil),
        (version2([1, 2, 3], command: 0x20, family: 0xFF), nil),
        // Unspecified, or no stream: nothing is told about this connection.
        (version2([], family: 0x00), nil), (version2([1, 2, 3], family: 0x00), nil),
        (version2(v4, family: 0x12), nil), (version2(v4, family: 0x10), nil),
        (version2([], family: 0x01), nil),
    ])
    func aBinaryHeaderIsRead(bytes: [UInt8], client: String?) throws {
        let header = try #require(try Self.read(bytes))
        #expect(header.client?.description == client)
        #expect(header.count == bytes.count)
        #expect(try Self.read(bytes + [0x16, 3, 1]) == header)
        try holdsInPieces(bytes)
    }

    @Test(arguments: [
        version2(v4, command: 0x11), version2(v4, command: 0x22), version2(v4, command: 0x31),
        version2(v4, family: 0x41),
        version2(v4, family: 0x13), version2(Array(v4.dropLast())), version2(v4, family: 0x21),
        version2(v6, family: 0x31), version2(v4 + [1]), version2(v4 + [1, 0]), version2(v4 + [1, 0, 2, 3]),
        version2(v4 + values + [0]), version2(v4, length: 4081), version2(v4, length: 65_535),
        Array(signature.dropLast()) + [0x0B], [0x0D, 0x0A, 0x0D, 0x0B], [0],
    ])
    func aMalformedBinaryHeaderIsRefused(bytes: [UInt8]) throws {
        #expect(throws: ProxyHeader.Malformed.self) { try Self.read(bytes) }
    }

    @Test func theLongestIsRead() throws {
        let room = ProxyHeader.bytesMax - 16 - Self.v4.count - 3
        let long = [4, UInt8(room >> 8), UInt8(room & 255)] + Array(repeating: 0, count: room)
        #expect(try Self.read(Self.version2(Self.v4 + long))?.count == ProxyHeader.bytesMax)
    }

    /// More is waited for until the last byte is there, wherever it is cut, and the place of the bytes does not matter.
    private func holdsInPieces(_ bytes: [UInt8]) throws {
        let whole = try Self.read(bytes)
        for count in bytes.indices { #expect(try Self.read(Array(bytes[..<count])) == nil, "\(count)") }
        #expect(try ProxyHeader.read(([1, 2, 3] + bytes)[3...]) == whole)
    }
}

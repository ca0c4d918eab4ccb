import Bytes
import Foundation
import HTTPServer
import Network
import Proxy
import Reactor
import TestSupport
import Testing

/// Who a connection is from when a proxy says so, before all that a listener speaks.
@Suite struct ProxyProtocolTests {
    /// Refused by a rule, so that the record tells whom the gateway takes the client to be.
    private static let refused = "GET /k HTTP/1.1\r\nHost: Bad_Bucket.oss-cn-hangzhou.aliyuncs.com\r\n\r\n"
    private static let line = "PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r\n"

    private func fixture(
        _ transport: Transport = .plain, from range: String = "127.0.0.0/8",
        _ change: (inout GatewayPlan) -> Void = { _ in }
    ) async throws -> GatewayFixture {
        let trusted = [try AddressRange(range)]
        return try await GatewayFixture(transport: transport) {
            $0.listeners[0].options.proxyFrom = trusted
            change(&$0)
        }
    }

    private func results(_ fixture: GatewayFixture) -> [String: Int] {
        var found: [String: Int] = [:]
        for result in ["accepted", "malformed", "untrusted", "timed_out"] {
            let count = fixture.metric("ossgate_proxy_protocol_total{result=\"\(result)\"}")
            if count > 0 { found[result] = count }
        }
        return found
    }

    private func clients(_ fixture: GatewayFixture) throws -> [String] {
        try fixture.log.records().map { $0["client.address"] as? String ?? "none" }
    }

    @Test(arguments: [1, 7, 1000])
    func theClientIsWhomTheProxyNames(pieceBytes: Int) async throws {
        let fixture = try await fixture()
        let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
        let headers: [([UInt8], String)] = [
            (Array(Self.line.utf8), "203.0.113.7"),
            (Array("PROXY TCP6 2001:db8::7 ::1 1 2\r\n".utf8), "2001:db8::7"),
            (Array("PROXY UNKNOWN\r\n".utf8), "127.0.0.1"),
            (signature + [0x21, 0x11, 0, 12, 203, 0, 113, 8, 10, 0, 0, 1, 1, 2, 3, 4], "203.0.113.8"),
            (signature + [0x20, 0, 0, 0], "127.0.0.1"),
        ]
        for (header, _) in headers {
            let status = try await onThread { [port = fixture.port] in
                let client = try RawClient(port: port)
                let message = header + Array(Self.refused.utf8)
                for start in stride(from: 0, to: message.count, by: pieceBytes) {
                    client.send(Array(message[start..<min(start + pieceBytes, message.count)]))
                }
                return try client.answer()?.status
            }
            #expect(status == 400)
        }
        #expect(try clients(fixture) == headers.map(\.1))
        #expect(results(fixture) == ["accepted": headers.count])
        await fixture.stop()
    }

    @Test func itComesBeforeTLSAndHTTP2() async throws {
        let authority = try TestCertificates.shared.get()
        let client = try authority.clientContext(protocols: ["http/1.1"])
        let fixture = try await fixture(.h2)
        let status = try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port, tls: client, preamble: Array(Self.line.utf8))
            client.send(Self.refused)
            return try client.answer()?.status
        }
        #expect(status == 400)
        #expect(try clients(fixture) == ["203.0.113.7"])
        #expect(fixture.metric("ossgate_tls_handshakes_total{result=\"completed\"}") == 1)
        await fixture.stop()
    }

    @Test func itComesBeforeTheFirstBytesThatTellTheProtocol() async throws {
        let fixture = try await fixture(.h2c)
        let status = try await onThread { [port = fixture.port] in
            let client = try HTTP2Client(port: port, greets: false)
            client.wire.send(Self.line + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            client.send(.settings, payload: [])
            client.request(
                1,
                [
                    (":method", "GET"), (":scheme", "http"), (":path", "/k"),
                    (":authority", "Bad_B.oss-cn-hangzhou.aliyuncs.com"),
                ])
            return try client.answer(1)?.status
        }
        #expect(status == 400)
        #expect(try clients(fixture) == ["203.0.113.7"])
        await fixture.stop()
    }

    @Test func whoIsNotAllowedToIsClosed() async throws {
        let fixture = try await fixture(from: "10.0.0.0/8")
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send(Self.line + Self.refused)
            #expect(client.rest().isEmpty)
        }
        #expect(results(fixture) == ["untrusted": 1])
        #expect(try clients(fixture).isEmpty)
        #expect(fixture.metric("ossgate_connections{side=\"downstream\"}") == 0)
        await fixture.stop()
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n", "PROXY TCP4 1.2.3 1.2.3.4 1 1\r\n", "PROXY TCP4 1.2.3.4"])
    func whatIsNoHeaderIsClosed(text: String) async throws {
        let fixture = try await fixture()
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send(text)
            client.endOutput()
            #expect(client.rest().isEmpty)
            // Who looks whether somebody listens is no fault.
            try RawClient(port: port).close()
        }
        #expect(results(fixture) == ["malformed": 1])
        #expect(fixture.origin.bytesReceived == 0)
        await fixture.stop()
    }

    /// The header has the time of a head, whatever comes of it.
    @Test func aHeaderThatDoesNotComeIsNotWaitedFor() async throws {
        let time = HeldTime(unixSeconds: VectorReplay.now)
        let fixture = try await fixture { $0.clock = .held(time) }
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send("PROXY ")
            while fixture.metric("ossgate_connections{side=\"downstream\"}") == 0 { sched_yield() }
            time.advance(seconds: 11)
            #expect(client.rest().isEmpty)
        }
        #expect(results(fixture) == ["timed_out": 1])
        await fixture.stop()
    }

    /// The limit of connections is that of the client, and not of the proxy.
    @Test func connectionsCountForWhomTheProxyNames() async throws {
        let fixture = try await fixture { $0.server.connectionsPerAddressMax = 1 }
        try await onThread { [port = fixture.port] in
            func connect(_ addresses: String) throws -> (RawClient, Int?) {
                let made = try RawClient(port: port)
                made.send("PROXY \(addresses) 1 2\r\nGET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
                return (made, try made.answer()?.status)
            }
            // In IPv6 a client is a network of 64 bits.
            let held = try [
                "TCP4 203.0.113.7 10.0.0.1", "TCP4 203.0.113.8 10.0.0.1", "TCP6 2001:db8:0:1::1 ::1",
                "TCP6 2001:db8:0:2::1 ::1",
            ].map(connect)
            #expect(held.map(\.1) == [200, 200, 200, 200])
            #expect(try connect("TCP4 203.0.113.7 10.0.0.1").1 == 503)
            #expect(try connect("TCP6 2001:db8:0:1:ffff::2 ::1").1 == 503)
            withExtendedLifetime(held) {}
        }
        await fixture.stop()
    }
}

import Reactor
import TestSupport
import Testing

@Suite struct OriginAddressTests {
    /// Nothing listens on the first address: what was to be sent there goes to the next, whole.
    @Test(arguments: [10, 200_000]) func theNextAddressIsTriedWhenOneRefuses(bodyBytes: Int) async throws {
        let refusing = ClosedPort()
        let fixture = try await GatewayFixture { plan in
            let closed = SocketAddress.loopback(refusing.number)
            plan.settings.origin.origins[0].addresses.insert(contentsOf: [closed, closed], at: 0)
        }
        let body = [UInt8](repeating: 0x62, count: bodyBytes)
        for _ in 0..<3 {
            let client = try fixture.client()
            client.send(
                "PUT /k HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\nConnection: close\r\n"
                    + "Content-Length: \(bodyBytes)\r\n\r\n")
            client.send(body)
            #expect(try client.answer(to: .put)?.status == 200)
        }
        #expect(fixture.origin.seen.count == 3)
        #expect(fixture.origin.seen.allSatisfy { $0.isComplete && $0.body == body })
        await fixture.stop()
        withExtendedLifetime(refusing) {}
    }

    @Test func newAddressesTakeTheNewConnections() async throws {
        let second = ScriptedOrigin()
        let fixture = try await GatewayFixture()
        let client = try fixture.client()
        let request = "GET /k HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n\r\n"
        client.send(request)
        #expect(try client.answer()?.status == 200)
        await fixture.gateway.replaceOriginAddresses([.loopback(second.port)])
        client.send(request)
        #expect(try client.answer()?.status == 200)
        #expect(fixture.origin.seen.count == 1)
        #expect(second.seen.count == 1)
        await fixture.stop()
        second.stop()
    }
}

extension SocketAddress {
    /// An address of this machine, which needs no resolver.
    fileprivate static func loopback(_ port: UInt16) -> SocketAddress {
        guard let address = try? SocketAddress.resolve(.tcp(host: "127.0.0.1", port: port)) else {
            preconditionFailure("loopback resolves")
        }
        return address
    }
}

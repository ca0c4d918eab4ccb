import HTTPModel
import TestSupport
import Testing

/// Connections of HTTP/2 whose clients say nothing more once they have their answers: they end as those of HTTP/1.1 do.
@Suite struct HTTP2IdleTests {
    /// A client that has been answered, and has nothing to send for it: no window, no acknowledgement.
    private static func answered(_ port: UInt16) throws -> HTTP2Client {
        let client = try HTTP2Client(port: port)
        client.takesBodies = false
        for stream: UInt32 in [1, 3] {
            client.request(stream, HTTP2Client.request("PUT", "/k", [("content-length", "3")]), ends: false)
            try client.data(stream, [1, 2, 3])
            #expect(try client.answer(stream)?.status == 200)
        }
        return client
    }

    @Test func aConnectionEndsWithItsClient() async throws {
        let fixture = try await GatewayFixture(transport: .h2c)
        let port = fixture.port
        try await onThread {
            let client = try Self.answered(port)
            client.wire.endOutput()
            try client.read { $0.isClosed }
            #expect(client.isClosed)
        }
        #expect(fixture.metric(#"ossgate_connections{side="downstream"}"#) == 0)
        await fixture.stop()
    }

    @Test func anIdleConnectionHasItsTime() async throws {
        let fixture = try await GatewayFixture(transport: .h2c) {
            $0.server.keepAliveNanoseconds = 300_000_000
        }
        let port = fixture.port
        try await onThread {
            let client = try Self.answered(port)
            try client.read { $0.isClosed }
            #expect(client.goAway?.code == 0)
        }
        await fixture.stop()
    }
}

import Bytes
import Foundation
import HTTPServer
import Proxy
import Reactor
import TestSupport
import Testing

/// How many connections there may be: of one client, which is told so, and in all.
@Suite struct ConnectionLimitTests {
    private static let get = "GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n"

    private func fixture(
        _ transport: Transport = .plain, shards: Int = 1, max: Int
    ) async throws -> GatewayFixture {
        try await GatewayFixture(shards: shards, transport: transport) {
            $0.server.connectionsPerAddressMax = max
        }
    }

    private func refusals(_ fixture: GatewayFixture, _ reason: String) -> Int {
        fixture.metric("ossgate_connections_refused_total{reason=\"\(reason)\"}")
    }

    /// Whoever has its connections is told so on as many more; further ones are closed. On whichever shards they are.
    @Test(arguments: [Transport.plain, .tls], [1, 3])
    func oneClientHasSoMany(transport: Transport, shards: Int) async throws {
        let fixture = try await fixture(transport, shards: shards, max: 2)
        try await onThread { [port = fixture.port] in
            func connect() throws -> (RawClient, RawClient.Answer?) {
                let client = try transport.client(port: port)
                client.send(Self.get)
                return (client, try client.answer())
            }
            var held = [try connect(), try connect()]
            #expect(held.map { $0.1?.status } == [200, 200])
            // These have not asked for anything yet, and so have no answer.
            let waiting = [try transport.client(port: port), try transport.client(port: port)]
            while refusals(fixture, "address") < 2 { sched_yield() }
            if transport == .plain {
                let closed = try RawClient(port: port)
                closed.send(Self.get)
                #expect(closed.rest().isEmpty)
            }
            for client in waiting {
                client.send(Self.get)
                let answer = try #require(try client.answer())
                #expect(answer.status == 503)
                #expect(answer.element("Code") == "ServiceUnavailable")
                #expect(answer.field("x-ossgate-rule") == "connections-per-address")
                #expect(answer.field("connection") == "close")
                client.close()
            }
            // Others are served as before, and a place that was left is free.
            held[0].0.send(Self.get)
            #expect(try held[0].0.answer()?.status == 200)
            held.removeFirst().0.close()
            while (try? connect())?.1?.status != 200 { sched_yield() }
            withExtendedLifetime(held) {}
        }
        #expect(refusals(fixture, "address") >= 2)
        await fixture.stop()
    }

    @Test func theSameOverHTTP2() async throws {
        let fixture = try await fixture(.h2c, max: 1)
        try await onThread { [port = fixture.port] in
            let first = try HTTP2Client(port: port)
            first.request(1, HTTP2Client.request())
            #expect(try first.answer(1)?.status == 200)
            let second = try HTTP2Client(port: port)
            second.request(1, HTTP2Client.request())
            let answer = try #require(try second.answer(1))
            #expect(answer.status == 503)
            #expect(answer.element("Code") == "ServiceUnavailable")
            try second.read { $0.isClosed }
            #expect(second.goAway?.code == 0)
            first.request(3, HTTP2Client.request())
            #expect(try first.answer(3)?.status == 200)
        }
        #expect(refusals(fixture, "address") == 1)
        await fixture.stop()
    }

    @Test func inAllThereAreSoMany() async throws {
        let fixture = try await GatewayFixture { $0.connectionsMax = 2 }
        try await onThread { [port = fixture.port] in
            let held = try (0..<2).map { _ in
                let client = try RawClient(port: port)
                client.send(Self.get)
                #expect(try client.answer()?.status == 200)
                return client
            }
            let closed = try RawClient(port: port)
            closed.send(Self.get)
            #expect(closed.rest().isEmpty)
            withExtendedLifetime(held) {}
        }
        #expect(refusals(fixture, "total") == 1)
        await fixture.stop()
    }
}

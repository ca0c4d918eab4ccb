import HTTPServer
import Proxy
import Reactor
import TestSupport
import Testing

/// What waits for slow clients and origins is bounded for all of them together: beyond, new requests are refused, what
/// was taken on goes on, and when that has made room everything is as before.
@Suite struct OverloadTests {
    private static let get = "GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n"

    private func fixture(
        _ origin: ScriptedOrigin, heldBytesMax: Int, transport: Transport = .plain
    ) async throws -> GatewayFixture {
        try await GatewayFixture(origin: origin, transport: transport) {
            $0.settings.heldBytesMax = heldBytesMax
        }
    }

    private func heldBytes(_ fixture: GatewayFixture) async -> Int {
        await fixture.gateway.shards[0].run { $0.heldBytes }
    }

    private func expectRefusal(_ fixture: GatewayFixture) throws {
        let client = try fixture.client()
        client.send(Self.get)
        let answer = try #require(try client.answer())
        #expect(answer.status == 503)
        #expect(answer.element("Code") == "ServiceUnavailable")
        #expect(answer.element("Reason") == "limits.memory")
        #expect(answer.field("x-ossgate-rule") == "memory")
        #expect(answer.field("retry-after") == "1")
        let record = try #require(try fixture.log.records().last)
        #expect(record["ossgate.rule"] as? String == "memory")
        // Who asks how it goes is answered.
        let admin = try RawClient(port: fixture.adminPort)
        admin.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try admin.answer()?.status == 200)
    }

    private func expectService(_ fixture: GatewayFixture) async throws {
        #expect(await heldBytes(fixture) == 0)
        let client = try fixture.client()
        client.send(Self.get)
        #expect(try client.answer()?.status == 200)
    }

    @Test func uploadsForAnOriginThatTakesNothing() async throws {
        let origin = ScriptedOrigin(onHead: { $0.method == .put ? .stall : .readOn })
        let heldBytesMax = 1 << 20
        let fixture = try await fixture(origin, heldBytesMax: heldBytesMax)
        let upload = Upload(framing: .length, operation: .put, fault: .none, size: 32 << 20)
        let message = upload.message()
        var clients: [(RawClient, sent: Int)] = []
        for _ in 0..<6 {
            let client = try RawClient(port: fixture.port)
            clients.append((client, client.sendUntilBlocked(message)))
            if await heldBytes(fixture) > heldBytesMax { break }
        }
        #expect(clients.allSatisfy { $0.sent < message.count })
        #expect(clients.count > 1)
        let held = await heldBytes(fixture)
        #expect(held > heldBytesMax)
        #expect(held < heldBytesMax + 1 << 20)
        try expectRefusal(fixture)
        #expect(origin.seen.count == clients.count)
        // A second call for who comes to stall after the first.
        origin.release()
        origin.release()
        for (client, sent) in clients {
            client.send(Array(message[sent...]))
            #expect(try client.answer(to: .put)?.status == 200)
        }
        #expect(origin.seen.allSatisfy { $0.isComplete && $0.body.count == upload.size })
        try await expectService(fixture)
        await fixture.stop()
    }

    private static let pieces = 40
    private static let heldBytesMax = 128 << 10

    private static func origin() -> ScriptedOrigin {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(pieces << 20)\r\n\r\n"
        let large = ScriptedOrigin.Action.sequence([
            .answer(Array(head.utf8)), .pour(Pattern.bytes(count: 1 << 20, seed: 3), times: pieces),
        ])
        let small = ScriptedOrigin.Action.answer(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
        return ScriptedOrigin(onEnd: { $0.target == "/large" ? large : small })
    }

    /// Clients whose answers have filled everything between them and the origin. How much waits for one of them in the
    /// gateway is between nothing and what one read brought, since it reads no more as soon as the client takes no more.
    private func clientsThatTakeNothing(
        _ fixture: GatewayFixture, _ origin: ScriptedOrigin
    ) async throws -> [RawClient] {
        var clients: [RawClient] = []
        while clients.count < 16, await heldBytes(fixture) <= Self.heldBytesMax {
            let client = try RawClient(port: fixture.port, receiveBytes: 16_384)
            client.send("GET /large HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
            clients.append(client)
            await origin.blocked(clients.count)
        }
        #expect(await heldBytes(fixture) > Self.heldBytesMax)
        return clients
    }

    @Test func answersForClientsThatTakeNothing() async throws {
        let origin = Self.origin()
        let fixture = try await fixture(origin, heldBytesMax: Self.heldBytesMax)
        let slow = try await clientsThatTakeNothing(fixture, origin)
        try expectRefusal(fixture)
        for client in slow { #expect(try client.answer()?.body.count == Self.pieces << 20) }
        try await expectService(fixture)
        await fixture.stop()
    }

    @Test func clientsThatLeaveMakeRoom() async throws {
        let origin = Self.origin()
        let fixture = try await fixture(origin, heldBytesMax: Self.heldBytesMax)
        let slow = try await clientsThatTakeNothing(fixture, origin)
        try expectRefusal(fixture)
        for client in slow { client.reset() }
        await origin.noneOpen()
        try await expectService(fixture)
        await fixture.stop()
    }

    /// What the window of a stream keeps back is held as well.
    @Test func anAnswerThatAWindowKeepsBack() async throws {
        let fixture = try await fixture(Self.origin(), heldBytesMax: Self.heldBytesMax, transport: .h2c)
        let statuses = try await onThread { [port = fixture.port] in
            let client = try HTTP2Client(port: port)
            client.takesBodies = false
            client.request(1, HTTP2Client.request("GET", "/large"))
            try client.read { $0.streams[1]?.body.count == 65_535 }
            // The window of the connection lets other answers through.
            client.send(.windowUpdate, stream: 0, payload: HTTP2Client.bytes(32 << 20))
            var stream: UInt32 = 3
            while stream < 2_000, client.streams[stream - 2]?.status != 503 || stream == 3 {
                client.request(stream, HTTP2Client.request())
                try client.read { $0.streams[stream]?.hasEnded == true }
                stream += 2
            }
            let refused = client.streams[stream - 2]?.status
            client.send(.windowUpdate, stream: 0, payload: HTTP2Client.bytes(32 << 20))
            client.send(.windowUpdate, stream: 1, payload: HTTP2Client.bytes(64 << 20))
            try client.read { $0.streams[1]?.hasEnded == true }
            #expect(client.streams[1]?.body.count == Self.pieces << 20)
            client.request(stream, HTTP2Client.request())
            try client.read { $0.streams[stream]?.hasEnded == true }
            return [refused, client.streams[stream]?.status]
        }
        #expect(statuses == [503, 200])
        #expect(await heldBytes(fixture) == 0)
        await fixture.stop()
    }
}

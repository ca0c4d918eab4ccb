import Bytes
import TestSupport
import Testing

/// What attackers do to HTTP/2: each flood ends its own connection, is counted, and costs nobody else anything.
@Suite struct HTTP2AbuseTests {
    typealias Client = HTTP2Client

    /// Runs an attack until the connection is over; another client is served meanwhile and afterwards.
    private func flood(
        _ kind: String?, origin: ScriptedOrigin = ScriptedOrigin(),
        _ attack: @escaping @Sendable (Client) throws -> Void
    ) async throws {
        let fixture = try await GatewayFixture(origin: origin, transport: .h2c) {
            $0.server.headNanoseconds = 1_000_000_000
            $0.server.http2.resetsMax = 20
        }
        let port = fixture.port
        try await onThread {
            let bystander = try Client(port: port)
            let attacker = try Client(port: port)
            try attack(attacker)
            try attacker.read { $0.isClosed }
            if kind != nil { #expect(attacker.goAway?.code == 11) }
            bystander.request(1, Client.request("GET", "/bystander"))
            #expect(try bystander.answer(1)?.status == 200)
        }
        if let kind { #expect(fixture.metric("ossgate_http2_abuse_total{kind=\"\(kind)\"}") == 1) }
        await fixture.stop()
    }

    /// Sends pieces until the gateway has had enough, at most so many.
    private static func pour(_ client: Client, _ count: Int, _ piece: (Int) -> [UInt8]) throws {
        for index in 0..<count {
            guard client.wire.send(piece(index)) else { return }
            while client.wire.waitForInput(milliseconds: 0), !client.isClosed { try client.read() }
            if client.isClosed { return }
        }
    }

    /// CVE-2023-44487.
    @Test func rapidResetsAreStopped() async throws {
        let origin = ScriptedOrigin(onEnd: {
            $0.target == "/bystander" ? .answer(ScriptedOrigin.ok()) : .readOn
        })
        try await flood("resets", origin: origin) { client in
            let block = Client.block(Client.request("GET", "/reset"))
            try Self.pour(client, 20_000) { index in
                let stream = UInt32(index * 2 + 1)
                return Client.frame(1, 5, stream, block) + Client.frame(3, 0, stream, Client.bytes(8))
            }
        }
    }

    /// CVE-2024-28182.
    @Test func endlessContinuationsAreStopped() async throws {
        try await flood(nil) { client in
            client.send(.headers, flags: 1, stream: 1, payload: Client.block(Client.request()))
            try Self.pour(client, 20_000) { _ in Client.frame(9, 0, 1, Client.block([("x", "y")])) }
        }
    }

    @Test func pingsAndSettingsAndEmptyFramesAreStopped() async throws {
        let eight = [UInt8](repeating: 0, count: 8)
        try await flood("idle_frames") { client in
            try Self.pour(client, 20_000) { _ in Client.frame(6, 0, 0, eight) }
        }
        try await flood("idle_frames") { client in
            try Self.pour(client, 20_000) { _ in Client.frame(4, 0, 0, []) }
        }
        try await flood("idle_frames") { client in
            client.request(1, Client.request("PUT"), ends: false)
            try Self.pour(client, 20_000) { _ in Client.frame(0, 0, 1, []) }
        }
        try await flood("idle_frames") { client in
            try Self.pour(client, 20_000) { _ in Client.frame(2, 0, 1, [0, 0, 0, 3, 1]) }
        }
    }

    /// One byte of a field block stands for a field of 4 KiB: the list is cut at its limit, and a client that goes on is
    /// sent away.
    @Test func compressionBombsAreStopped() async throws {
        try await flood("field_lists") { client in
            let large = Client.block([("x-large", String(repeating: "a", count: 4000))])
            // With incremental indexing: what follows refers to it by one byte.
            let indexed = [UInt8(0x40)] + large.dropFirst()
            let bomb = indexed + [UInt8](repeating: 0xBE, count: 12_000)
            try Self.pour(client, 100) { index in Client.frame(1, 5, UInt32(index * 2 + 1), bomb) }
        }
    }

    @Test func aFieldListThatNeverEndsHasADeadline() async throws {
        try await flood(nil) { client in
            client.send(.headers, flags: 1, stream: 1, payload: Client.block(Client.request()))
        }
    }

    @Test func longFieldListsAreAnswered() async throws {
        let fixture = try await GatewayFixture(transport: .h2c)
        let port = fixture.port
        try await onThread {
            let client = try Client(port: port)
            let long = (0..<6).map { ("x-\($0)", String(repeating: "v", count: 6000)) }
            let block = Client.block(Client.request("GET", "/k", long))
            client.send(.headers, flags: 1, stream: 1, payload: Array(block[..<16_000]))
            client.send(.continuation, stream: 1, payload: Array(block[16_000..<32_000]))
            client.send(.continuation, flags: 4, stream: 1, payload: Array(block[32_000...]))
            #expect(try client.answer(1)?.status == 431)
            client.request(3, Client.request())
            #expect(try client.answer(3)?.status == 200)
        }
        #expect(fixture.origin.seen.count == 1)
        await fixture.stop()
    }

    /// The window of a paused body is not given back: what a client can make the gateway hold is bounded.
    @Test func aBodyIsNotReadFasterThanTheOriginTakesIt() async throws {
        let origin = ScriptedOrigin(onHead: { $0.target.text == "/slow" ? .stall : .readOn })
        let fixture = try await GatewayFixture(origin: origin, transport: .h2c)
        let port = fixture.port
        try await onThread {
            let client = try Client(port: port)
            client.request(1, Client.request("PUT", "/slow"), ends: false)
            let piece = [UInt8](repeating: 1, count: 16_384)
            var sent = 0
            // Until no window comes for half a second.
            while sent < 64 << 20 {
                while client.window(1) < piece.count, client.wire.waitForInput(milliseconds: 500) {
                    try client.read()
                }
                guard client.window(1) >= piece.count else { break }
                try client.data(1, piece, ends: false)
                sent += piece.count
            }
            // The windows, the buffers of both sockets, and what the gateway holds of one connection.
            #expect(sent < 24 << 20)
            // Another stream of the connection goes on.
            client.request(3, Client.request("GET", "/other"))
            #expect(try client.answer(3)?.status == 200)
        }
        origin.release()
        await fixture.stop()
    }

    @Test func anAnswerThatNobodyTakesIsGivenUp() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in
            .answer(ScriptedOrigin.ok(body: Pattern.bytes(count: 1 << 20, seed: 1)))
        })
        let fixture = try await GatewayFixture(origin: origin, transport: .h2c) {
            $0.server.bodyIdleNanoseconds = 300_000_000
        }
        let port = fixture.port
        try await onThread {
            let client = try Client(port: port)
            client.takesBodies = false
            client.request(1, Client.request())
            try client.read { $0.streams[1]?.resetCode != nil }
            // CANCEL.
            #expect(client.streams[1]?.resetCode == 8)
        }
        await fixture.stop()
    }

    @Test func aDrainEndsGracefully() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in
            .sequence([.stall, .answer(ScriptedOrigin.ok(body: [1, 2, 3]))])
        })
        let fixture = try await GatewayFixture(origin: origin, transport: .h2c)
        let port = fixture.port
        async let talk: Void = onThread {
            let client = try Client(port: port)
            client.request(1, Client.request())
            try client.read { $0.goAway != nil }
            // First only a notice, then the stream that was the last.
            #expect(client.goAway?.code == 0)
            origin.release()
            #expect(try client.answer(1)?.body == [1, 2, 3])
            try client.read { $0.isClosed }
            #expect(client.goAway?.lastStream == 1)
        }
        await origin.begun(1)
        await fixture.gateway.drain(delay: .zero, bound: .seconds(20))
        try await talk
        await fixture.stop()
    }

    @Test func garbageEndsItsOwnConnection() async throws {
        let fixture = try await GatewayFixture(transport: .h2c)
        let port = fixture.port
        try await onThread {
            var generator = SeededGenerator(seed: 9)
            for _ in 0..<200 {
                let client = try Client(port: port)
                let bytes = (0..<Int.random(in: 1...2000, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                client.wire.send(bytes)
                client.wire.endOutput()
                try client.read { $0.isClosed }
            }
            let client = try Client(port: port)
            client.request(1, Client.request())
            #expect(try client.answer(1)?.status == 200)
        }
        #expect(fixture.metric("ossgate_connections{side=\"downstream\"}") <= 1)
        await fixture.stop()
    }
}

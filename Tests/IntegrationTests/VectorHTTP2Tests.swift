import HTTPModel
import Reactor
import TestSupport
import Testing

/// The vectors over HTTP/2: whatever it can say is refused with the same words as over HTTP/1.1 and before the origin hears
/// of it, or arrives there with the same meaning.
@Suite struct VectorHTTP2Tests {
    @Test func everyVectorIsAnsweredAsOverHTTP1() async throws {
        var counts: [String: Int] = [:]
        for group in try VectorReplay.groups() {
            // What comes before a vector goes over HTTP/1.1, on the same port.
            let fixture = try await GatewayFixture(
                origin: MultipartOrigin.make(), shards: 2, transport: .h2c
            ) {
                $0.serve(group.config)
                $0.clock = .held(HeldTime(unixSeconds: VectorReplay.now))
            }
            for vector in group.vectors {
                let replay = try await Replay(vector, fixture, now: VectorReplay.now, cut: nil)
                guard let request = Request(replay) else { continue }
                do {
                    try await check(replay, request, fixture, &counts)
                } catch {
                    Issue.record("\(vector.name): \(error)")
                }
            }
            await fixture.stop()
        }
        #expect(counts["refused", default: 0] >= 1000)
        #expect(counts["forwarded", default: 0] >= 550)
        #expect(counts["welcome", default: 0] >= 5)
    }

    private func check(
        _ replay: Replay, _ request: Request, _ fixture: GatewayFixture, _ counts: inout [String: Int]
    ) async throws {
        let vector = replay.vector
        let port = fixture.port
        switch vector.expectation {
        case .refusal(let status, let code, let message):
            counts["refused", default: 0] += 1
            let answer = try #require(try await onThread { try request.answer(port: port) }, "\(vector.name)")
            #expect(answer.status == status, "\(vector.name)")
            #expect(answer.element("Code") == code, "\(vector.name)")
            #expect(answer.element("Message") == message, "\(vector.name)")
            #expect(!replay.hasReached(fixture.origin), "\(vector.name)")
            if let rule = vector.rule { #expect(answer.field("x-ossgate-rule") == rule, "\(vector.name)") }
        case .forward where !replay.isWhole:
            counts["welcome", default: 0] += 1
            #expect(try await onThread { try request.isWelcome(port: port) }, "\(vector.name)")
        case .forward:
            counts["forwarded", default: 0] += 1
            let answer = try #require(try await onThread { try request.answer(port: port) }, "\(vector.name)")
            #expect((200..<300).contains(answer.status), "\(vector.name): \(answer.document)")
            try replay.expectArrival(at: fixture.origin, overHTTP2: true)
        }
    }

    /// What a vector sends, as HTTP/2 says it.
    private struct Request: Sendable {
        let fields: [(String, String)]
        let body: [UInt8]
        let endsWithHead: Bool
        /// The framing says that there is a body, and the vector has it.
        let hasBody: Bool

        private static let ofHTTP1: Set<String> = [
            "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
        ]

        /// nil for silence and for ends of a connection, which are not those of a stream, for bodies that end before their
        /// framing says so or have none, and for what is no text.
        init?(_ replay: Replay) {
            let request = replay.vector.request
            let isCut = !replay.isWhole && !replay.isRefusedByHead && replay.vector.expectation != .forward
            let waits = request.body.contains { if case .delay = $0 { true } else { false } }
            let isUnframed =
                replay.vector.row == "missing-content-length" && replay.vector.expectation != .forward
            guard request.afterSend == nil, !waits, !isCut, !isUnframed, let authority = replay.head.authority
            else { return nil }
            let head = replay.head.fields
            var fields = [
                (":method", request.method), (":scheme", "https"), (":path", replay.head.originTarget.text),
                (":authority", authority.text),
            ]
            for index in head.entries.indices {
                let name = head.name(at: index).text.lowercased()
                guard let value = String(validating: head.value(at: index), as: UTF8.self) else { return nil }
                if !Self.ofHTTP1.contains(name) { fields.append((name, value)) }
            }
            self.fields = fields
            body = replay.body
            switch replay.head.framing {
            case .none, .length(0): endsWithHead = true
            default: endsWithHead = false
            }
            hasBody = !endsWithHead && replay.isWhole
        }

        func answer(port: UInt16) throws -> RawClient.Answer? {
            let client = try HTTP2Client(port: port)
            client.request(1, fields, ends: endsWithHead)
            if hasBody { try client.data(1, body) }
            return try client.answer(1)
        }

        /// True when the head alone is answered with 100.
        func isWelcome(port: UInt16) throws -> Bool {
            let client = try HTTP2Client(port: port)
            client.request(1, fields + [("expect", "100-continue")], ends: false)
            try client.read { $0.streams[1]?.interim == [100] || $0.streams[1]?.hasEnded == true }
            return client.streams[1]?.interim == [100]
        }
    }
}

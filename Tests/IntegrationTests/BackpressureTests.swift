import Bytes
import HTTPServer
import Proxy
import Reactor
import TestSupport
import Testing

/// Slow peers: what one side does not take, the gateway does not read from the other, beyond buffers of known size;
/// and who leaves is noticed.
@Suite struct BackpressureTests {
    private static let get = "GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n"
    /// The gateway's own buffers are below 2 MiB; the rest is what four kernel buffers of loopback may hold.
    private static let bytesInFlightMax = 32 << 20
    private static let piece = Pattern.bytes(count: 1 << 20, seed: 11)

    private static func longAnswer(pieces: Int, fields: String = "") -> ScriptedOrigin.Action {
        let head = "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(pieces << 20)\r\n\r\n"
        return .sequence([.answer(Array(head.utf8)), .pour(piece, times: pieces)])
    }

    @Test func anOriginThatTakesNothingStopsTheClient() async throws {
        let origin = ScriptedOrigin(onHead: { _ in .stall })
        let fixture = try await GatewayFixture(origin: origin)
        let chunk = Array("100000\r\n".utf8) + Self.piece + Array("\r\n".utf8)
        let pieces = try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send("PUT /k HTTP/1.1\r\nHost: \(Upload.host)\r\nTransfer-Encoding: chunked\r\n\r\n")
            var pieces = 0
            while pieces < 200 {
                let taken = client.sendUntilBlocked(chunk)
                guard taken < chunk.count else {
                    pieces += 1
                    continue
                }
                // Now the origin goes on, and all that was stopped must go through.
                origin.release()
                client.send(Array(chunk[taken...]) + Array("0\r\n\r\n".utf8))
                #expect(try client.answer(to: .put)?.status == 200)
                return pieces + 1
            }
            return pieces
        }
        #expect(pieces << 20 < Self.bytesInFlightMax)
        let seen = try #require(origin.seen.first)
        #expect(seen.isComplete)
        #expect(seen.body.count == pieces << 20)
        #expect(
            stride(from: 0, to: seen.body.count, by: 1 << 20).allSatisfy { seen.body[$0] == Self.piece[0] })
        await fixture.stop()
    }

    @Test func aClientThatTakesNothingStopsTheOrigin() async throws {
        let pieces = 64
        let origin = ScriptedOrigin(onEnd: { _ in Self.longAnswer(pieces: pieces) })
        let fixture = try await GatewayFixture(origin: origin)
        let client = try RawClient(port: fixture.port, receiveBytes: 16_384)
        client.send(Self.get)
        await origin.blocked()
        #expect(origin.bytesSent < Self.bytesInFlightMax)
        let body = try client.answer()?.body
        #expect(body?.count == pieces << 20)
        #expect(body?.suffix(1 << 20).elementsEqual(Self.piece) == true)
        client.send(Self.get)
        #expect(try client.answer()?.body.count == pieces << 20)
        await fixture.stop()
    }

    /// The second answer on a connection is watched like the first.
    @Test func aClientThatStopsTakingIsCut() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in Self.longAnswer(pieces: 40) })
        let fixture = try await GatewayFixture(origin: origin) {
            $0.server.bodyIdleNanoseconds = 2_000_000_000
        }
        let client = try RawClient(port: fixture.port, receiveBytes: 16_384)
        client.send(Self.get)
        #expect(try client.answer()?.body.count == 40 << 20)
        client.send(Self.get)
        await origin.noneOpen()
        #expect(throws: (any Error).self) { try client.answer() }
        // The shard has finished its turn then.
        await fixture.gateway.stop()
        #expect(fixture.metric(#"ossgate_requests_total{operation="GetObject",outcome="departed"}"#) == 1)
        await fixture.stop()
    }

    @Test func aBodyThatTricklesIsRefused() async throws {
        let fixture = try await GatewayFixture {
            $0.server.bodyBytesPerSecondMin = 1000
            $0.server.rateWindowNanoseconds = 1_000_000_000
        }
        let answer = try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send("PUT /k HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Length: 1000\r\n\r\n")
            for _ in 0..<100 where !client.waitForInput(milliseconds: 50) { client.send("x") }
            return try client.answer(to: .put)
        }
        #expect(answer?.status == 400)
        #expect(answer?.element("Code") == "RequestTimeout")
        #expect(fixture.origin.bytesReceived == 0)
        await fixture.stop()
    }

    /// Time passes only as the client takes pieces, one a second. Between them somebody else is answered, so that the
    /// gateway has noticed. Returns what the client has got.
    private func takesOnePieceASecond(bytesPerSecondMin: UInt64, pieces: Int) async throws -> Int {
        let origin = ScriptedOrigin(onEnd: { _ in Self.longAnswer(pieces: pieces) })
        let time = HeldTime(unixSeconds: VectorReplay.now)
        let fixture = try await GatewayFixture(origin: origin) {
            $0.clock = .held(time)
            $0.server.bodyBytesPerSecondMin = bytesPerSecondMin
            $0.server.bodyIdleNanoseconds = .max / 4
            $0.settings.origin.idleNanoseconds = .max / 4
        }
        let bytes = try await onThread { [port = fixture.port] in
            let other = try RawClient(port: port)
            let client = try RawClient(port: port, receiveBytes: 16_384)
            client.send(Self.get)
            var bytes = 0
            while bytes < pieces << 20, let piece = try client.piece() {
                bytes += piece.count
                time.advance(seconds: 1)
                other.send("GET /k HTTP/1.1\r\nHost: Bad_B.oss-cn-hangzhou.aliyuncs.com\r\n\r\n")
                #expect(try other.answer()?.status == 400)
            }
            return bytes
        }
        await fixture.stop()
        return bytes
    }

    /// It takes some, but less than it must; what is under way is still taken.
    @Test func aClientThatTakesTooLittleIsCut() async throws {
        #expect(try await takesOnePieceASecond(bytesPerSecondMin: 10 << 20, pieces: 100) < 50 << 20)
    }

    @Test func aClientThatTakesEnoughGetsItAll() async throws {
        #expect(try await takesOnePieceASecond(bytesPerSecondMin: 1000, pieces: 16) >= 16 << 20)
    }

    /// Each stream of HTTP/2 has its own window, and its own rate.
    @Test func aStreamThatTakesTooLittleIsCut() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in Self.longAnswer(pieces: 4) })
        let time = HeldTime(unixSeconds: VectorReplay.now)
        let fixture = try await GatewayFixture(origin: origin, transport: .h2c) {
            $0.clock = .held(time)
            $0.server.bodyBytesPerSecondMin = 10_000
            $0.server.bodyIdleNanoseconds = .max / 4
            $0.settings.origin.idleNanoseconds = .max / 4
        }
        let code = try await onThread { [port = fixture.port] in
            let client = try HTTP2Client(port: port)
            client.takesBodies = false
            client.request(1, HTTP2Client.request())
            try client.read { $0.streams[1]?.body.count == 65_535 }
            // Some of it each second, as long as the stream is there.
            for _ in 0..<10_000 where client.streams[1]?.resetCode == nil {
                time.advance(seconds: 1)
                let more = client.streams[1]?.body.count ?? 0
                client.send(.windowUpdate, stream: 0, payload: HTTP2Client.bytes(100))
                client.send(.windowUpdate, stream: 1, payload: HTTP2Client.bytes(100))
                try client.read { $0.streams[1]?.body.count != more || $0.streams[1]?.resetCode != nil }
            }
            return client.streams[1]?.resetCode
        }
        #expect(code == 8)
        await fixture.stop()
    }

    // MARK: Departures

    @Test func whoLeavesWhileTheOriginThinksEndsItsExchange() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in .readOn })
        let fixture = try await GatewayFixture(origin: origin)
        let client = try fixture.client()
        client.send(Self.get)
        await origin.ended(1)
        client.reset()
        await origin.noneOpen()
        // The shard has finished its turn then.
        await fixture.gateway.stop()
        #expect(fixture.metric(#"ossgate_requests_total{operation="GetObject",outcome="departed"}"#) == 1)
        await fixture.stop()
    }

    @Test func whoLeavesWhileTheOriginTakesNothingEndsItsUpload() async throws {
        let origin = ScriptedOrigin(onHead: { _ in .stall })
        let fixture = try await GatewayFixture(origin: origin)
        let upload = Upload(framing: .length, operation: .put, fault: .none, size: 40 << 20)
        let taken = try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            let taken = client.sendUntilBlocked(upload.message())
            client.reset()
            return taken
        }
        #expect(taken < upload.size)
        origin.release()
        await origin.ended(1)
        #expect(origin.seen.first?.isBroken == true)
        await origin.noneOpen()
        // The shard has finished its turn then.
        await fixture.gateway.stop()
        #expect(fixture.metric("ossgate_gate_aborts_total") == 1)
        await fixture.stop()
    }

    @Test func whoLeavesInAnAnswerEndsIt() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in Self.longAnswer(pieces: 64) })
        let fixture = try await GatewayFixture(origin: origin)
        let client = try RawClient(port: fixture.port, receiveBytes: 16_384)
        client.send(Self.get)
        await origin.blocked()
        client.reset()
        await origin.noneOpen()
        #expect(origin.bytesSent < Self.bytesInFlightMax)
        await fixture.stop()
    }
}

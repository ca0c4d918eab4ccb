import Bytes
import HTTPServer
import TestSupport
import Testing

/// Refusals while the body is still to come: the client can read them whole, and what follows is never mistaken
/// for a request.
@Suite struct EarlyRefusalTests {
    private static let host = Upload.host
    private static let large = 100 << 20

    /// Refused at its head: the object name is too long.
    private static func refusedHead(length: Int, further: String = "", version: String = "1.1") -> String {
        "PUT /\(String(repeating: "k", count: 1100)) HTTP/\(version)\r\nHost: \(host)\r\n\(further)"
            + "Content-Length: \(length)\r\n\r\n"
    }

    private static func isRefusal(_ answer: RawClient.Answer?) -> Bool {
        answer?.status == 400 && answer?.element("Code") == "InvalidObjectName"
    }

    @Test func aClientThatSendsEverythingFirstGetsTheWholeAnswer() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        let (answer, sent) = try await onThread { () throws -> (RawClient.Answer?, Bool) in
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: Self.large))
            // Bytes that would be a request, if anybody read them so.
            let piece = Array(String(repeating: "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", count: 32_768).utf8)
            var left = Self.large
            while left > 0 {
                guard client.send(Array(piece.prefix(left))) else { return (nil, false) }
                left -= min(piece.count, left)
            }
            let answer = try client.answer(to: .put)
            #expect(client.rest().isEmpty)
            return (answer, true)
        }
        #expect(sent)
        #expect(Self.isRefusal(answer))
        #expect(answer?.field("connection") == "close")
        #expect(fixture.origin.bytesReceived == 0)
        #expect(try fixture.log.records().count == 1)
        await fixture.stop()
    }

    @Test func aClientThatWaitsIsRefusedInPlaceOf100() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        let (answer, interim, rest) = try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: Self.large, further: "Expect: 100-continue\r\n"))
            let answer = try client.answer(to: .put)
            return (answer, client.interim.count, client.rest())
        }
        #expect(Self.isRefusal(answer))
        #expect(interim == 0)
        #expect(rest.isEmpty)
        await fixture.stop()
    }

    /// The client may begin its body at the same moment at which it is refused.
    @Test func aClientThatWaitsNotLongEnoughGetsTheWholeAnswer() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        let answer = try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: 8 << 20, further: "Expect: 100-continue\r\n"))
            client.send(Pattern.bytes(count: 8 << 20, seed: 1))
            return try client.answer(to: .put)
        }
        #expect(Self.isRefusal(answer))
        await fixture.stop()
    }

    @Test func continueIsSentOnceAndOnlyToThoseWhoWait() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let waiting = try RawClient(port: port)
            let head = "PUT /k HTTP/1.1\r\nHost: \(Self.host)\r\nContent-Length: 3\r\n"
            waiting.send(head + "Expect: 100-continue\r\n\r\n")
            #expect(try waiting.interimAnswer(to: .put)?.status == 100)
            #expect(fixture.origin.connectionCount == 0)
            waiting.send("abc")
            #expect(try waiting.finalAnswer()?.status == 200)
            #expect(waiting.interim.count == 1)

            let plain = try RawClient(port: port)
            plain.send(head + "\r\nabc")
            #expect(try plain.answer(to: .put)?.status == 200)
            let empty = try RawClient(port: port)
            empty.send(
                "PUT /k HTTP/1.1\r\nHost: \(Self.host)\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n")
            #expect(try empty.answer(to: .put)?.status == 200)
            let old = try RawClient(port: port)
            old.send(
                "PUT /k HTTP/1.0\r\nHost: \(Self.host)\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
            )
            #expect(try old.answer(to: .put)?.status == 200)
            #expect(plain.interim.isEmpty && empty.interim.isEmpty && old.interim.isEmpty)
        }
        #expect(fixture.origin.seen.count == 4)
        #expect(fixture.origin.seen.allSatisfy { !$0.head.fields.contains("expect") })
        await fixture.stop()
    }

    @Test func aSmallRestIsReadPastAndTheConnectionStays() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: 1000))
            let answer = try client.answer(to: .put)
            #expect(Self.isRefusal(answer))
            #expect(answer?.field("connection") == "keep-alive")
            client.send(
                String(repeating: "GET / HTTP/1.1\r\n\r\n", count: 50) + String(repeating: "x", count: 100))
            client.send("GET /k HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n")
            #expect(try client.answer()?.status == 200)
        }
        #expect(fixture.origin.seen.map(\.target) == ["/k"])
        await fixture.stop()
    }

    @Test func aRefusedChunkedBodyClosesTheConnection() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            client.send(
                "PUT /\(String(repeating: "k", count: 1100)) HTTP/1.1\r\nHost: \(Self.host)\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /k HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n"
            )
            let answer = try client.answer(to: .put)
            #expect(Self.isRefusal(answer))
            #expect(answer?.field("connection") == "close")
            #expect(client.rest().isEmpty)
        }
        #expect(fixture.origin.bytesReceived == 0)
        await fixture.stop()
    }

    /// A digest that is wrong is known when the body is complete: the next request may follow at once.
    @Test(arguments: Upload.Framing.allCases)
    func aRequestBehindARefusedUploadIsServed(framing: Upload.Framing) async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            for size in [10, 65_536, 200_000] {
                let bad = Upload(framing: framing, operation: .put, fault: .wrongMD5, size: size)
                client.send(
                    bad.message() + Array("GET /after-\(size) HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n".utf8))
                let answer = try client.answer(to: .put)
                #expect(answer?.element("Code") == "InvalidDigest")
                #expect(answer?.field("connection") == "keep-alive")
                #expect(try client.answer()?.status == 200)
            }
        }
        #expect(
            fixture.origin.seen.filter(\.isComplete).map(\.target) == [
                "/after-10", "/after-65536", "/after-200000",
            ])
        await fixture.stop()
    }

    @Test func aSilentRestOfARefusedBodyDoesNotHoldTheConnection() async throws {
        let fixture = try await GatewayFixture { $0.server.lingerNanoseconds = 100_000_000 }
        let port = fixture.port
        let rest = try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: 1000))
            #expect(Self.isRefusal(try client.answer(to: .put)))
            return client.rest()
        }
        #expect(rest.isEmpty)
        let trickled = try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: 1000))
            #expect(Self.isRefusal(try client.answer(to: .put)))
            return (0..<100).first { _ in
                client.send("x")
                return client.waitForInput(milliseconds: 50)
            }
        }
        #expect(trickled != nil)
        await fixture.stop()
    }

    @Test func anEndlessRestIsCutAtItsBound() async throws {
        let fixture = try await GatewayFixture { $0.server.lingerBytesMax = 1 << 20 }
        let port = fixture.port
        let sent = try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.refusedHead(length: 1 << 30))
            #expect(Self.isRefusal(try client.answer(to: .put)))
            let piece = Pattern.bytes(count: 1 << 20, seed: 2)
            return (0..<200).first { _ in !client.send(piece) } ?? 200
        }
        #expect(sent < 200)
        await fixture.stop()
    }
}

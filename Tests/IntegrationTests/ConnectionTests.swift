import Bytes
import HTTPServer
import TestSupport
import Testing

/// Connections of clients: order, persistence, versions and forms of requests, ends of either side.
@Suite struct ConnectionTests {
    private static let host = Upload.host

    private static func get(_ target: String, further: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\(further)\r\n"
    }

    /// An origin whose answers tell the target.
    private static func echo() -> ScriptedOrigin {
        ScriptedOrigin(onEnd: { .answer(ScriptedOrigin.ok(body: Array("<\($0.target)>".utf8))) })
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let fixture = try await GatewayFixture(origin: Self.echo())
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            var text = ""
            for index in 0..<100 {
                switch index % 4 {
                case 0: text += Self.get("/\(index)")
                case 1: text += Self.get("/\(index)?x-oss-nothing", further: "Range: bytes=0-1\r\n")
                case 2:
                    text += "PUT /\(index) HTTP/1.1\r\nHost: \(Self.host)\r\nContent-Length: 5\r\n\r\nabcde"
                // Refused by the gateway itself, between answers of the origin.
                default: text += "PUT /\(index) HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n"
                }
            }
            client.send(text)
            for index in 0..<100 {
                let answer = try #require(try client.answer(to: index % 4 == 2 ? .put : .get))
                if index % 4 == 3 {
                    #expect(answer.status == 411)
                    #expect(answer.element("Code") == "MissingContentLength")
                } else {
                    #expect(answer.text.hasPrefix("</\(index)"))
                }
            }
        }
        #expect(fixture.origin.seen.count == 75)
        await fixture.stop()
    }

    @Test func aClientThatReadsNothingIsNotReadFrom() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        // Answers of the gateway itself: without a bound they would pile up there.
        let request = Array(
            ("PUT /k HTTP/1.1\r\nHost: \(Self.host)\r\nPadding: \(String(repeating: "p", count: 2000))\r\n\r\n")
                .utf8)
        var built: [UInt8] = []
        for _ in 0..<25_000 { built += request }
        let flood = built
        try await onThread {
            let client = try RawClient(port: port, receiveBytes: 4096)
            let accepted = client.sendUntilBlocked(flood, milliseconds: 2_000)
            #expect(accepted < flood.count)
            // Whoever begins to read gets every answer.
            client.endOutput()
            var answers = 0
            while try client.answer(to: .put)?.status == 411 { answers += 1 }
            #expect(answers == accepted / request.count)
        }
        await fixture.stop()
    }

    @Test func halfCloseAfterACompleteRequestStillGetsItsAnswer() async throws {
        let body = Pattern.bytes(count: 12 << 20, seed: 3)
        let origin = ScriptedOrigin(onEnd: { _ in .answer(ScriptedOrigin.ok(body: body)) })
        let fixture = try await GatewayFixture(origin: origin)
        let port = fixture.port
        try await onThread {
            for further in ["", "Connection: close\r\n"] {
                let client = try RawClient(port: port, receiveBytes: 4096)
                client.send(Self.get("/k", further: further))
                client.endOutput()
                #expect(try client.answer()?.body == body)
                #expect(try client.answer() == nil)
            }
            let refused = try RawClient(port: port)
            refused.send("PUT /k HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n")
            refused.endOutput()
            #expect(try refused.answer(to: .put)?.status == 411)
        }
        await fixture.stop()
    }

    @Test func http10IsServedAndClosed() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in
            .answer(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8))
        })
        let fixture = try await GatewayFixture(origin: origin)
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            client.send("GET /k HTTP/1.0\r\nHost: \(Self.host)\r\n\r\n")
            let answer = try #require(try client.answer())
            #expect(answer.text == "abc")
            #expect(!answer.head.fields.contains("transfer-encoding"))
            #expect(answer.field("connection") == "close")
            let refused = try RawClient(port: port)
            refused.send("PUT /k HTTP/1.0\r\nHost: \(Self.host)\r\n\r\n")
            #expect(try refused.answer(to: .put)?.status == 411)
            #expect(refused.rest().isEmpty)
        }
        await fixture.stop()
    }

    @Test func anAbsoluteTargetGoesOnAsItsPath() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            client.send("GET http://\(Self.host)/a%2Fb?c=d HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n")
            #expect(try client.answer()?.status == 200)
        }
        #expect(fixture.origin.seen.first?.target == "/a%2Fb?c=d")
        #expect(fixture.origin.seen.first?.head.fields.first("host")?.text == Self.host)
        await fixture.stop()
    }

    @Test func errorsOfHeadRequestsTravelInAField() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let client = try RawClient(port: port)
            client.send("HEAD /\(String(repeating: "k", count: 1100)) HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n")
            let answer = try #require(try client.answer(to: .head))
            #expect(answer.status == 400)
            #expect(answer.body.isEmpty)
            #expect(answer.element("Code") == "InvalidObjectName")
            #expect(answer.element("RequestId") == answer.field("x-oss-request-id"))
            client.send(Self.get("/k"))
            #expect(try client.answer()?.status == 200)
        }
        await fixture.stop()
    }

    @Test func whatIsNoHTTPGetsAnErrorDocument() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        try await onThread {
            let cases: [(String, Int)] = [
                ("GET /k HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("\u{16}\u{3}\u{1}", 400),
                ("GET /\(String(repeating: "k", count: 9000)) HTTP/1.1\r\nHost: \(Self.host)\r\n\r\n", 414),
                ("GET /k HTTP/1.1\r\nHost: h\r\nA: \(String(repeating: "k", count: 40_000))\r\n\r\n", 431),
                ("GET /k HTTP/2.0\r\nHost: h\r\n\r\n", 505),
                ("PUT /k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            ]
            for (text, status) in cases {
                let client = try RawClient(port: port)
                client.send(text)
                let answer = try #require(try client.answer(), "\(text.prefix(40))")
                #expect(answer.status == status, "\(text.prefix(40))")
                #expect(answer.element("Code") != nil)
                #expect(answer.field("connection") == "close")
                #expect(client.rest().isEmpty)
            }
        }
        #expect(fixture.origin.bytesReceived == 0)
        await fixture.stop()
    }

    @Test func silenceInAHeadIs408AndSilenceBetweenRequestsCloses() async throws {
        let fixture = try await GatewayFixture {
            $0.server.headNanoseconds = 100_000_000
            $0.server.keepAliveNanoseconds = 100_000_000
        }
        let port = fixture.port
        try await onThread {
            let silent = try RawClient(port: port)
            #expect(silent.rest().isEmpty)
            let begun = try RawClient(port: port)
            begun.send("GET /k HTTP/1.1\r\nHo")
            #expect(try begun.answer()?.status == 408)
            let idle = try RawClient(port: port)
            idle.send(Self.get("/k"))
            #expect(try idle.answer()?.status == 200)
            #expect(try idle.answer() == nil)
        }
        await fixture.stop()
    }
}

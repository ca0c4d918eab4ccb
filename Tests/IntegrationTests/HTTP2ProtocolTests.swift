import Bytes
import HTTPModel
import TestSupport
import Testing

/// RFC 9113 by section, in frames that a test makes itself: what ends a stream, what ends the connection, and what the
/// origin sees of it.
@Suite struct HTTP2ProtocolTests {
    typealias Client = HTTP2Client

    /// A gateway and what a client does with it.
    private func with(
        origin: ScriptedOrigin = ScriptedOrigin(), transport: Transport = .h2c,
        _ body: @escaping @Sendable (UInt16) throws -> Void, check: (GatewayFixture) throws -> Void = { _ in }
    ) async throws {
        let fixture = try await GatewayFixture(origin: origin, transport: transport) {
            $0.server.headNanoseconds = 500_000_000
            $0.server.http2.streamsMax = 4
        }
        let port = fixture.port
        try await onThread { try body(port) }
        // The gateway has outlived it.
        let answer = try await onThread { () throws -> RawClient.Answer? in
            let client = try transport.http2(port: port)
            client.request(1, Client.request("GET", "/after"))
            return try client.answer(1)
        }
        #expect(answer?.status == 200)
        try check(fixture)
        await fixture.stop()
    }

    /// The connection ends with GOAWAY and this code; `nil` for any.
    private static func expectGoAway(_ client: Client, _ code: UInt32?, _ comment: Comment = "") throws {
        try client.read { $0.isClosed }
        #expect(client.goAway != nil, comment)
        if let code { #expect(client.goAway?.code == code, comment) }
    }

    // MARK: 3, 4: preface and frames

    @Test func section3_4_theClientSpeaksFirst() async throws {
        try await with { port in
            let broken = try Client(port: port, greets: false)
            broken.wire.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")
            broken.send(.settings, payload: [])
            try broken.read { $0.isClosed }
            #expect(broken.isClosed)
        }
    }

    @Test func section3_4_settingsComeFirst() async throws {
        try await with { port in
            let unsettled = try Client(port: port, greets: false)
            unsettled.wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            unsettled.request(1, Client.request())
            try unsettled.read { $0.isClosed }
            #expect(unsettled.isClosed)
        }
    }

    @Test func section3_3_bothVersionsAreServedOnOnePort() async throws {
        try await with { port in
            let old = try RawClient(port: port)
            old.send("GET /old HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
            #expect(try old.answer()?.status == 200)
        }
    }

    @Test func section4_2_framesHaveALimit() async throws {
        try await with { port in
            let client = try Client(port: port)
            client.request(1, Client.request("PUT"), ends: false)
            client.send(.data, stream: 1, payload: [UInt8](repeating: 0, count: 16_385))
            try Self.expectGoAway(client, 6)
            let unknown = try Client(port: port)
            // Types that nobody knows are passed over (section 4.1).
            unknown.wire.send(Client.frame(0x77, 0xFF, 0, [1, 2, 3]))
            unknown.request(1, Client.request())
            #expect(try unknown.answer(1)?.status == 200)
        }
    }

    @Test func section4_3_fieldBlocksAreWhole() async throws {
        try await with { port in
            let block = Client.block(Client.request())
            let split = try Client(port: port)
            split.send(.headers, flags: Client.endStream, stream: 1, payload: Array(block[..<10]))
            split.send(.continuation, stream: 1, payload: Array(block[10..<20]))
            split.send(.continuation, flags: Client.endHeaders, stream: 1, payload: Array(block[20...]))
            #expect(try split.answer(1)?.status == 200)
            let interrupted = try Client(port: port)
            interrupted.send(.headers, flags: Client.endStream, stream: 1, payload: block)
            interrupted.send(.ping, payload: [UInt8](repeating: 0, count: 8))
            try Self.expectGoAway(interrupted, 1)
            let corrupt = try Client(port: port)
            corrupt.send(
                .headers, flags: Client.endHeaders | Client.endStream, stream: 1,
                payload: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
            try Self.expectGoAway(corrupt, 9)
        }
    }

    // MARK: 5, 6: streams and frame types

    @Test func section5_1_streamsFollowTheirStates() async throws {
        try await with { port in
            for (comment, act) in Self.stateFaults {
                let client = try Client(port: port)
                act(client)
                try Self.expectGoAway(client, nil, Comment(rawValue: comment))
            }
        }
    }

    private static let stateFaults: [(String, @Sendable (Client) -> Void)] = [
        ("DATA on an idle stream", { $0.send(.data, stream: 1, payload: [1]) }),
        ("RST_STREAM on an idle stream", { $0.send(.reset, stream: 1, payload: Client.bytes(8)) }),
        ("WINDOW_UPDATE on an idle stream", { $0.send(.windowUpdate, stream: 1, payload: Client.bytes(1)) }),
        ("HEADERS on an even stream", { $0.request(2, Client.request()) }),
        ("HEADERS on stream 0", { $0.request(0, Client.request()) }),
        ("DATA on stream 0", { $0.send(.data, payload: [1]) }),
        (
            "PUSH_PROMISE of a client",
            { $0.send(.pushPromise, flags: 4, stream: 1, payload: Client.bytes(2)) }
        ),
        ("SETTINGS on a stream", { $0.send(.settings, stream: 1, payload: []) }),
        ("SETTINGS of a wrong length", { $0.send(.settings, payload: [0, 1, 2]) }),
        ("SETTINGS ACK with payload", { $0.send(.settings, flags: 1, payload: [0, 1, 0, 0, 0, 0]) }),
        ("ENABLE_PUSH of 2", { $0.send(.settings, payload: [0, 2, 0, 0, 0, 2]) }),
        ("INITIAL_WINDOW_SIZE beyond 2^31-1", { $0.send(.settings, payload: [0, 4, 0x80, 0, 0, 0]) }),
        ("MAX_FRAME_SIZE below 16384", { $0.send(.settings, payload: [0, 5, 0, 0, 0x10, 0]) }),
        ("PING of a wrong length", { $0.send(.ping, payload: [0]) }),
        ("PING on a stream", { $0.send(.ping, stream: 1, payload: [UInt8](repeating: 0, count: 8)) }),
        (
            "RST_STREAM of a wrong length",
            {
                $0.request(1, Client.request("PUT"), ends: false)
                $0.send(.reset, stream: 1, payload: [0])
            }
        ),
        ("GOAWAY on a stream", { $0.send(.goAway, stream: 1, payload: [UInt8](repeating: 0, count: 8)) }),
        ("WINDOW_UPDATE of 0", { $0.send(.windowUpdate, payload: Client.bytes(0)) }),
        ("WINDOW_UPDATE beyond 2^31-1", { $0.send(.windowUpdate, payload: Client.bytes(0x7FFF_FFFF)) }),
        ("CONTINUATION without HEADERS", { $0.send(.continuation, flags: 4, stream: 1, payload: []) }),
        (
            "padding longer than the frame",
            {
                $0.request(1, Client.request("PUT"), ends: false)
                $0.send(.data, flags: 8, stream: 1, payload: [200, 1, 2])
            }
        ),
    ]

    /// A number that was passed over is that of a closed stream. nghttp2 takes what comes for one as late and ignores it,
    /// since a reset may be on its way: nothing is begun, and the connection goes on.
    @Test func section5_1_1_numbersOnlyGrow() async throws {
        let origin = ScriptedOrigin()
        try await with(origin: origin) { port in
            let client = try Client(port: port)
            client.request(5, Client.request())
            #expect(try client.answer(5)?.status == 200)
            client.request(3, Client.request("GET", "/late"))
            client.request(7, Client.request())
            #expect(try client.answer(7)?.status == 200)
            #expect(client.streams[3] == nil)
        } check: { _ in
            #expect(origin.seen.allSatisfy { $0.head.target.text != "/late" })
        }
    }

    @Test func section5_1_2_streamsAreLimited() async throws {
        // Says nothing, but holds no thread once its connection is gone.
        let origin = ScriptedOrigin(onEnd: {
            $0.target == "/after" ? .answer(ScriptedOrigin.ok()) : .readOn
        })
        try await with(origin: origin) { port in
            let client = try Client(port: port)
            for index in 0..<5 { client.request(UInt32(index * 2 + 1), Client.request("GET", "/held")) }
            try client.read { $0.streams[9]?.resetCode != nil }
            // REFUSED_STREAM: nothing has been done, so the client may try again.
            #expect(client.streams[9]?.resetCode == 7)
            #expect(client.settings[3] == 4)
        }
    }

    @Test func section6_5_3_and_6_7_settingsAndPingsAreAnswered() async throws {
        try await with(transport: .h2) { port in
            let client = try Transport.h2.http2(port: port)
            #expect(client.wire.session?.applicationProtocol == "h2")
            client.send(.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8])
            try client.read { !$0.pings.isEmpty }
            #expect(client.pings.first == [1, 2, 3, 4, 5, 6, 7, 8])
            #expect(client.settings[4] == 1 << 20)
        }
    }

    // MARK: 8: messages

    @Test func section8_1_1_lengthsMustFit() async throws {
        try await with { port in
            for (length, sent, code) in [(10, 9, "IncompleteBody"), (10, 11, nil), (0, 1, nil)]
                as [(Int, Int, String?)]
            {
                let client = try Client(port: port)
                client.request(1, Client.request("PUT", "/k", [("content-length", "\(length)")]), ends: false)
                try client.data(1, [UInt8](repeating: 7, count: sent))
                let answer = try #require(try client.answer(1))
                #expect(answer.status == 400, "\(length) \(sent)")
                if let code { #expect(answer.element("Code") == code) }
            }
        } check: { fixture in
            #expect(fixture.origin.seen.map(\.target) == ["/after"])
        }
    }

    /// The last byte is held until the stream ends: what follows may still show that the length was a lie.
    @Test func section8_1_1_theLastByteWaitsForTheEnd() async throws {
        try await with { port in
            let body = [UInt8](repeating: 7, count: 200_000)
            let client = try Client(port: port)
            client.request(1, Client.request("PUT", "/lie", [("content-length", "200000")]), ends: false)
            try client.data(1, body, ends: false)
            client.send(.data, flags: Client.endStream, stream: 1, payload: [1])
            #expect(try client.answer(1)?.status == 400)
            let honest = try Client(port: port)
            honest.request(1, Client.request("PUT", "/honest", [("content-length", "200000")]), ends: false)
            try honest.data(1, body, ends: false)
            honest.send(.data, flags: Client.endStream, stream: 1, payload: [])
            #expect(try honest.answer(1)?.status == 200)
        } check: { fixture in
            #expect(fixture.origin.seen.filter(\.isComplete).map(\.target) == ["/honest", "/after"])
        }
    }

    @Test func section8_1_trailersEndTheStream() async throws {
        try await with { port in
            let client = try Client(port: port)
            client.request(1, Client.request("PUT"), ends: false)
            try client.data(1, [1, 2, 3], ends: false)
            client.request(1, [("x-after", "1")])
            #expect(try client.answer(1)?.status == 200)
            for (fields, ends) in [
                ([("x-after", "1")], false), ([(":path", "/")], true), ([("host", "x")], true),
            ] {
                let faulty = try Client(port: port)
                faulty.request(1, Client.request("PUT", "/faulty"), ends: false)
                try faulty.data(1, [1, 2, 3], ends: false)
                faulty.request(1, fields, ends: ends)
                #expect(try faulty.answer(1)?.status == 400)
            }
        } check: { fixture in
            let complete = fixture.origin.seen.filter(\.isComplete)
            #expect(complete.map(\.target) == ["/k", "/after"])
            // Never part of the head.
            #expect(complete.first?.head.fields.contains("x-after") == false)
            #expect(complete.first?.trailers.contains("x-after") == true)
        }
    }

    @Test func section8_2_malformedRequestsAreAnsweredAndRecorded() async throws {
        try await with { port in
            let faults: [[(String, String)]] = [
                Client.request("GET", "/k", [("Upper", "x")]),
                Client.request("GET", "/k", [("x", "a\r\nb: c")]),
                Client.request("GET", "/k", [("connection", "close")]),
                Client.request("GET", "/k", [("transfer-encoding", "chunked")]),
                Client.request("GET", "/k", [(":path", "/late")]), Client.request("GET", "/ HTTP/1.1"),
                [(":method", "GET")], Client.request("GET", "/k", [("te", "gzip")]),
            ]
            let client = try Client(port: port)
            for (index, fields) in faults.enumerated() {
                let stream = UInt32(index * 2 + 1)
                client.request(stream, fields)
                #expect(try client.answer(stream)?.status == 400, "\(fields)")
            }
            // The connection lives.
            client.request(99, Client.request("GET", "/good"))
            #expect(try client.answer(99)?.status == 200)
        } check: { fixture in
            #expect(fixture.origin.seen.map(\.target) == ["/good", "/after"])
            let records = try fixture.log.records()
            #expect(records.count == 8)
        }
    }

    @Test func earlyRefusalsAreReadable() async throws {
        try await with { port in
            let client = try Client(port: port)
            // A bucket that cannot be: refused by the head, long before the body ends.
            client.request(
                1, Client.request("PUT", "/k", [("content-md5", "bad"), ("content-length", "100000000")]),
                ends: false)
            try client.data(1, [UInt8](repeating: 1, count: 300_000), ends: false)
            let answer = try #require(try client.answer(1))
            #expect(answer.element("Code") == "InvalidDigest")
            try client.read { $0.streams[1]?.resetCode != nil }
            #expect(client.streams[1]?.resetCode == 0)
            client.request(3, Client.request("GET", "/next"))
            #expect(try client.answer(3)?.status == 200)
        }
    }

    @Test func continueIsSentWhenTheHeadIsAdmitted() async throws {
        try await with { port in
            let client = try Client(port: port)
            client.request(
                1, Client.request("PUT", "/k", [("expect", "100-continue"), ("content-length", "3")]),
                ends: false)
            try client.read { $0.streams[1]?.interim == [100] }
            try client.data(1, [1, 2, 3])
            #expect(try client.answer(1)?.status == 200)
        }
    }

    @Test func answersOfEveryFramingArrive() async throws {
        let origin = ScriptedOrigin(onEnd: { request in
            switch request.target {
            case "/chunked":
                return .answer(
                    Array(
                        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x-hop\r\n"
                            + "X-Hop: 1\r\nX-End: 2\r\n\r\n3\r\nabc\r\n0\r\nx-trailer: 1\r\n\r\n").utf8))
            case "/close": return .answerAndClose(Array("HTTP/1.1 200 OK\r\n\r\nuntil the end".utf8))
            case "/cut": return .answerAndClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".utf8))
            case "/204": return .answer(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
            case "/large": return .answer(ScriptedOrigin.ok(body: Pattern.bytes(count: 3_000_000, seed: 3)))
            default: return .answer(ScriptedOrigin.ok(body: Array("hello".utf8)))
            }
        })
        try await with(origin: origin) { port in
            let client = try Client(port: port)
            client.request(1, Client.request("GET", "/chunked"))
            let chunked = try #require(try client.answer(1))
            #expect(chunked.text == "abc")
            #expect(chunked.field("x-end") == "2")
            #expect(chunked.field("x-hop") == nil && chunked.field("connection") == nil)
            #expect(chunked.field("transfer-encoding") == nil)
            client.request(3, Client.request("GET", "/close"))
            #expect(try client.answer(3)?.text == "until the end")
            client.request(5, Client.request("GET", "/cut"))
            #expect(try client.answer(5) == nil)
            #expect(client.streams[5]?.resetCode == 2)
            client.request(7, Client.request("GET", "/204"))
            #expect(try client.answer(7)?.status == 204)
            client.request(9, Client.request("HEAD", "/k"))
            let head = try #require(try client.answer(9))
            #expect(head.body.isEmpty && head.field("content-length") == "5")
            client.request(11, Client.request("GET", "/large"))
            let large = try #require(try client.answer(11)).body.elementsEqual(
                Pattern.bytes(count: 3_000_000, seed: 3))
            #expect(large)
        }
    }
}

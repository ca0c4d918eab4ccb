import Bytes
import Network
import Proxy
import TestSupport
import Testing

/// Whom a trusted proxy names in `X-Forwarded-For` is the client, and the origin gets the field as it came.
@Suite struct ForwardedClientTests {
    private func fixture(
        _ transport: Transport = .plain, from range: String = "127.0.0.0/8",
        origin: ScriptedOrigin = ScriptedOrigin(),
        _ change: (inout GatewayPlan) -> Void = { _ in }
    ) async throws -> GatewayFixture {
        let trusted = [try AddressRange(range)]
        return try await GatewayFixture(origin: origin, transport: transport) {
            $0.listeners[0].options.forwardedFrom = trusted
            change(&$0)
        }
    }

    private static func refused(_ fields: String) -> String {
        "GET /k HTTP/1.1\r\nHost: Bad_Bucket.oss-cn-hangzhou.aliyuncs.com\r\n\(fields)\r\n"
    }

    /// Whom the records name, and how many fields were malformed.
    private func clients(_ fixture: GatewayFixture, _ fields: [String]) async throws -> [String] {
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            for lines in fields {
                client.send(Self.refused(lines))
                #expect(try client.answer()?.status == 400)
            }
        }
        return try fixture.log.records().map { $0["client.address"] as? String ?? "none" }
    }

    @Test func eachRequestHasItsOwnClient() async throws {
        let fixture = try await fixture()
        let found = try await clients(
            fixture,
            [
                "X-Forwarded-For: 203.0.113.7\r\n", "x-forwarded-for: 198.51.100.1, 203.0.113.8\r\n", "",
                "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 127.0.0.9\r\n",
                "X-Forwarded-For: [2001:db8::7]:99\r\n", "X-Forwarded-For: 203.0.113.7, unknown\r\n",
            ])
        #expect(
            found == ["203.0.113.7", "203.0.113.8", "127.0.0.1", "203.0.113.9", "2001:db8::7", "127.0.0.1"])
        #expect(fixture.metric("ossgate_forwarded_for_malformed_total") == 1)
        await fixture.stop()
    }

    @Test func whoIsNotTrustedNamesNobody() async throws {
        let fixture = try await fixture(from: "10.0.0.0/8")
        let found = try await clients(
            fixture, ["X-Forwarded-For: 203.0.113.7\r\n", "X-Forwarded-For: x\r\n"])
        #expect(found == ["127.0.0.1", "127.0.0.1"])
        #expect(fixture.metric("ossgate_forwarded_for_malformed_total") == 0)
        await fixture.stop()
    }

    @Test(arguments: ["203.0.113.7,10.0.0.1", "garbage", " 1.2.3.4 ,, "])
    func theOriginGetsTheFieldAsItCame(value: String) async throws {
        let fixture = try await fixture()
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send("GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\nX-FORWARDED-for:\(value)\r\n\r\n")
            #expect(try client.answer()?.status == 200)
        }
        let fields = try #require(fixture.origin.seen.first).head.fields
        #expect(fields.count(of: "x-forwarded-for") == 1)
        #expect(fields.first("x-forwarded-for")?.text == Array(value.utf8)[...].trimmingBlanks().text)
        await fixture.stop()
    }

    @Test func itIsReadOfHTTP2Too() async throws {
        let fixture = try await fixture(.h2c)
        try await onThread { [port = fixture.port] in
            let client = try HTTP2Client(port: port)
            for (stream, address) in [(UInt32(1), "203.0.113.7"), (3, "203.0.113.8")] {
                client.request(
                    stream,
                    [
                        (":method", "GET"), (":scheme", "http"), (":path", "/k"),
                        (":authority", "Bad_B.oss-cn-hangzhou.aliyuncs.com"),
                        ("x-forwarded-for", address),
                    ])
                #expect(try client.answer(stream)?.status == 400)
            }
        }
        let found = try fixture.log.records().map { $0["client.address"] as? String ?? "none" }
        #expect(found == ["203.0.113.7", "203.0.113.8"])
        await fixture.stop()
    }

    /// Requests under way count for the client, and the connections of the proxy for nobody.
    @Test func requestsCountForTheirClient() async throws {
        let origin = ScriptedOrigin(onEnd: { seen in
            seen.target == "/slow"
                ? .sequence([.stall, .answer(ScriptedOrigin.ok())]) : .answer(ScriptedOrigin.ok())
        })
        let fixture = try await fixture(origin: origin) { $0.server.connectionsPerAddressMax = 1 }
        let port = fixture.port
        func get(_ target: String, _ address: String, method: String = "GET") async throws -> RawClient
            .Answer?
        {
            try await onThread {
                let client = try RawClient(port: port)
                let head =
                    "\(method) \(target) HTTP/1.1\r\nHost: \(Upload.host)\r\nX-Forwarded-For: \(address)\r\n"
                client.send(head + "Content-Length: 3\r\n\r\nabc")
                let answer = try client.answer(to: method == "HEAD" ? .head : .get)
                // The connection is kept: it may carry requests of others.
                client.send("GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
                #expect(try client.answer()?.status == 200)
                return answer
            }
        }
        let slow = Task { try await get("/slow", "203.0.113.7", method: "PUT") }
        await origin.ended(1)
        let refused = try #require(try await get("/k", "203.0.113.7"))
        #expect(refused.status == 503)
        #expect(refused.element("Code") == "ServiceUnavailable")
        #expect(refused.field("x-ossgate-rule") == "connections-per-address")
        #expect(refused.field("retry-after") == "1")
        let head = try #require(try await get("/k", "203.0.113.7", method: "HEAD"))
        #expect(head.status == 503)
        #expect(head.body.isEmpty)
        #expect(try await get("/k", "203.0.113.8", method: "PUT")?.status == 200)
        origin.release()
        #expect(try await slow.value?.status == 200)
        #expect(try await get("/k", "203.0.113.7", method: "PUT")?.status == 200)
        #expect(fixture.metric("ossgate_connections_refused_total{reason=\"address\"}") == 2)
        let record = try #require(try fixture.log.records().first)
        #expect(record["client.address"] as? String == "203.0.113.7")
        await fixture.stop()
    }
}

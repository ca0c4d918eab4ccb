import Proxy
import TestSupport
import Testing

/// The end of a gateway, and what probes and scrapers are told meanwhile.
@Suite struct DrainTests {
    private static func get(_ target: String, _ host: String = Upload.host) -> String {
        "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    }

    @Test func theAdminListenerAnswersProbesAndScrapers() async throws {
        let fixture = try await GatewayFixture()
        try await onThread { [port = fixture.adminPort] in
            let client = try RawClient(port: port)
            for (target, status, text) in [
                ("/healthz", 200, "ok\n"), ("/readyz", 200, "ready\n"), ("/nothing", 404, "no such page\n"),
            ] {
                client.send(Self.get(target, "admin"))
                let answer = try #require(try client.answer())
                #expect(answer.status == status)
                #expect(answer.text == text)
            }
            client.send(Self.get("/metrics", "admin"))
            let metrics = try #require(try client.answer())
            #expect(metrics.field("content-type") == "text/plain; version=0.0.4")
            #expect(metrics.text.contains("\nossgate_connections{side=\"downstream\"} 0\n"))
            client.send("HEAD /healthz HTTP/1.1\r\nHost: admin\r\n\r\n")
            #expect(try client.answer(to: .head)?.status == 200)
            client.send("POST /metrics HTTP/1.1\r\nHost: admin\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.answer(to: .post)?.status == 405)
        }
        await fixture.stop()
    }

    @Test func whatIsInProgressEndsAndWhatIsIdleIsClosed() async throws {
        let origin = ScriptedOrigin(onEnd: {
            $0.target == "/slow"
                ? .sequence([.stall, .answer(ScriptedOrigin.ok(body: [1, 2]))]) : .answer(ScriptedOrigin.ok())
        })
        let fixture = try await GatewayFixture(origin: origin)
        let (port, adminPort) = (fixture.port, fixture.adminPort)
        async let talk: Void = onThread {
            let (slow, idle, fresh, admin) = (
                try RawClient(port: port), try RawClient(port: port), try RawClient(port: port),
                try RawClient(port: adminPort)
            )
            idle.send(Self.get("/k"))
            #expect(try idle.answer()?.status == 200)
            slow.send(Self.get("/slow"))

            // Readiness fails first, while everything still works.
            var ready = 200
            while ready == 200 {
                admin.send(Self.get("/readyz", "admin"))
                ready = try #require(try admin.answer()?.status)
            }
            #expect(ready == 503)
            #expect(try idle.answer() == nil)
            #expect(fresh.rest().isEmpty)
            admin.send(Self.get("/healthz", "admin"))
            #expect(try admin.answer()?.status == 200)
            #expect(throws: (any Error).self) { try RawClient(port: port) }

            origin.release()
            #expect(try slow.answer()?.body == [1, 2])
            #expect(try slow.answer() == nil)
            slow.close()
            #expect(admin.rest().isEmpty)
        }
        await origin.ended(2)
        await fixture.gateway.drain(delay: .milliseconds(200), bound: .seconds(20))
        try await talk
        await fixture.stop()
    }

    @Test func whatDoesNotEndIsCutAtTheBound() async throws {
        let origin = ScriptedOrigin(onEnd: { _ in .stall })
        let fixture = try await GatewayFixture(origin: origin)
        let client = try fixture.client()
        client.send(Self.get("/k"))
        await origin.ended(1)
        await fixture.gateway.drain(delay: .zero, bound: .milliseconds(100))
        #expect(client.rest().isEmpty)
        await fixture.stop()
    }

    @Test func anUploadInProgressEnds() async throws {
        let fixture = try await GatewayFixture()
        let upload = Upload(framing: .chunked, operation: .put, fault: .none, size: 300_000)
        let message = upload.message()
        let client = try fixture.client()
        client.send(Array(message[..<200_000]))
        await fixture.origin.begun(1)
        let stopped = Task { await fixture.gateway.drain(delay: .zero, bound: .seconds(20)) }
        // The listener closes when the drain has begun.
        while (try? RawClient(port: fixture.port)) != nil { await Task.yield() }
        client.send(Array(message[200_000...]))
        let answer = try client.answer(to: .put)
        #expect(answer?.status == 200)
        #expect(answer?.field("connection") == "close")
        #expect(try client.answer() == nil)
        client.close()
        await stopped.value
        #expect(fixture.origin.seen.first?.body == upload.intended)
        await fixture.stop()
    }
}

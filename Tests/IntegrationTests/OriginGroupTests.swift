import Foundation
import HTTPModel
import Proxy
import Reactor
import TestSupport
import Testing

/// Several origins, and one with a bound: who gets a request, what waits, and what happens to an origin that fails.
@Suite struct OriginGroupTests {
    private static let second: UInt64 = 1_000_000_000

    private func fixture(
        _ origins: [UInt16], clock: ShardClock = .system, _ change: (inout OriginSettings) -> Void = { _ in }
    ) async throws -> GatewayFixture {
        let places = try origins.enumerated().map { index, port in
            OriginPlace(
                name: "origin-\(index)",
                addresses: [try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: port))])
        }
        return try await GatewayFixture {
            var settings = $0.settings.origin
            settings.origins = places
            change(&settings)
            $0.settings.origin = settings
            $0.clock = clock
        }
    }

    private func get(_ port: UInt16, _ target: String = "/k") async throws -> RawClient.Answer {
        try await onThread {
            let client = try RawClient(port: port)
            client.send("GET \(target) HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n\r\n")
            return try #require(try client.answer())
        }
    }

    private func put(_ port: UInt16, _ body: [UInt8]) async throws -> RawClient.Answer {
        try await onThread {
            let client = try RawClient(port: port)
            client.send(
                "PUT /k HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\nContent-Length: \(body.count)\r\n\r\n"
            )
            client.send(body)
            return try #require(try client.answer(to: .put))
        }
    }

    @Test func theLeastBusyOriginIsAsked() async throws {
        let slow = ScriptedOrigin(onEnd: { _ in .sequence([.stall, .answer(ScriptedOrigin.ok())]) })
        let quick = ScriptedOrigin()
        let fixture = try await fixture([slow.port, quick.port])
        let port = fixture.port
        let held = (0..<2).map { _ in Task { try await get(port) } }
        // Of two requests each origin gets one, in turn.
        await slow.begun(1)
        let before = quick.seen.count
        for _ in 0..<10 { #expect(try await get(port).status == 200) }
        #expect(quick.seen.count >= before + 10)
        #expect(slow.seen.count == 1)
        await slow.ended(1)
        slow.stop()
        for task in held { _ = try? await task.value }
        quick.stop()
        await fixture.stop()
    }

    /// No byte of it has left: whatever the method, the request goes to the next origin.
    @Test(arguments: [10, 300_000])
    func anOriginThatCannotBeReachedIsPassedBy(bytes: Int) async throws {
        let alive = ScriptedOrigin()
        let closed = ClosedPort()
        let fixture = try await fixture([closed.number, alive.port]) { $0.health.failuresMax = 2 }
        let body = Pattern.bytes(count: bytes, seed: 3)
        for round in 1...8 {
            #expect(try await put(fixture.port, body).status == 200)
            #expect(alive.seen.count == round)
            #expect(alive.seen.last?.body == body)
        }
        #expect(fixture.metric("ossgate_origin_ejections_total") == 1)
        alive.stop()
        await fixture.stop()
        withExtendedLifetime(closed) {}
    }

    /// A request that may have been acted on is never sent again, and the origin that broke it is left alone until its
    /// time is over; then one request tries it.
    @Test func aBrokenOriginIsGivenUpAndTriedAgain() async throws {
        let time = HeldTime(unixSeconds: VectorReplay.now)
        let broken = ScriptedOrigin(onEnd: { seen in
            seen.target == "/well" ? .answer(ScriptedOrigin.ok()) : .close
        })
        let alive = ScriptedOrigin()
        let fixture = try await fixture([broken.port, alive.port], clock: .held(time)) {
            $0.health.failuresMax = 2
            $0.health.ejectionNanoseconds = 60 * Self.second
        }
        var statuses: [Int] = []
        while broken.seen.count < 2 { statuses.append(try await get(fixture.port).status) }
        #expect(statuses.count { $0 == 502 } == 2)
        for _ in 0..<6 { #expect(try await get(fixture.port).status == 200) }
        #expect(broken.seen.count == 2)
        time.advance(seconds: 60)
        // One of the next two is the trial, and fails.
        statuses = [try await get(fixture.port).status, try await get(fixture.port).status]
        #expect(statuses.sorted() == [200, 502])
        time.advance(seconds: 60)
        for _ in 0..<4 { #expect(try await get(fixture.port).status == 200) }
        #expect(broken.seen.count == 3)
        // It stays away for twice as long, then does well, and is used like the other.
        time.advance(seconds: 60)
        for _ in 0..<6 { #expect(try await get(fixture.port, "/well").status == 200) }
        #expect(broken.seen.count >= 5)
        #expect(fixture.metric("ossgate_origin_ejections_total") == 1)
        broken.stop()
        alive.stop()
        await fixture.stop()
    }

    @Test func withEveryOriginGivenUpTheAnswerIsQuick() async throws {
        let closed = [ClosedPort(), ClosedPort()]
        let fixture = try await fixture(closed.map(\.number)) {
            $0.health.failuresMax = 1
            $0.health.ejectionNanoseconds = 3600 * Self.second
        }
        #expect(try await get(fixture.port).status == 503)
        let answer = try await get(fixture.port)
        #expect(answer.status == 503)
        #expect(answer.element("Reason") == "every origin is given up for the moment")
        #expect(answer.field("retry-after") == "1")
        await fixture.stop()
        withExtendedLifetime(closed) {}
    }

    @Test func probesFindAnOriginThatIsIll() async throws {
        let ill = ScriptedOrigin(onEnd: { _ in .answer(ScriptedOrigin.ok(status: "500 Oops")) })
        let alive = ScriptedOrigin(onEnd: { _ in .answer(ScriptedOrigin.ok(status: "403 Forbidden")) })
        let fixture = try await fixture([ill.port, alive.port]) {
            $0.health.failuresMax = 2
            $0.health.ejectionNanoseconds = 3600 * Self.second
            $0.health.probeNanoseconds = 20_000_000
            $0.health.probeTarget = "/probe"
        }
        await ill.ended(3)
        for _ in 0..<6 { #expect(try await get(fixture.port).status == 403) }
        #expect(!ill.seen.contains { $0.target == "/k" })
        #expect(
            ill.seen.allSatisfy { $0.target == "/probe" && $0.head.fields.first("host")?.text == "origin-0" })
        ill.stop()
        alive.stop()
        await fixture.stop()
    }

    // MARK: The bound of one origin

    private func bounded(
        _ origin: ScriptedOrigin, waiting: Int, clock: ShardClock = .system
    ) async throws -> GatewayFixture {
        try await fixture([origin.port], clock: clock) {
            $0.requestsMax = 1
            $0.waitingMax = waiting
            $0.waitNanoseconds = 3600 * Self.second
            $0.firstByteNanoseconds = 7200 * Self.second
        }
    }

    private static func stallingFirst() -> ScriptedOrigin {
        ScriptedOrigin(onEnd: { seen in
            seen.target == "/slow"
                ? .sequence([.stall, .answer(ScriptedOrigin.ok())]) : .answer(ScriptedOrigin.ok())
        })
    }

    private func waits(_ count: Int, _ fixture: GatewayFixture) async throws {
        while fixture.metric("ossgate_upstream_waiting") != count {
            await Task.yield()
        }
    }

    @Test(.timeLimit(.minutes(5))) func requestsBeyondTheBoundWaitTheirTurn() async throws {
        let origin = Self.stallingFirst()
        let fixture = try await bounded(origin, waiting: 2)
        let port = fixture.port
        let slow = Task { try await get(port, "/slow") }
        await origin.ended(1)
        let small = Task { try await get(port, "/small") }
        try await waits(1, fixture)
        let body = Pattern.bytes(count: 3_000_000, seed: 5)
        let large = Task { try await put(port, body) }
        try await waits(2, fixture)
        let refused = try await get(port, "/refused")
        #expect(refused.status == 503)
        #expect(refused.element("Reason") == "too many requests wait for the origin")
        #expect(fixture.metric("ossgate_upstream_queue_full_total") == 1)
        #expect(origin.seen.count == 1)
        origin.release()
        #expect(try await slow.value.status == 200)
        #expect(try await small.value.status == 200)
        #expect(try await large.value.status == 200)
        #expect(origin.seen.map(\.target) == ["/slow", "/small", "/k"])
        #expect(origin.seen.last?.body == body)
        #expect(origin.connectionCount == 1)
        #expect(fixture.metric("ossgate_upstream_waiting") == 0)
        origin.stop()
        await fixture.stop()
    }

    @Test(.timeLimit(.minutes(5))) func whoWaitsTooLongOrLeavesKeepsNoPlace() async throws {
        let time = HeldTime(unixSeconds: VectorReplay.now)
        let origin = Self.stallingFirst()
        let fixture = try await bounded(origin, waiting: 1, clock: .held(time))
        let port = fixture.port
        let slow = Task { try await get(port, "/slow") }
        await origin.ended(1)
        try await onThread {
            let leaving = try RawClient(port: port)
            leaving.send("GET /left HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n\r\n")
            while fixture.metric("ossgate_upstream_waiting") == 0 { sched_yield() }
            leaving.reset()
        }
        try await waits(0, fixture)
        let late = Task { try await get(port, "/late") }
        try await waits(1, fixture)
        // Far from the end of its hour: a slow machine's own time goes by as well.
        time.advance(seconds: 1800)
        let stillFull = try await get(port, "/refused")
        #expect(stillFull.element("Reason") == "too many requests wait for the origin")
        time.advance(seconds: 1800)
        let answer = try await late.value
        #expect(answer.status == 503)
        #expect(answer.element("Reason") == "the origin has too many requests")
        origin.release()
        _ = try? await slow.value
        #expect(try await get(port, "/next").status == 200)
        #expect(origin.seen.map(\.target) == ["/slow", "/next"])
        origin.stop()
        await fixture.stop()
    }

    // MARK: The circuit

    @Test func aCircuitOpensAfterFailuresInARow() {
        var settings = OriginHealthSettings()
        settings.failuresMax = 3
        settings.ejectionNanoseconds = 10
        var health = OriginHealth(settings)
        #expect(health.failed(at: 0) == false)
        #expect(health.failed(at: 0) == false)
        health.succeeded()
        #expect(health.failed(at: 0) == false)
        #expect(health.failed(at: 0) == false)
        #expect(health.isAvailable(at: 0))
        #expect(health.failed(at: 0) == true)
        #expect(!health.isAvailable(at: 9))
        // Others that were under way change nothing.
        #expect(health.failed(at: 5) == false)
        #expect(health.isAvailable(at: 10))
        health.begins(at: 10)
        #expect(!health.isAvailable(at: 11))
        #expect(health.failed(at: 12) == false)
        // Twice as long, then four times, and no longer.
        for length in [UInt64(20), 40, 40] {
            #expect(!health.isAvailable(at: 12 + length - 1))
            #expect(health.isAvailable(at: 12 + length))
            health.begins(at: 12 + length)
            _ = health.failed(at: 12)
        }
        health.begins(at: 1000)
        // A trial of which nothing is heard does not last for ever.
        #expect(!health.isAvailable(at: 1039))
        #expect(health.isAvailable(at: 1040))
        health.succeeded()
        #expect(health.isAvailable(at: 1001))
    }
}

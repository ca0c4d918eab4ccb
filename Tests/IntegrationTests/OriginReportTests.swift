import Proxy
import Synchronization
import TestSupport
import Testing

/// The operator is told why an origin fails, and not more often than can be read.
@Suite struct OriginReportTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private static let minute: UInt64 = 60_000_000_000

    @Test func aReasonIsToldOnceAMinute() {
        let lines = Lines()
        let reports = OriginReports { lines.add($0) }
        for second in 0..<60 { reports.failed("a:1", "refused", at: UInt64(second) * Self.minute / 60) }
        reports.failed("b:1", "refused", at: 1)
        #expect(lines.all == ["origin a:1: refused", "origin b:1: refused"])
        reports.failed("a:1", "refused", at: Self.minute)
        #expect(lines.all.last == "origin a:1: refused (59 times more since the last such line)")
        reports.failed("a:1", "refused", at: 3 * Self.minute)
        #expect(lines.all.last == "origin a:1: refused")
    }

    @Test func reasonsAreBounded() {
        let lines = Lines()
        let reports = OriginReports { lines.add($0) }
        for number in 0..<1000 { reports.failed("a:1", "reason \(number)", at: 5) }
        #expect(lines.all.count == 64)
        reports.failed("a:1", "another", at: 5 + Self.minute)
        #expect(lines.all.count == 65)
    }

    @Test func theCauseIsNamed() async throws {
        let certificates = try TestCertificates.shared.get()
        let cases = [
            (
                try certificates.clientContext(serverName: "other.example"),
                "is for another name than other.example"
            ),
            (
                try certificates.clientContext(authorities: certificates.strangerAuthority),
                "is not signed by a known authority"
            ),
        ]
        for (tls, reason) in cases {
            let lines = Lines()
            let server = try certificates.serverContext()
            let back = try await GatewayFixture { $0.listeners[0].options.tls = server }
            let front = try await GatewayFixture(originPort: back.port) {
                $0.settings.origin.origins[0].name = "the-origin:443"
                $0.settings.origin.origins[0].tls = tls
                $0.originReports = OriginReports { lines.add($0) }
            }
            try await onThread { [port = front.port] in
                let client = try RawClient(port: port)
                for _ in 0..<3 {
                    client.send("GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
                    #expect(try client.answer()?.status == 502)
                }
            }
            #expect(lines.all.count == 1)
            #expect(lines.all.first?.hasPrefix("origin the-origin:443: no secure connection: ") == true)
            #expect(lines.all.first?.contains(reason) == true, "\(lines.all)")
            await front.stop()
            await back.stop()
        }
    }

    @Test func anOriginThatRefusesIsNamedThoughAnotherAnswers() async throws {
        let lines = Lines()
        let closed = ClosedPort()
        let alive = ScriptedOrigin()
        let places = try [closed.number, alive.port].map {
            OriginPlace(name: "port-\($0)", addresses: [try .resolve(.tcp(host: "127.0.0.1", port: $0))])
        }
        let fixture = try await GatewayFixture {
            $0.settings.origin.origins = places
            $0.originReports = OriginReports { lines.add($0) }
        }
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            for _ in 0..<4 {
                client.send("GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
                #expect(try client.answer()?.status == 200)
            }
        }
        #expect(lines.all == ["origin port-\(closed.number): cannot connect: Connection refused"])
        alive.stop()
        await fixture.stop()
        withExtendedLifetime(closed) {}
    }
}

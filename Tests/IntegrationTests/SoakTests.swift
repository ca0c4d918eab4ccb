import Bytes
import Digest
import HTTPModel
import Synchronization
import TestSupport
import Testing

/// Many clients at once that do everything in random order, good and bad. Whatever happens: complete uploads at the
/// origin are exactly the good ones, nobody gets anybody else's answer, and the counters add up.
@Suite struct SoakTests {
    @Test func randomTrafficKeepsEveryPromise() async throws {
        let origin = ScriptedOrigin(onEnd: { seen in
            if seen.target.hasPrefix("/reset") { return .reset }
            return .answer(ScriptedOrigin.ok(body: Array("<\(seen.target)>".utf8)))
        })
        let fixture = try await GatewayFixture(origin: origin, shards: 2)
        let port = fixture.port
        let tally = try await withThrowingTaskGroup(of: SoakClient.Tally.self) { group in
            for number in 0..<6 {
                group.addTask {
                    try await onThread {
                        var client = SoakClient(number: number, port: port)
                        return try client.run(rounds: 120)
                    }
                }
            }
            return try await group.reduce(into: SoakClient.Tally()) { $0.add($1) }
        }
        await fixture.gateway.stop()
        try await origin.settled()

        let uploads = origin.seen.filter { $0.isComplete && $0.head.method != .get }
        #expect(Set(uploads.map(\.target)) == Set(tally.uploads.keys))
        #expect(uploads.count == tally.uploads.count)
        for upload in uploads { #expect(CRC64.hash(upload.body.span) == tally.uploads[upload.target]) }
        #expect(origin.seen.allSatisfy { $0.isComplete || $0.isBroken })
        #expect(
            origin.seen.filter { $0.head.method == .get && !$0.target.hasPrefix("/reset") }.count
                == tally.downloads)
        expectBalance(fixture, tally)
        await fixture.stop()
    }

    private func expectBalance(_ fixture: GatewayFixture, _ tally: SoakClient.Tally) {
        let outcomes = fixture.sums("ossgate_requests_total", by: "outcome")
        #expect(outcomes["forwarded"] == tally.uploads.count + tally.downloads)
        #expect(outcomes["rejected"] == tally.refused)
        #expect(outcomes["upstream_failure"] == tally.failed)
        #expect(outcomes["departed", default: 0] <= tally.left)
        let modes = fixture.sums("ossgate_rejections_total", by: "mode")
        #expect(modes == ["enforce": tally.refused])
        #expect((try? fixture.log.records().count) == tally.refused)
        #expect(fixture.metric(#"ossgate_connections{side="downstream"}"#) == 0)
        #expect(fixture.metric(#"ossgate_connections{side="upstream"}"#) == 0)
    }
}

extension GatewayFixture {
    /// The samples of a family, added up by the values of one label.
    func sums(_ family: String, by label: String) -> [String: Int] {
        var sums: [String: Int] = [:]
        let lines = String(decoding: gateway.registry.exposition(), as: UTF8.self).split(separator: "\n")
        for line in lines where line.hasPrefix(family + "{") {
            guard let start = line.firstRange(of: "\(label)=\"")?.upperBound,
                let end = line[start...].firstIndex(of: "\""), let space = line.lastIndex(of: " "),
                let value = Int(line[line.index(after: space)...])
            else { continue }
            sums[String(line[start..<end]), default: 0] += value
        }
        return sums
    }
}

/// One client of the soak: makes up requests, checks each answer, and counts what it must have caused.
private struct SoakClient {
    struct Tally: Sendable {
        /// Good uploads that were answered with success, and the CRC of each.
        var uploads: [String: UInt64] = [:]
        var downloads = 0
        var refused = 0
        var failed = 0
        /// Requests that the client left in the middle.
        var left = 0

        mutating func add(_ other: Tally) {
            uploads.merge(other.uploads) { first, _ in first }
            downloads += other.downloads
            refused += other.refused
            failed += other.failed
            left += other.left
        }
    }

    private let number: Int
    private let port: UInt16
    private var generator: SeededGenerator
    private var connection: RawClient?
    private var serial = 0
    private var tally = Tally()

    init(number: Int, port: UInt16) {
        self.number = number
        self.port = port
        generator = SeededGenerator(seed: UInt64(number) + 1000)
    }

    mutating func run(rounds: Int) throws -> Tally {
        for _ in 0..<rounds {
            serial += 1
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...2: try upload(.none)
            case 3...4: try upload(Upload.Fault.allCases.randomElement(using: &generator) ?? .none)
            case 5...6: try pipeline()
            case 7: try refusedHead()
            case 8: try failingOrigin()
            default: connection = nil
            }
        }
        connection = nil
        return tally
    }

    private mutating func client() throws -> RawClient {
        if let connection { return connection }
        let made = try RawClient(port: port)
        connection = made
        return made
    }

    private mutating func upload(_ fault: Upload.Fault) throws {
        let size = [0, 1, 1000, 65_536, 70_000, 400_000].randomElement(using: &generator) ?? 0
        var upload = Upload(
            framing: Bool.random(using: &generator) ? .length : .chunked,
            operation: Upload.Operation.allCases.randomElement(using: &generator) ?? .put, fault: fault,
            size: max(size, fault == .none ? 0 : 1))
        upload.name = "u\(number)-\(serial)"
        // Made before the connection: a slow machine takes its time, which would count against the head's deadline.
        let message = upload.message()
        let client = try client()
        // What follows a good or refused upload on the same connection must be served too.
        client.send(message)
        let method: Method = upload.operation == .append ? .post : .put
        switch fault {
        case .reset:
            client.reset()
            connection = nil
            tally.left += 1
            return
        case .truncated: client.endOutput()
        default: break
        }
        let answer = try #require(try client.answer(to: method))
        if fault == .none {
            #expect(answer.text == "<\(upload.target)>")
            tally.uploads[upload.target] = CRC64.hash(upload.intended.span)
        } else {
            #expect(answer.element("Code") == upload.code)
            tally.refused += 1
        }
        if answer.field("connection") == "close" { connection = nil }
    }

    private mutating func pipeline() throws {
        let client = try client()
        let count = Int.random(in: 1...8, using: &generator)
        let targets = (0..<count).map { "/g\(number)-\(serial)-\($0)" }
        client.send(
            targets.map { "GET \($0) HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n" }.joined())
        for target in targets { #expect(try client.answer()?.text == "<\(target)>") }
        tally.downloads += count
    }

    private mutating func refusedHead() throws {
        let client = try client()
        client.send("PUT /r\(number)-\(serial) HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
        let answer = try #require(try client.answer(to: .put))
        #expect(answer.status == 411)
        tally.refused += 1
        if answer.field("connection") == "close" { connection = nil }
    }

    private mutating func failingOrigin() throws {
        let client = try client()
        client.send("GET /reset-\(number)-\(serial) HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
        #expect(try client.answer()?.status == 502)
        tally.failed += 1
    }
}

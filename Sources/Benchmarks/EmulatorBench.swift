import Bytes
import Emulator
import Foundation
import HTTPModel
import HTTPServer
import Reactor

/// What the emulator costs: pages of listings in this process, requests over sockets to one of its own on processor 0.
enum EmulatorBench {
    private static let host = "Host: bench.oss-cn-hangzhou.aliyuncs.com\r\n"

    static func run(gateway path: String, keys: Int, rounds: Int) async throws {
        try listings(keys: keys, rounds: rounds)
        try await requests(path, workloads(), rounds: rounds)
        let directory = FileManager.default.temporaryDirectory.appending(path: "ossgate-bench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        say("with its data in \(directory.path):")
        try await requests(path, durableWorkloads(), rounds: rounds, data: directory.path)
    }

    // MARK: Listings

    /// `keys` objects, half of them below one prefix, then pages of 1,000 entries of every kind.
    private static func listings(keys: Int, rounds: Int) throws {
        var settings = EmulatorSettings()
        settings.buckets = ["bench"]
        let direct = DirectClient(
            EmulatorApplication(store: try EmulatorStore(settings), settings: settings))
        var puts = ContinuousClock.now
        for number in 0..<keys {
            // Half of the keys share a prefix of 1,000 directories, the others have 16 each.
            let place = (number &* 7_919) % keys
            let name =
                place.isMultiple(of: 2) ? "shared/\(place % 1_000)/\(place)" : "dir\(place / 32)/file\(place)"
            direct.send("PUT", "/" + name, framing: .length(0))
        }
        let seconds = seconds(since: &puts)
        say(
            String(
                format: "%d puts of empty objects without sockets: %.0f/s", keys, Double(keys) / seconds))
        say("| page of 1,000 out of \(keys) | median ms | largest ms | entries |")
        say("|---|---|---|---|")
        for (name, query) in [
            ("first", ""), ("marker in the middle", "&marker=shared/5"), ("prefix", "&prefix=shared/7"),
            ("delimiter at the root", "&delimiter=/"),
            ("delimiter over half of all", "&delimiter=/&marker=dir9"),
            ("prefix and delimiter", "&prefix=shared/&delimiter=/"),
            ("second version of the API", "&list-type=2&start-after=shared/5"),
            ("all versions", "&versions&key-marker=shared/5"),
        ] {
            var times: [Double] = []
            var entries = 0
            for _ in 0..<max(rounds, 3) * 5 {
                var start = ContinuousClock.now
                let body = direct.send("GET", "/?max-keys=1000" + query, framing: .none)
                times.append(Self.seconds(since: &start) * 1_000)
                entries = count("<Key>", body) + count("<CommonPrefixes>", body)
            }
            say(
                String(
                    format: "| %@ | %.2f | %.2f | %d |", name, median(times), times.max() ?? 0, entries))
        }
    }

    private static func seconds(since start: inout ContinuousClock.Instant) -> Double {
        let now = ContinuousClock.now
        defer { start = now }
        let parts = (now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }

    private static func count(_ text: String, _ body: [UInt8]) -> Int {
        String(decoding: body, as: UTF8.self).components(separatedBy: text).count - 1
    }

    // MARK: Requests

    private static func requests(
        _ path: String, _ workloads: [Workload], rounds: Int, data: String? = nil
    ) async throws {
        let emulator = try Child(
            [path, "emulator", "--bind", "127.0.0.1:0", "--config", try configuration()]
                + (data.map { ["--data", $0] } ?? []), processor: 0, readsError: true)
        defer { emulator.stop() }
        var address: SocketAddress?
        while address == nil, let line = emulator.line() {
            guard let start = line.range(of: "listening on "),
                let bind = BindAddress(String(line[start.upperBound...].prefix { $0 != "," }))
            else { continue }
            address = try SocketAddress.resolve(bind)
        }
        guard let address else {
            fail("the emulator did not start: run \(path) emulator by hand to see why")
        }
        let shard = Shard(index: 0)
        say("| workload | req/s | MB/s | CPU us/request | CPU s/GB |")
        say("|---|---|---|---|---|")
        for workload in workloads {
            let bytes = Double(workload.objectBytes)
            var rates: [Double] = []
            var cpu: [Double] = []
            for _ in 0..<rounds {
                let before = emulator.cpuSeconds
                let result = await runLoad(workload, to: address, on: shard)
                precondition(result.failures == 0, "\(workload.name): \(result.failures) requests failed")
                rates.append(Double(result.requests) / result.seconds)
                cpu.append((emulator.cpuSeconds - before) / Double(result.requests))
            }
            say(
                String(
                    format: "| %@ | %.0f | %.0f | %.1f | %.2f |", workload.name, median(rates),
                    median(rates) * bytes / 1e6, median(cpu) * 1e6, median(cpu) / bytes * 1e9)
            )
        }
        say("resident memory of the emulator: \(emulator.residentKiB) KiB")
    }

    private static func put(
        _ name: String, _ bytes: Int, _ connections: Int, _ requests: Int
    ) -> Workload {
        Workload(
            name: name,
            head: Array("PUT /\(bytes) HTTP/1.1\r\n\(host)Content-Length: \(bytes)\r\n\r\n".utf8),
            bodyBytes: bytes, objectBytes: bytes, connections: connections, requests: requests)
    }

    /// Each is on the disk when it is answered.
    private static func durableWorkloads() -> [Workload] {
        [put("PUT 1 KiB x 1", 1 << 10, 1, 500), put("PUT 1 KiB x 16", 1 << 10, 16, 2_000)]
    }

    /// What is read has been put before.
    private static func workloads() -> [Workload] {
        let large = Workload.largeBytes
        let small = [
            put("PUT 1 KiB x 64", 1 << 10, 64, 40_000),
            .get("GET 1 KiB x 64", 1 << 10, connections: 64, requests: 40_000),
        ]
        // One stream is as fast as one MD5; several share the lanes of the processor.
        return small
            + [1, 4, 8, 16].flatMap { streams in
                [
                    put("PUT 64 MiB x \(streams)", large, streams, 24),
                    .get("GET 64 MiB x \(streams)", large, connections: streams, requests: 48),
                ]
            }
    }

    private static func configuration() throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "ossgate-bench-\(UUID()).json")
        let text = """
            { "listeners": [ { "bind": "127.0.0.1:0" } ], "emulator": { "buckets": [ "bench" ] } }
            """
        try Data(text.utf8).write(to: file)
        return file.path
    }
}

/// Asks an application without a network: bodiless requests, one after the other.
private final class DirectClient {
    private let application: EmulatorApplication

    init(_ application: EmulatorApplication) { self.application = application }

    /// The body of the answer, which must be a success.
    @discardableResult
    func send(_ method: String, _ target: String, framing: BodyFraming) -> [UInt8] {
        var fields = Fields()
        fields.append("Host", "bench.oss-cn-hangzhou.aliyuncs.com")
        let head = RequestHead(
            method: Method(Array(method.utf8).span), target: Array(target.utf8)[...], fields: fields,
            framing: framing)
        let responder = CollectingResponder()
        let handler = application.begin(head, responder)
        if !responder.isFinished { handler.receiveEnd(trailers: Fields()) }
        precondition(responder.status == 200, "\(method) \(target): \(responder.status)")
        return responder.body
    }
}

private final class CollectingResponder: Responder {
    private(set) var status = 0
    private(set) var body: [UInt8] = []
    private(set) var isFinished = false

    func sendContinue() {}
    func send(_ head: ResponseHead) { status = head.status }
    func send(body: Span<UInt8>) { for index in 0..<body.count { self.body.append(body[index]) } }
    func finish(trailers: Fields) { isFinished = true }
    func abort() { isFinished = true }
    func pause(_ reason: PauseReasons) {}
    func resume(_ reason: PauseReasons) {}
    var isCongested: Bool { false }
    var clientAddress: String { "127.0.0.1" }
    var bodyBytesSent: UInt64 { UInt64(body.count) }
}

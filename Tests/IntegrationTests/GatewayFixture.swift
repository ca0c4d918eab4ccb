import Admission
import Foundation
import HTTPServer
import OSSModel
import Proxy
import Reactor
import Telemetry
import TestSupport

/// A gateway on loopback in front of a scripted origin, for one test.
struct GatewayFixture {
    let gateway: GatewayServer
    let origin: ScriptedOrigin
    let log: RejectionLogFile

    init(
        origin: ScriptedOrigin = ScriptedOrigin(), originPort: UInt16? = nil, shards: Int = 1,
        transport: Transport = .plain,
        _ change: (inout GatewayPlan) -> Void = { _ in }
    ) async throws {
        self.origin = origin
        log = try RejectionLogFile()
        let address = try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: originPort ?? origin.port))
        let settings = GatewaySettings(
            admission: AdmissionSettings(addressing: Addressing(domains: ["oss-cn-hangzhou.aliyuncs.com"])),
            integrity: IntegritySettings(), origin: OriginSettings(addresses: [address]))
        // A busy machine lets a client wait; tests of deadlines set their own.
        var server = ServerSettings()
        server.headNanoseconds = 60_000_000_000
        server.bodyIdleNanoseconds = 60_000_000_000
        var plan = GatewayPlan(
            listeners: [ListenerPlan(.tcp(host: "127.0.0.1", port: 0))],
            admin: .tcp(host: "127.0.0.1", port: 0),
            shards: shards, connectionsMax: 10_000, settings: settings, server: server,
            rejectionLog: log.sink, version: "test")
        for index in plan.listeners.indices { plan.listeners[index].options = try transport.options() }
        change(&plan)
        gateway = try await GatewayServer(plan)
    }

    var port: UInt16 {
        guard case .tcp(_, let port)? = gateway.addresses.first else { return 0 }
        return port
    }

    var adminPort: UInt16 {
        guard case .tcp(_, let port)? = gateway.adminAddress else { return 0 }
        return port
    }

    /// The value of a sample, such as `ossgate_gate_aborts_total`; 0 if it is not there.
    func metric(_ sample: String) -> Int {
        let lines = String(decoding: gateway.registry.exposition(), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("\(sample) ") }
        return line.flatMap { Int($0.dropFirst(sample.count + 1)) } ?? 0
    }

    func client() throws -> RawClient { try RawClient(port: port) }

    func stop() async {
        await gateway.stop()
        origin.stop()
        log.remove()
    }
}

/// A rejection log in a temporary file.
struct RejectionLogFile: Sendable {
    let path: String
    let sink: LogSink

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "ossgate-\(UUID()).ndjson").path
        sink = try LogSink(name: "rejections", path: path)
    }

    /// The records so far.
    func records() throws -> [[String: Any]] {
        guard sink.flush(milliseconds: 5_000) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

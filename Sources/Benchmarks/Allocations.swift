import Admission
import CAllocations
import Foundation
import HTTPServer
import OSSModel
import Proxy
import Reactor
import Telemetry

/// Counts what one request costs in allocations and in changes of reference counts: the gateway runs in this process, origin and load in others, and the
/// difference between a short and a long load is divided by the difference of their requests.
enum Allocations {
    /// At most as much a request, by the name of the workload and the kind of build.
    private typealias Thresholds = [String: [String: Cost]]

    /// What was done so far, or for each request.
    private struct Cost: Decodable {
        var allocations: Double
        /// Changes of reference counts.
        var references: Double

        static var now: Cost {
            Cost(allocations: Double(ossgate_allocations()), references: Double(ossgate_references()))
        }

        static func - (left: Cost, right: Cost) -> Cost {
            Cost(
                allocations: left.allocations - right.allocations,
                references: left.references - right.references)
        }

        static func / (left: Cost, count: Double) -> Cost {
            Cost(allocations: left.allocations / count, references: left.references / count)
        }
    }

    private static let workloads = [
        Workload.get("GET 100 B", 100, connections: 8, requests: 0),
        Workload.get("GET 1 MiB", 1 << 20, connections: 2, requests: 0),
        Workload.put("PUT 16 KiB, MD5 + CRC64", 16 << 10, connections: 8, requests: 0, md5: true, crc: true),
        Workload.put("PUT 1 MiB, CRC64", 1 << 20, connections: 2, requests: 0, md5: false, crc: true),
    ]

    /// Prints each figure beside its threshold; ends with 1 if one is above.
    static func check(_ path: String) async throws {
        let thresholds = thresholds(path)
        ossgate_count_references()
        let origin = try Child([CommandLine.arguments[0], "origin"], processor: 1, readsError: false)
        guard let text = origin.line(), let bind = BindAddress(text) else { fail("the origin did not start") }
        let gateway = try await startGateway(origin: try SocketAddress.resolve(bind))
        guard let address = gateway.addresses.first?.description else { fail("the gateway has no address") }
        var isGood = true
        for workload in workloads {
            // What is made once, by the first request of a kind, is none of those that are counted.
            _ = try await cost(of: workload, requests: 300, to: address)
            guard let most = thresholds[workload.name]?[buildKind] else {
                fail("\(path) says nothing of \(workload.name) in builds for \(buildKind)")
            }
            let each = try await costOfEach(workload, to: address)
            let (took, changed) = (each.allocations, each.references)
            isGood = isGood && took <= most.allocations && changed <= most.references
            let text = "%.1f allocations a request, at most %.0f; %.0f reference counts, at most %.0f"
            let counts = String(format: text, took, most.allocations, changed, most.references)
            say("\(workload.name): \(counts)")
        }
        origin.stop()
        await gateway.stop()
        exit(isGood ? 0 : 1)
    }

    private static func thresholds(_ path: String) -> Thresholds {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            fail("cannot read \(path)", code: 65)
        }
        guard let found = try? JSONDecoder().decode(Thresholds.self, from: data) else {
            fail("\(path) is no JSON object of workloads with thresholds by kind of build", code: 65)
        }
        return found
    }

    /// The load of the process that `allocations` starts.
    static func load(_ name: String, requests: Int, to text: String) async throws {
        guard let workload = workloads.first(where: { $0.name == name }), let bind = BindAddress(text) else {
            fail("no such load")
        }
        let address = try SocketAddress.resolve(bind)
        let result = await runLoad(workload.limited(to: requests), to: address, on: Shard(index: 0))
        guard result.failures == 0 else { fail("\(name): requests failed") }
        say("done")
        exit(0)
    }

    private static var buildKind: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    private static func startGateway(origin: SocketAddress) async throws -> GatewayServer {
        let settings = GatewaySettings(
            admission: AdmissionSettings(addressing: Addressing(domains: ["oss-cn-hangzhou.aliyuncs.com"])),
            integrity: IntegritySettings(), origin: OriginSettings(addresses: [origin]))
        let plan = GatewayPlan(
            listeners: [ListenerPlan(.tcp(host: "127.0.0.1", port: 0))], admin: nil, shards: 1,
            connectionsMax: 100,
            settings: settings, server: ServerSettings(),
            rejectionLog: try LogSink(name: "rejections", path: "/dev/null"), version: "benchmark")
        return try await GatewayServer(plan)
    }

    /// The least of three: the kernel may cut a large body into more reads, never into fewer than fill the buffer.
    private static func costOfEach(_ workload: Workload, to address: String) async throws -> Cost {
        var least = Cost(allocations: .infinity, references: .infinity)
        for _ in 0..<3 {
            let few = try await cost(of: workload, requests: 300, to: address)
            let many = try await cost(of: workload, requests: 1_300, to: address)
            let each = (many - few) / 1_000
            least.allocations = min(least.allocations, each.allocations)
            least.references = min(least.references, each.references)
        }
        return least
    }

    private static func cost(
        of workload: Workload, requests: Int, to address: String
    ) async throws -> Cost {
        let before = Cost.now
        let load = try Child(
            [CommandLine.arguments[0], "load", workload.name, "\(requests)", address], processor: 1,
            readsError: false)
        guard load.line() == "done" else { fail("\(workload.name): the load failed") }
        return Cost.now - before
    }
}

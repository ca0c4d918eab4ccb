import Bytes
import Digest
import Foundation
import HTTPServer
import Reactor

// Benchmarks: the gateway against the origin without it, as ratios within one run.
//   Benchmarks [--rounds N] [--gateway PATH]     runs all workloads
//   Benchmarks origin                            the origin of a run; prints its port

ProcessLimits.ignoreBrokenPipes()
let arguments = CommandLine.arguments
if arguments.dropFirst().first == "origin" {
    try await serveOrigin()
} else {
    try await runAll()
}

func serveOrigin() async throws {
    let sockets = try ListenerSockets.bind(.tcp(host: "127.0.0.1", port: 0), count: 1)
    let shard = Shard(index: 0)
    await shard.run { core in
        let server = Server(core: core, settings: ServerSettings(), application: BenchOrigin())
        server.listen(sockets, socket: 0, connectionsMax: .max)
        core.services.append(server)
    }
    print("\(sockets.address)")
    FileHandle.standardOutput.synchronizeFile()
    fflush(nil)
    while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
}

func option(_ name: String) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    return arguments[index + 1]
}

func workloads() -> [Workload] {
    let host = "Host: bench.oss-cn-hangzhou.aliyuncs.com\r\n"
    func put(_ name: String, _ bytes: Int, _ connections: Int, _ requests: Int, md5: Bool, crc: Bool)
        -> Workload
    {
        let body = [UInt8](repeating: 0x61, count: bytes)
        var head = "PUT /object HTTP/1.1\r\n\(host)Content-Length: \(bytes)\r\n"
        if md5 {
            head += "Content-MD5: \(String(decoding: Base64.encode(MD5.hash(body.span)), as: UTF8.self))\r\n"
        }
        if crc { head += "x-oss-hash-crc64ecma: \(CRC64.hash(body.span))\r\n" }
        return Workload(
            name: name, head: head + "\r\n", bodyBytes: bytes, connections: connections, requests: requests,
            isGet: false)
    }
    let large = 64 << 20
    return [
        Workload(
            name: "GET 100 B x 64", head: "GET /100 HTTP/1.1\r\n\(host)\r\n", bodyBytes: 0, connections: 64,
            requests: 40_000, isGet: true),
        Workload(
            name: "GET 100 B x 1", head: "GET /100 HTTP/1.1\r\n\(host)\r\n", bodyBytes: 0, connections: 1,
            requests: 5_000, isGet: true),
        put("PUT 16 KiB x 64, MD5 + CRC64", 16 << 10, 64, 30_000, md5: true, crc: true),
        put("PUT 16 KiB x 64, unchecked", 16 << 10, 64, 30_000, md5: false, crc: false),
        put("PUT 64 MiB x 8, MD5 + CRC64", large, 8, 24, md5: true, crc: true),
        put("PUT 64 MiB x 8, CRC64", large, 8, 48, md5: false, crc: true),
        put("PUT 64 MiB x 8, unchecked", large, 8, 48, md5: false, crc: false),
        Workload(
            name: "GET 64 MiB x 8", head: "GET /\(large) HTTP/1.1\r\n\(host)\r\n", bodyBytes: 0,
            connections: 8,
            requests: 48, isGet: true),
    ]
}

/// The gateway in front of `origin`, as a process of its own on processor 0.
func startGateway(_ path: String, origin: String) throws -> (Child, BindAddress) {
    let configuration = """
        { "listeners": [ { "bind": "127.0.0.1:0" } ], "admin": { "bind": "127.0.0.1:0" }, "shards": 1,
          "origin": { "endpoint": "http://\(origin)" }, "log": { "access": "off", "rejections": "stdout" } }
        """
    let file = FileManager.default.temporaryDirectory.appending(path: "ossgate-bench-\(UUID()).json")
    try Data(configuration.utf8).write(to: file)
    let child = try Child([path, "serve", "--config", file.path], processor: 0, readsError: true)
    while let line = child.line() {
        guard let start = line.range(of: "listening on ") else { continue }
        let address = line[start.upperBound...].prefix { $0 != "," }
        if let bind = BindAddress(String(address)) { return (child, bind) }
    }
    preconditionFailure("the gateway did not start: run \(path) serve by hand to see why")
}

func load(_ workload: Workload, to address: SocketAddress, on shard: Shard) async -> LoadResult {
    await withCheckedContinuation { continuation in
        Task {
            await shard.run { core in
                let generator = LoadGenerator(core: core, workload: workload) {
                    continuation.resume(returning: $0)
                }
                generator.start(
                    address, connections: workload.connections, method: workload.isGet ? .get : .put)
                core.services.append(Keeper(generator))
            }
        }
    }
}

/// Keeps a generator alive on its shard.
final class Keeper: ShardService {
    private let generator: LoadGenerator
    init(_ generator: LoadGenerator) { self.generator = generator }
    func drain() {}
    var openConnections: Int { 0 }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

func runAll() async throws {
    let rounds = option("--rounds").flatMap { Int($0) } ?? 3
    let gatewayPath = option("--gateway") ?? ".build/release/ossgate"
    let originProcess = try Child([arguments[0], "origin"], processor: 1, readsError: false)
    guard let originText = originProcess.line(), let originBind = BindAddress(originText) else {
        preconditionFailure("the origin did not start")
    }
    let (gateway, gatewayBind) = try startGateway(gatewayPath, origin: originText)
    let direct = try SocketAddress.resolve(originBind)
    let proxied = try SocketAddress.resolve(gatewayBind)
    let shard = Shard(index: 0)
    print("| workload | direct req/s | gateway req/s | ratio | gateway MB/s | CPU us/request | CPU s/GB |")
    print("|---|---|---|---|---|---|---|")
    for workload in workloads() {
        var directRates: [Double] = []
        var rates: [Double] = []
        var ratios: [Double] = []
        var cpu: [Double] = []
        for _ in 0..<rounds {
            let plain = await load(workload, to: direct, on: shard)
            let before = gateway.cpuSeconds
            let result = await load(workload, to: proxied, on: shard)
            cpu.append(gateway.cpuSeconds - before)
            precondition(plain.failures == 0 && result.failures == 0, "\(workload.name): requests failed")
            directRates.append(Double(plain.requests) / plain.seconds)
            rates.append(Double(result.requests) / result.seconds)
            ratios.append(plain.seconds / result.seconds)
        }
        let bytes = Double(max(workload.bodyBytes, workload.name.hasPrefix("GET 64 MiB") ? 64 << 20 : 100))
        let cpuPerRequest = median(cpu) / Double(workload.requests)
        print(
            String(
                format: "| %@ | %.0f | %.0f | %.2f | %.0f | %.1f | %.2f |", workload.name,
                median(directRates),
                median(rates), median(ratios), median(rates) * bytes / 1e6, cpuPerRequest * 1e6,
                cpuPerRequest / bytes * 1e9))
    }
    print("resident memory of the gateway: \(gateway.residentKiB) KiB")
    gateway.stop()
    originProcess.stop()
}

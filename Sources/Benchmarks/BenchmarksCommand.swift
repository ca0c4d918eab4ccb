import Foundation
import Reactor

// Benchmarks: the gateway beside other proxies in front of the same origin, as ratios within one run. `deploy/bench`
// installs what it compares and calls it:
//   Benchmarks [--rounds N] [--quick] [--only PART-OF-A-NAME] [--gateway PATH] [--against PATH] [--go PROGRAM]
//   Benchmarks emulator [--rounds N] [--gateway PATH] [--keys N]   the emulator alone, a million keys unless given
//   Benchmarks allocations THRESHOLDS   counts allocations a request, and fails above the thresholds of a file
//   Benchmarks policy       what policies cost, without a connection
//   Benchmarks origin       the origin of a run; prints its address

ProcessLimits.ignoreBrokenPipes()
_ = ProcessLimits.raiseDescriptors()
let arguments = CommandLine.arguments
if arguments.dropFirst().first == "origin" {
    try await serveOrigin()
} else if arguments.count == 3, arguments[1] == "allocations" {
    try await Allocations.check(arguments[2])
} else if arguments.count == 5, arguments[1] == "load" {
    try await Allocations.load(arguments[2], requests: Int(arguments[3]) ?? 0, to: arguments[4])
} else if arguments.dropFirst().first == "emulator" {
    try await EmulatorBench.run(
        gateway: option("--gateway") ?? ".build/release/ossgate",
        keys: option("--keys").flatMap { Int($0) } ?? 1_000_000,
        rounds: option("--rounds").flatMap { Int($0) } ?? 3)
} else if arguments.dropFirst().first == "policy" {
    try PolicyBench.run()
} else {
    try await compareAll()
}

func serveOrigin() async throws {
    let sockets = try ListenerSockets.bind(.tcp(host: "127.0.0.1", port: 0), count: 1)
    let shard = Shard(index: 0)
    await shard.run { core in core.services.append(BenchOrigin(core: core, sockets: sockets)) }
    print("\(sockets.address)")
    fflush(nil)
    while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
}

func option(_ name: String) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    return arguments[index + 1]
}

func compareAll() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "ossgate-bench-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let origin = try Child([arguments[0], "origin"], processor: 1, readsError: false)
    guard let address = origin.line() else { fail("the origin did not start") }
    let starter = ProxyStarter(origin: address, directory: directory)
    var proxies = [try starter.gateway(option("--gateway") ?? ".build/release/ossgate", name: "ossgate")]
    if let path = option("--against") {
        proxies.append(try starter.gateway(path, name: "ossgate of before"))
    }
    if !arguments.contains("--alone") {
        proxies.append(try await starter.nginx())
        proxies.append(try await starter.haproxy(splice: false))
        proxies.append(try await starter.haproxy(splice: true))
    }
    if let program = option("--go") { proxies.append(try await starter.go(program)) }
    let quick = arguments.contains("--quick")
    let comparison = Comparison(proxies, rounds: option("--rounds").flatMap { Int($0) } ?? 3)
    try await comparison.run(Row.all(quick: quick), only: option("--only"))
    for proxy in proxies { proxy.process.stop() }
    origin.stop()
    try FileManager.default.removeItem(at: directory)
}

import ArgumentParser
import Foundation
import Reactor

/// Benchmarks: the gateway beside other proxies in front of the same origin, as ratios within one run, unless another
/// sub-command is named. `deploy/bench` installs what it compares and calls it. Exits with 64 for a wrong command line
/// and 65 for a file that cannot be read.
@main struct BenchmarksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks", abstract: "Measure the gateway.",
        subcommands: [
            CompareCommand.self, EmulatorCommand.self, AllocationsCommand.self, PolicyCommand.self,
            OriginCommand.self, RelayCommand.self, LoadCommand.self,
        ],
        defaultSubcommand: CompareCommand.self)

    static func main() async {
        ProcessLimits.ignoreBrokenPipes()
        _ = ProcessLimits.raiseDescriptors()
        await main(nil)
    }
}

private struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare it with other proxies; takes many minutes.")

    @Option(help: "Medians of so many rounds.") var rounds = 3
    @Flag(help: "A quarter of the requests.") var quick = false
    @Flag(help: "Without the other proxies.") var alone = false
    @Option(help: "Only rows with this in their names.") var only: String?
    @Option(help: "The gateway.") var gateway = ".build/release/ossgate"
    @Option(help: "Another build of the gateway.") var against: String?
    @Option(help: "The program of the proxy in Go.") var go: String?

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "ossgate-bench-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let origin = try Child([CommandLine.arguments[0], "origin"], processor: 1, readsError: false)
        guard let address = origin.line() else { fail("the origin did not start") }
        let certificate = try BenchCertificate(in: directory)
        let starter = ProxyStarter(origin: address, directory: directory, certificate: certificate)
        let proxies = try await proxies(starter)
        let comparison = Comparison(proxies, rounds: rounds, tls: try certificate.clientContext())
        try await comparison.run(Row.all(quick: quick), only: only)
        for proxy in proxies { proxy.process.stop() }
        origin.stop()
        try FileManager.default.removeItem(at: directory)
    }

    /// What is compared, started.
    private func proxies(_ starter: ProxyStarter) async throws -> [Proxy] {
        var proxies = [
            try starter.gateway(gateway, name: "ossgate", role: .gateway, securePort: 18110),
            try starter.gateway(gateway, name: "ossgate, lending", role: .gatewayLending, securePort: 18115),
        ]
        if let against {
            proxies.append(
                try starter.gateway(
                    against, name: "ossgate of before", role: .gatewayOfBefore, securePort: 18114))
        }
        if !alone {
            proxies.append(try await starter.nginx())
            proxies.append(try await starter.haproxy(splice: false))
            proxies.append(try await starter.haproxy(splice: true))
        }
        if let go { proxies.append(try await starter.go(go)) }
        proxies.append(try starter.relay(CommandLine.arguments[0], computesMD5: true))
        proxies.append(try starter.relay(CommandLine.arguments[0], computesMD5: false))
        return proxies
    }
}

private struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator", abstract: "Measure the emulator alone.")

    @Option(help: "Medians of so many rounds.") var rounds = 3
    @Option(help: "The gateway.") var gateway = ".build/release/ossgate"
    @Option(help: "Objects in the bucket.") var keys = 1_000_000

    func run() async throws { try await EmulatorBench.run(gateway: gateway, keys: keys, rounds: rounds) }
}

private struct AllocationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Count allocations and reference counts a request; fails above the thresholds of a file.")

    @Argument var thresholds: String

    func run() async throws { try await Allocations.check(thresholds) }
}

private struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Measure what policies cost, without a connection.")

    func run() async throws { try PolicyBench.run() }
}

private struct OriginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "origin", abstract: "Be the origin of a run; prints its address.", shouldDisplay: false)

    func run() async throws {
        let sockets = try ListenerSockets.bind(.tcp(host: "127.0.0.1", port: 0), count: 1)
        let shard = Shard(index: 0)
        await shard.run { core in core.services.append(BenchOrigin(core: core, sockets: sockets)) }
        say("\(sockets.address)")
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
    }
}

private struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Be a relay to the origin that looks at nothing; prints its address.",
        shouldDisplay: false)

    @Argument var origin: String
    @Flag(help: "Hash what clients send.") var md5 = false

    func run() async throws {
        guard let bind = BindAddress(origin) else { fail("not an address: \(origin)") }
        let destination = try SocketAddress.resolve(bind)
        let sockets = try ListenerSockets.bind(.tcp(host: "127.0.0.1", port: 0), count: 1)
        let shard = Shard(index: 0)
        await shard.run { core in
            let relay = BareRelay(
                core: core, sockets: sockets, origin: destination, computesMD5: md5)
            core.services.append(relay)
        }
        say("\(sockets.address)")
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
    }
}

private struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Be the load of a count of allocations.", shouldDisplay: false)

    @Argument var workload: String
    @Argument var requests: Int
    @Argument var address: String

    func run() async throws { try await Allocations.load(workload, requests: requests, to: address) }
}

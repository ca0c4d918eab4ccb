import Foundation
import HTTPModel
import Reactor
import TLS

/// What one proxy did in the rounds of one workload.
struct Measured {
    var cpuSeconds: [Double] = []
    var rates: [Double] = []
    var medians: [Double] = []
    var tails: [Double] = []
}

/// Runs the workloads against all proxies in turn, round by round, so that whatever else the machine does falls on
/// all of them, and prints medians.
final class Comparison {
    private let proxies: [Proxy]
    private let rounds: Int
    private let load = Shard(index: 0)
    private let bulk = Shard(index: 1)
    private var summary: [String] = []

    private let tls: TLSClientContext

    init(_ proxies: [Proxy], rounds: Int, tls: TLSClientContext) {
        self.proxies = proxies
        self.tls = tls
        self.rounds = rounds
    }

    /// `only` chooses rows by a part of their name.
    func run(_ rows: [Row], only: String?) async throws {
        func isChosen(_ name: String) -> Bool { only.map { name.contains($0) } ?? true }
        // First, while nothing that a run has freed could serve the idle connections.
        if isChosen(Row.memory) { try await compareMemory() }
        say("\n| work | proxy | CPU us/request | CPU s/GB | req/s | MB/s | p50 us | p99 us |")
        say("|---|---|---|---|---|---|---|---|")
        for row in rows where isChosen(row.workload.name) { await compare(row) }
        if isChosen(Row.besideUploads) { try await compareBesideUploads() }
        say(
            "\n| work | measure | gateway | best peer, or reference | ratio | goal |\n|---|---|---|---|---|---|"
        )
        for line in summary { say(line) }
    }

    // MARK: Rows

    private func compare(_ row: Row) async {
        let contenders = proxies.filter(row.compares)
        var results = [Measured](repeating: Measured(), count: contenders.count)
        for proxy in contenders { _ = await once(row.workload.limited(to: row.warmUp), proxy) }
        for _ in 0..<rounds {
            for (index, proxy) in contenders.enumerated() {
                let before = proxy.process.cpuSeconds
                let result = await once(row.workload, proxy)
                let work = row.workload
                guard result.failures == 0 else { fail("\(work.name), \(proxy.name): requests failed") }
                results[index].cpuSeconds.append(proxy.process.cpuSeconds - before)
                results[index].rates.append(Double(result.requests) / result.seconds)
                results[index].medians.append(result.percentile(0.5))
                results[index].tails.append(result.percentile(0.99))
            }
        }
        for (proxy, result) in zip(contenders, results) { printLine(row.workload, proxy, result) }
        summarize(row, contenders, results)
    }

    private func printLine(_ workload: Workload, _ proxy: Proxy, _ result: Measured) {
        let cpu = median(result.cpuSeconds) / Double(workload.requests)
        let rate = median(result.rates)
        say(
            String(
                format: "| %@ | %@ | %.1f | %.3f | %.0f | %.0f | %.0f | %.0f |", workload.name, proxy.name,
                cpu * 1e6, cpu / Double(workload.objectBytes) * 1e9, rate,
                rate * Double(workload.objectBytes) / 1e6, median(result.medians) / 1e3,
                median(result.tails) / 1e3))
    }

    private func summarize(_ row: Row, _ contenders: [Proxy], _ results: [Measured]) {
        guard let own = contenders.firstIndex(where: { $0.role == .gateway }) else { return }
        let unit = row.workload.objectBytes >= 1 << 20 ? "CPU s/GB" : "CPU us/request"
        let divisor = Double(row.workload.requests)
        let scale = divisor * (unit == "CPU s/GB" ? Double(row.workload.objectBytes) / 1e9 : 1e-6)
        let peers = contenders.indices.filter { contenders[$0].role == .peer }
        if let best = peers.map({ median(results[$0].cpuSeconds) }).min() {
            note(row, unit, median(results[own].cpuSeconds) / scale, best / scale, row.cpuGoal, atMost: true)
            let others: [(Proxy.Role, String, Double?)] = [
                (.gatewayLending, "with pages lent", row.cpuGoal),
                (.bare, "of a relay that looks at nothing", nil),
            ]
            for (role, text, goal) in others {
                guard let other = contenders.firstIndex(where: { $0.role == role }) else { continue }
                let cost = median(results[other].cpuSeconds) / scale
                note(row, "\(unit) \(text)", cost, best / scale, goal, atMost: true)
            }
        }
        let rate = { (index: Int) in median(results[index].rates) * Double(row.workload.objectBytes) / 1e6 }
        if let goal = row.digestGoal {
            let perSecond = 1e3 / (median(results[own].cpuSeconds) / scale)
            note(row, "MB/s of CPU, OpenSSL MD5", perSecond, DigestRates.openSSL(), goal, atMost: false)
        }
        for index in contenders.indices where index != own && !peers.contains(index) {
            let (name, role) = (contenders[index].name, contenders[index].role)
            let (mine, theirs) = (results[own].cpuSeconds, results[index].cpuSeconds)
            note(
                row, "\(unit), \(name)", median(mine) / scale, median(theirs) / scale, nil, atMost: true)
            note(row, "MB/s, \(name)", rate(own), rate(index), row.rateGoal(against: role), atMost: false)
            if let lending = contenders.firstIndex(where: { $0.role == .gatewayLending }), role == .inline {
                let goal = row.rateGoal(against: role)
                note(row, "MB/s with pages lent, \(name)", rate(lending), rate(index), goal, atMost: false)
            }
        }
    }

    private func note(
        _ row: Row, _ measure: String, _ own: Double, _ other: Double, _ goal: Double?, atMost: Bool
    ) {
        note(row.workload.name, measure, own, other, goal, atMost: atMost)
    }

    private func note(
        _ name: String, _ measure: String, _ own: Double, _ other: Double, _ goal: Double?, atMost: Bool
    ) {
        let wanted = goal.map { String(format: atMost ? "%.2f or less" : "%.2f or more", $0) } ?? ""
        summary.append(
            String(
                format: "| %@ | %@ | %.3g | %.3g | %.2f | %@ |", name, measure, own, other, own / other,
                wanted))
    }

    /// Small GETs on four connections while eight uploads keep the proxy busy.
    private func compareBesideUploads() async throws {
        let proxies = proxies.filter { !$0.role.isRelay }
        var results = [Measured](repeating: Measured(), count: proxies.count)
        let small = Workload.get(Row.besideUploads, 100, connections: 4, requests: .max)
        let large = Workload.put(
            "uploads", Workload.largeBytes, connections: 8, requests: .max, md5: false, crc: true)
        for _ in 0..<rounds {
            for (index, proxy) in proxies.enumerated() {
                let (address, bulk) = (proxy.address, bulk)
                async let uploads = runLoad(large, to: address, on: bulk, seconds: 4)
                let answered = await runLoad(small, to: address, on: load, seconds: 4)
                let sent = await uploads
                guard sent.failures + answered.failures == 0 else { fail("\(proxy.name): requests failed") }
                results[index].rates.append(Double(sent.bodyBytesSent) / sent.seconds / 1e6)
                results[index].medians.append(answered.percentile(0.5) / 1e3)
                results[index].tails.append(answered.percentile(0.99) / 1e3)
            }
        }
        for (proxy, result) in zip(proxies, results) {
            say(
                String(
                    format: "| %@ | %@ | | | | %.0f | %.0f | %.0f |", Row.besideUploads, proxy.name,
                    median(result.rates), median(result.medians), median(result.tails)))
        }
        guard let nginx = proxies.firstIndex(where: { $0.name == "nginx" }) else { return }
        for (proxy, mine) in zip(proxies, results)
        where proxy.role == .gateway || proxy.role == .gatewayLending {
            noteBesideUploads(proxy.name, mine, nginx: results[nginx])
        }
    }

    private func noteBesideUploads(_ gateway: String, _ mine: Measured, nginx: Measured) {
        let name = "\(Row.besideUploads), \(gateway)"
        note(name, "p50 us, nginx", median(mine.medians), median(nginx.medians), 0.10, atMost: true)
        note(name, "p99 us, nginx", median(mine.tails), median(nginx.tails), 0.25, atMost: true)
        note(name, "uploads MB/s, nginx", median(mine.rates), median(nginx.rates), 0.9, atMost: false)
    }

    private func compareMemory() async throws {
        let count = 5_000
        say("| proxy | resident MB at rest | KiB per idle connection of \(count) |\n|---|---|---|")
        for proxy in proxies where !proxy.role.isRelay && proxy.role != .gatewayLending {
            let some = Workload.get("some", 100, connections: 64, requests: 1_000)
            guard await once(some, proxy).failures == 0 else { fail("\(proxy.name): requests failed") }
            let get = Workload.get("idle", 100, connections: count, requests: count)
            let before = proxy.process.residentKiB
            let (address, load) = (proxy.address, load)
            await withCheckedContinuation { continuation in
                Task {
                    await load.run { core in
                        let idle = IdleConnections(
                            core: core, address: address, workload: get, count: count,
                            settled: { continuation.resume() })
                        core.services.append(idle)
                        idle.start()
                    }
                }
            }
            // What is given back when a connection falls idle may take a moment.
            try await Task.sleep(for: .seconds(2))
            let each = Double(proxy.process.residentKiB - before) / Double(count)
            say(String(format: "| %@ | %.1f | %.2f |", proxy.name, Double(before) / 1024, each))
            if proxy.role == .gateway {
                note(Row.memory, "KiB per idle connection", each, 1, 2, atMost: true)
            }
            await load.run { core in
                for case let idle as IdleConnections in core.services { idle.close() }
            }
        }
    }

    private func once(_ workload: Workload, _ proxy: Proxy) async -> LoadResult {
        let address = workload.isSecure ? proxy.secureAddress ?? proxy.address : proxy.address
        return await runLoad(workload, to: address, on: load, tls: workload.isSecure ? tls : nil)
    }
}

/// One load from its first connection to its last answer, or for so many seconds.
func runLoad(
    _ workload: Workload, to address: SocketAddress, on shard: Shard, seconds: Double? = nil,
    tls: TLSClientContext? = nil
) async -> LoadResult {
    await withCheckedContinuation { continuation in
        Task {
            await shard.run { core in
                let generator = LoadGenerator(core: core, workload: workload, tls: tls) {
                    continuation.resume(returning: $0)
                }
                core.services.append(generator)
                generator.start(address, seconds: seconds)
            }
        }
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// Prints a line at once: a run takes minutes, and is often watched through a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Ends the run with one sentence.
func fail(_ message: String, code: Int32 = 1) -> Never {
    FileHandle.standardError.write(Data("Benchmarks: \(message)\n".utf8))
    exit(code)
}

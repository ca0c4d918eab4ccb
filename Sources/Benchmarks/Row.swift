/// One line of the comparison, with what it is to reach.
struct Row {
    let workload: Workload
    /// CPU against the best peer that checks nothing.
    var cpuGoal: Double?
    /// MB/s against one stream of OpenSSL's MD5 alone.
    var digestGoal: Double?
    /// MB/s against those that digest, too.
    var goGoal: Double?
    var inlineGoal: Double?
    /// False where peers do not do the work that is measured.
    var peers = true

    /// Whether a proxy takes part.
    func compares(_ proxy: Proxy) -> Bool {
        if workload.isSecure, proxy.secureAddress == nil { return false }
        switch proxy.role {
        case .gateway, .gatewayOfBefore, .go: return true
        case .gatewayLending: return workload.bodyBytes >= Workload.lendableBytes && !workload.isSecure
        case .peer: return peers
        case .inline: return inlineGoal != nil
        case .bare: return peers && !workload.isSecure
        }
    }

    func rateGoal(against role: Proxy.Role) -> Double? {
        switch role {
        case .go: goGoal
        case .inline: inlineGoal
        case .gateway, .gatewayLending, .gatewayOfBefore, .peer, .bare: nil
        }
    }

    static let besideUploads = "GET 100 B beside eight uploads of 64 MiB"
    static let memory = "memory"

    /// Requests before the first round: connections to the origin are made, memory is touched.
    var warmUp: Int { max(workload.connections * 2, workload.requests / 20) }

    static func all(quick: Bool) -> [Row] {
        let large = Workload.largeBytes
        let few = quick ? 4 : 1
        return [
            Row(
                workload: .get("GET 100 B x 64", 100, connections: 64, requests: 20_000 / few), cpuGoal: 0.70),
            Row(workload: .get("GET 100 B x 1", 100, connections: 1, requests: 4_000 / few), cpuGoal: 0.80),
            Row(workload: .get("GET 1 KiB x 64", 1024, connections: 64, requests: 20_000 / few)),
            Row(
                workload: .put(
                    "PUT 16 KiB x 64, MD5 + CRC64", 16 << 10, connections: 64, requests: 10_000 / few,
                    md5: true, crc: true), cpuGoal: 0.80),
            Row(
                workload: .put(
                    "PUT 16 KiB x 64, unchecked", 16 << 10, connections: 64, requests: 10_000 / few,
                    md5: false, crc: false)),
            Row(
                workload: .put(
                    "PUT 64 MiB x 8, CRC64", large, connections: 8, requests: 32 / few, md5: false, crc: true),
                cpuGoal: 0.85),
            Row(
                workload: .get("GET 64 MiB x 8, CRC64", large, connections: 8, requests: 32 / few),
                cpuGoal: 0.85),
            Row(
                workload: .put(
                    "PUT 64 MiB x 16, MD5 + CRC64", large, connections: 16, requests: 64 / few, md5: true,
                    crc: true), digestGoal: 2.0, goGoal: 3.5, peers: false),
            Row(
                workload: .put(
                    "PUT 64 MiB x 1, MD5", large, connections: 1, requests: 12 / few, md5: true, crc: false),
                inlineGoal: 1.10, peers: false),
            Row(
                workload: .get("GET 64 MiB x 8, TLS", large, connections: 8, requests: 32 / few).secure(),
                cpuGoal: 1.0),
            Row(
                workload: .get("new TLS connections x 16", 100, connections: 16, requests: 2_000 / few)
                    .secure(reconnecting: true), cpuGoal: 1.0),
        ]
    }
}

import HTTPModel
import Reactor
import Telemetry

/// The origins of one shard: each request goes to the one with the fewest requests under way among those that are
/// not given up. With one origin there is nobody else to ask, so that one is always tried.
final class OriginGroup {
    private let core: ShardCore
    private let metrics: ShardMetrics
    let reports: OriginReports?
    private(set) var pools: [UpstreamPool]
    private var settings: OriginSettings
    /// Where the search begins, so that equals are used in turn.
    private var next = 0
    private lazy var probing = Deadline(core) { [unowned self] in probe() }

    /// `shards` share the bounds of each origin.
    init(
        core: ShardCore, settings: OriginSettings, shards: Int, metrics: ShardMetrics,
        reports: OriginReports? = nil
    ) {
        self.core = core
        self.reports = reports
        self.settings = settings
        self.metrics = metrics
        pools = []
        pools = makePools(settings, shards: shards)
        setProbing()
    }

    /// Other origins or bounds from now on. Requests under way end where they are.
    func replace(_ fresh: OriginSettings, shards: Int) {
        let before = pools
        settings = fresh
        pools = makePools(fresh, shards: shards)
        for pool in before { pool.retire() }
        setProbing()
    }

    private func makePools(_ settings: OriginSettings, shards: Int) -> [UpstreamPool] {
        settings.origins.map { origin in
            UpstreamPool(
                core: core, group: self, origin: origin, settings: settings, shards: shards, metrics: metrics)
        }
    }

    /// A connection for one exchange; `fresh` passes idle ones by.
    func take(fresh: Bool) throws(UpstreamFailure) -> UpstreamConnection {
        // An only origin is never given up.
        let candidates = pools.count == 1 ? pools : pools.filter { $0.isAvailable }
        guard let pool = leastBusy(among: candidates) else {
            throw UpstreamFailure(.connect, "every origin is given up for the moment")
        }
        return try pool.take(fresh: fresh)
    }

    /// An origin other than those of the connection's attempts so far, for a request of which no byte has left.
    func alternative(to tried: [UpstreamPool]) -> UpstreamPool? {
        leastBusy(among: pools.filter { pool in pool.isAvailable && !tried.contains { $0 === pool } })
    }

    /// The name of the origin at `index` leads to other addresses than before.
    func replaceAddresses(_ addresses: [SocketAddress], ofOrigin index: Int) {
        if pools.indices.contains(index) { pools[index].replaceAddresses(addresses) }
    }

    /// Closes what is idle.
    func drain() {
        for pool in pools { pool.drain() }
        probing.retire()
    }

    func waitingChanged() { metrics.upstreamWaits(pools.reduce(0) { $0 + $1.waitingCount }) }

    private func leastBusy(among candidates: [UpstreamPool]) -> UpstreamPool? {
        guard candidates.count > 1 else { return candidates.first }
        next = (next + 1) % candidates.count
        let inTurn = candidates[next...] + candidates[..<next]
        return inTurn.min { $0.outstanding < $1.outstanding }
    }

    // MARK: Probes

    private func setProbing() {
        if settings.health.probeNanoseconds > 0, pools.count > 1 {
            probing.set(after: settings.health.probeNanoseconds)
        } else {
            probing.cancel()
        }
    }

    private func probe() {
        for pool in pools { OriginProbe.send(to: pool, target: settings.health.probeTarget) }
        setProbing()
    }
}

/// One question to an origin whether it lives, on a connection of its own. The connection holds it until it ends.
private final class OriginProbe: UpstreamListener {
    private let pool: UpstreamPool
    private var connection: UpstreamConnection?

    private init(_ pool: UpstreamPool) { self.pool = pool }

    static func send(to pool: UpstreamPool, target: String) {
        var fields = Fields()
        fields.append("Host", pool.name)
        let head = RequestHead(method: .get, target: Array(target.utf8)[...], fields: fields)
        let probe = OriginProbe(pool)
        guard let connection = pool.connectForProbe() else { return }
        probe.connection = connection
        connection.reportsHealth = false
        connection.begin(head, framing: .none, listener: probe)
        connection.requestEnded()
    }

    func upstreamHead(_ head: ResponseHead) {
        if head.status >= 500 {
            pool.failed(UpstreamFailure(.head, "a probe was answered with \(head.status)"))
        } else {
            pool.succeeded()
        }
        connection?.abort()
        connection = nil
    }

    func upstreamBody(_ bytes: Span<UInt8>, remaining: UInt64?) {}
    func upstreamEnd(trailers: Fields) { connection = nil }
    func upstreamFailed(_ failure: UpstreamFailure) {
        connection = nil
        pool.failed(failure)
    }
    func upstreamDrained() {}
}

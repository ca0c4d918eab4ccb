import HTTP1
import HTTPModel
import Reactor
import TLS
import Telemetry

/// The connections of one shard to one origin. Idle ones are used again, the latest first; one that the origin has
/// closed meanwhile has taken itself out. Requests beyond the bound of the origin wait in a short queue, in order.
final class UpstreamPool {
    let core: ShardCore
    let settings: OriginSettings
    let limits = HTTP1Limits()
    let name: String
    /// nil for plain text.
    let tls: TLSClientContext?
    private weak var group: OriginGroup?
    private let metrics: ShardMetrics
    private var idle: [UpstreamConnection] = []
    private var open: Set<ObjectIdentifier> = []
    /// Those with a request, and those that wait to have theirs sent.
    private var busyCount = 0
    private var waiting: [UpstreamConnection] = []
    private let busyMax: Int
    private let waitingMax: Int
    private var health: OriginHealth
    private var isRetired = false
    private var isServing = false
    /// Where new connections lead, in the resolver's order; replaced when the origin's name leads elsewhere.
    private(set) var addresses: [SocketAddress]
    private var nextAddress = 0
    /// Of the latest TLS session with the origin, so that the next one is resumed.
    var ticket: TLSTicket?

    /// `shards` share the bounds of the origin.
    init(
        core: ShardCore, group: OriginGroup, origin: OriginPlace, settings: OriginSettings, shards: Int,
        metrics: ShardMetrics
    ) {
        self.core = core
        self.group = group
        self.settings = settings
        self.metrics = metrics
        name = origin.name
        tls = origin.tls
        addresses = origin.addresses
        busyMax = (settings.requestsMax + shards - 1) / shards
        waitingMax = (settings.waitingMax + shards - 1) / shards
        health = OriginHealth(settings.health)
    }

    var waitingCount: Int { waiting.count }

    /// Requests under way or waiting.
    var outstanding: Int { busyCount + waiting.count }

    /// It is not given up; an only origin never is.
    var isAvailable: Bool { settings.origins.count == 1 || health.isAvailable(at: core.now) }

    /// Idle connections to addresses of before are given up; those in use end with their exchange.
    func replaceAddresses(_ fresh: [SocketAddress]) {
        guard !fresh.isEmpty, fresh != addresses else { return }
        addresses = fresh
        drain()
    }

    /// The addresses that one connection tries, beginning with another one each time.
    func nextAddresses() -> [SocketAddress] {
        guard addresses.count > 1 else { return addresses }
        nextAddress = (nextAddress + 1) % addresses.count
        return Array(addresses[nextAddress...] + addresses[..<nextAddress])
    }

    /// A connection for one exchange: an idle one, a new one that is being made, or one that waits for its turn.
    /// `fresh` passes idle ones by.
    func take(fresh: Bool) throws(UpstreamFailure) -> UpstreamConnection {
        health.begins(at: core.now)
        guard busyCount < busyMax else { return try queue() }
        if !fresh, let reused = idle.popLast() {
            setBusy(reused, true)
            return reused
        }
        let made = UpstreamConnection(pool: self)
        do {
            try made.connect(to: nextAddresses())
        } catch {
            let failure = UpstreamFailure(.connect, error.description)
            failed(failure)
            throw failure
        }
        opened(made)
        return made
    }

    private func queue() throws(UpstreamFailure) -> UpstreamConnection {
        guard waiting.count < waitingMax else {
            metrics.upstreamQueueFull()
            throw UpstreamFailure(.connect, "too many requests wait for the origin")
        }
        let made = UpstreamConnection(pool: self)
        made.waitForTurn()
        waiting.append(made)
        group?.waitingChanged()
        return made
    }

    /// A connection for a probe, which counts for no bound; nil when none can be made, which is a failure.
    func connectForProbe() -> UpstreamConnection? {
        let made = UpstreamConnection(pool: self)
        do {
            try made.connect(to: nextAddresses())
        } catch {
            failed(UpstreamFailure(.connect, error.description))
            return nil
        }
        open.insert(ObjectIdentifier(made))
        metrics.connectionOpened(.upstream)
        return made
    }

    func connected(after nanoseconds: UInt64) { metrics.took(.upstreamConnect, nanoseconds: nanoseconds) }

    func give(_ connection: UpstreamConnection) {
        setBusy(connection, false)
        if isRetired { return connection.abort() }
        idle.append(connection)
        if idle.count > settings.idleConnectionsMax { idle.removeFirst().abort() }
        serveWaiting()
    }

    func closed(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
        if !waiting.isEmpty {
            waiting.removeAll { $0 === connection }
            group?.waitingChanged()
        }
        setBusy(connection, false)
        if open.remove(ObjectIdentifier(connection)) != nil { metrics.connectionClosed(.upstream) }
        serveWaiting()
    }

    /// Closes what is idle.
    func drain() {
        for connection in idle { connection.abort() }
    }

    /// There is another pool in its place: what is under way or waits ends here, nothing is kept.
    func retire() {
        isRetired = true
        drain()
    }

    private func serveWaiting() {
        // A connection that fails at once comes back here: the loop goes on with the next.
        guard !isServing, !waiting.isEmpty else { return }
        isServing = true
        defer {
            isServing = false
            group?.waitingChanged()
        }
        while busyCount < busyMax, !waiting.isEmpty {
            let first = waiting.removeFirst()
            if let reused = idle.popLast() {
                let before = ObjectIdentifier(reused)
                first.takeOver(reused)
                open.remove(before)
                open.insert(ObjectIdentifier(first))
                setBusy(first, true)
            } else {
                opened(first)
                first.connectNow()
            }
        }
    }

    private func opened(_ connection: UpstreamConnection) {
        open.insert(ObjectIdentifier(connection))
        setBusy(connection, true)
        metrics.connectionOpened(.upstream)
    }

    private func setBusy(_ connection: UpstreamConnection, _ isBusy: Bool) {
        guard connection.isBusy != isBusy else { return }
        connection.isBusy = isBusy
        busyCount += isBusy ? 1 : -1
    }

    // MARK: Other origins

    /// Another origin for a request of which no byte has left, when none of the addresses here could be reached.
    func handOver(_ connection: UpstreamConnection, tried: [UpstreamPool]) -> UpstreamPool? {
        guard let other = group?.alternative(to: tried), other.busyCount < other.busyMax else { return nil }
        open.remove(ObjectIdentifier(connection))
        setBusy(connection, false)
        other.health.begins(at: core.now)
        other.open.insert(ObjectIdentifier(connection))
        other.setBusy(connection, true)
        serveWaiting()
        return other
    }

    // MARK: Health

    /// The origin has answered.
    func succeeded() { health.succeeded() }

    /// The way to the origin has failed.
    func failed(_ failure: UpstreamFailure) {
        group?.reports?.failed(name, failure.cause, at: core.now)
        if health.failed(at: core.now), settings.origins.count > 1 { metrics.originGivenUp() }
    }
}

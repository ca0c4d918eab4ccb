import HTTP1
import HTTPModel
import Reactor
import Telemetry

/// The connections of one shard to the origin. Idle ones are used again, the latest first; one that the origin has
/// closed meanwhile has taken itself out.
final class UpstreamPool {
    unowned let core: ShardCore
    let settings: OriginSettings
    let limits = HTTP1Limits()
    private let metrics: ShardMetrics
    private var idle: [UpstreamConnection] = []
    private var open: Set<ObjectIdentifier> = []
    /// Where new connections lead, in the resolver's order; replaced when the origin's name leads elsewhere.
    private(set) var addresses: [SocketAddress]
    private var nextAddress = 0

    init(core: ShardCore, settings: OriginSettings, metrics: ShardMetrics) {
        self.core = core
        self.settings = settings
        self.metrics = metrics
        addresses = settings.addresses
    }

    /// Idle connections to addresses of before are given up; those in use end with their exchange.
    func replaceAddresses(_ fresh: [SocketAddress]) {
        guard !fresh.isEmpty, fresh != addresses else { return }
        addresses = fresh
        drain()
    }

    /// The addresses that one connection tries, beginning with another one each time.
    private func nextAddresses() -> [SocketAddress] {
        guard addresses.count > 1 else { return addresses }
        nextAddress = (nextAddress + 1) % addresses.count
        return Array(addresses[nextAddress...] + addresses[..<nextAddress])
    }

    /// A connection for one exchange: an idle one, or a new one that is being made. `fresh` passes idle ones by.
    func take(fresh: Bool) throws(UpstreamFailure) -> UpstreamConnection {
        if !fresh, let reused = idle.popLast() { return reused }
        let made = UpstreamConnection(pool: self)
        do {
            try made.connect(to: nextAddresses())
        } catch {
            throw UpstreamFailure(.connect, error.description)
        }
        open.insert(ObjectIdentifier(made))
        metrics.connectionOpened(.upstream)
        return made
    }

    func give(_ connection: UpstreamConnection) {
        idle.append(connection)
        if idle.count > settings.idleConnectionsMax { idle.removeFirst().abort() }
    }

    func closed(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
        if open.remove(ObjectIdentifier(connection)) != nil { metrics.connectionClosed(.upstream) }
    }

    /// Closes what is idle.
    func drain() {
        for connection in idle { connection.abort() }
    }
}

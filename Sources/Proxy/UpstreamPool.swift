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
    private var nextAddress = 0

    init(core: ShardCore, settings: OriginSettings, metrics: ShardMetrics) {
        self.core = core
        self.settings = settings
        self.metrics = metrics
    }

    /// A connection for one exchange: an idle one, or a new one that is being made. `fresh` passes idle ones by.
    func take(fresh: Bool) throws(UpstreamFailure) -> UpstreamConnection {
        if !fresh, let reused = idle.popLast() { return reused }
        let made = UpstreamConnection(pool: self)
        nextAddress = (nextAddress + 1) % max(settings.addresses.count, 1)
        guard nextAddress < settings.addresses.count else {
            throw UpstreamFailure(.connect, "the origin has no address")
        }
        do {
            try made.connect(to: settings.addresses[nextAddress])
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

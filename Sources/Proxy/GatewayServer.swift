import HTTPModel
package import HTTPServer
package import Reactor
import Synchronization
package import Telemetry

/// One listener of a gateway.
package struct ListenerPlan: Sendable {
    package var bind: BindAddress
    package var options: ListenerOptions

    package init(_ bind: BindAddress, options: ListenerOptions = ListenerOptions()) {
        self.bind = bind
        self.options = options
    }
}

/// All that a gateway needs to start.
package struct GatewayPlan: Sendable {
    package var listeners: [ListenerPlan]
    package var admin: BindAddress?
    package var shards: Int
    package var connectionsMax: Int
    package var settings: GatewaySettings
    package var server: ServerSettings
    package var rejectionLog: LogSink?
    package var accessLog: AccessLog?
    /// Equal refusals that are written one by one in a second; further ones are counted. 0 for all.
    package var rejectionsWrittenMax = 0
    /// Where the operator is told of failures of origins; nil when nobody is.
    package var originReports: OriginReports?
    package var version: String
    /// What `/config` of the admin listener shows: JSON without secrets.
    package var configurationText: [UInt8] = Array("{}\n".utf8)
    package var clock = ShardClock.system

    package init(
        listeners: [ListenerPlan], admin: BindAddress?, shards: Int, connectionsMax: Int,
        settings: GatewaySettings, server: ServerSettings, rejectionLog: LogSink?, version: String
    ) {
        self.listeners = listeners
        self.admin = admin
        self.shards = shards
        self.connectionsMax = connectionsMax
        self.settings = settings
        self.server = server
        self.rejectionLog = rejectionLog
        self.version = version
    }
}

extension GatewayPlan {
    /// The bounds of the server on one shard, which share those of the process.
    var serverOfShard: ServerSettings {
        var settings = server
        settings.connectionsMax = max(connectionsMax / max(shards, 1), 1)
        return settings
    }

    /// The sinks of all logs, each once.
    fileprivate var logs: [LogSink] {
        let access = accessLog?.sink
        return [rejectionLog, access === rejectionLog ? nil : access].compactMap(\.self)
    }
}

/// A running gateway: its shards, its listeners, and the way it ends.
package final class GatewayServer: Sendable {
    /// What was bound, with the ports that the system chose.
    package var addresses: [BindAddress] { listeners.withLock { $0.map(\.sockets.address) } }
    let listeners: Mutex<[BoundListener]>
    package let adminAddress: BindAddress?
    package let registry: MetricsRegistry
    package let readiness = Readiness()
    private let recent = RecentRejections()
    let configuration: ConfigurationPage
    package let shards: [Shard]

    /// Binds everything first, so that a port in use stops the start before anything runs.
    package init(_ plan: GatewayPlan) async throws(TransportError) {
        let bound = try BoundListener.bind(plan.listeners, shards: plan.shards)
        let admin: ListenerSockets? =
            if let bind = plan.admin { try ListenerSockets.bind(bind, count: 1) } else { nil }
        listeners = Mutex(bound)
        adminAddress = admin?.address
        configuration = ConfigurationPage(plan.configurationText)
        let labels = MetricLabels()
        registry = MetricsRegistry(
            version: plan.version, startUnixSeconds: SystemTime.unixSeconds, shards: plan.shards,
            operations: labels.operations, rejectionRules: labels.rules, rejectionCodes: labels.codes,
            logs: plan.logs)
        let shards = (0..<plan.shards).map { Shard(index: $0, clock: plan.clock) }
        self.shards = shards
        let settings = plan.settings.counted(in: registry)
        let addressCounts = AddressCounts()
        for (index, shard) in shards.enumerated() {
            let metrics = registry.shards[index]
            await shard.run { [recent] core in
                let gateway = Gateway(
                    core: core, shards: shards, settings: settings, metrics: metrics, labels: labels,
                    rejectionLog: plan.rejectionLog, accessLog: plan.accessLog,
                    rejectionsWrittenMax: plan.rejectionsWrittenMax, recent: recent,
                    originReports: plan.originReports)
                let server = Server(
                    core: core, settings: plan.serverOfShard, application: gateway,
                    addressCounts: addressCounts)
                server.connectionsChanged = { metrics.connectionChanged(.downstream, isOpen: $0) }
                server.observe = { metrics.observed($0) }
                for (listener, planned) in zip(bound, plan.listeners) {
                    server.listen(
                        listener.sockets, socket: index, id: listener.id, options: planned.options)
                }
                core.services.append(server)
                core.services.append(gateway)
            }
        }
        if let admin { await startAdmin(admin) }
        readiness.isReady = true
    }

    private func startAdmin(_ sockets: ListenerSockets) async {
        guard let shard = shards.first else { return }
        await shard.run { [registry, readiness, recent, configuration] core in
            let application = AdminApplication(
                core: core, registry: registry, readiness: readiness, recent: recent,
                configuration: configuration)
            var settings = ServerSettings()
            settings.connectionsMax = 1024
            let server = Server(core: core, settings: settings, application: application)
            server.listen(sockets, socket: 0)
            core.adminServices.append(server)
        }
    }

    /// New connections to the origin lead to these addresses.
    package func replaceOriginAddresses(_ addresses: [SocketAddress], ofOrigin index: Int = 0) async {
        for shard in shards {
            await shard.run { core in
                for case let gateway as Gateway in core.services {
                    gateway.replaceOriginAddresses(addresses, ofOrigin: index)
                }
            }
        }
    }

    /// Returns when every shard has taken a turn since the call: none of them is stuck.
    package func heartbeat() async {
        for shard in shards { await shard.run { _ in } }
    }

    /// Stops accepting, lets what is in progress end within `bound`, then closes everything. Readiness fails
    /// first, and `delay` passes so that load balancers notice.
    package func drain(delay: Duration, bound: Duration) async {
        readiness.isReady = false
        try? await Task.sleep(for: delay)
        let (idleShards, announcement) = AsyncStream<Void>.makeStream()
        for shard in shards {
            await shard.run { core in core.drainServices { announcement.yield() } }
        }
        let count = shards.count
        await withTaskGroup { group in
            group.addTask { for await _ in idleShards.prefix(count) {} }
            group.addTask { try? await Task.sleep(for: bound) }
            await group.next()
            group.cancelAll()
        }
        await stop()
    }

    /// Closes everything now.
    package func stop() async {
        readiness.isReady = false
        for shard in shards { await shard.stop() }
        for listener in listeners.withLock({ $0 }) { listener.sockets.removeFile() }
    }
}

extension ShardMetrics {
    /// Counts what a server has seen below the level of requests.
    fileprivate func observed(_ event: ServerEvent) {
        switch event {
        case .handshakeCompleted: handshakeEnded(.completed)
        case .handshakeResumed: handshakeEnded(.resumed)
        case .handshakeFailed: handshakeEnded(.failed)
        case .handshakeTimedOut: handshakeEnded(.timedOut)
        case .http2Abuse(.resets): http2Abused(.resets)
        case .http2Abuse(.continuations): http2Abused(.continuations)
        case .http2Abuse(.idleFrames): http2Abused(.idleFrames)
        case .http2Abuse(.fieldLists): http2Abused(.fieldLists)
        case .proxyHeader(.accepted): proxyHeaderEnded(.accepted)
        case .proxyHeader(.malformed): proxyHeaderEnded(.malformed)
        case .proxyHeader(.untrusted): proxyHeaderEnded(.untrusted)
        case .proxyHeader(.timedOut): proxyHeaderEnded(.timedOut)
        case .connectionRefused(.total): connectionRefused(.total)
        case .connectionRefused(.address): connectionRefused(.address)
        case .connectionRefused(.descriptors): connectionRefused(.descriptors)
        case .forwardedForMalformed: forwardedForMalformed()
        }
    }
}

extension Gateway: ShardService {
    package var openConnections: Int { 0 }
}

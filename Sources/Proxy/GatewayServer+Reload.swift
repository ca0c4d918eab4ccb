import HTTPServer
package import Reactor

extension GatewayServer {
    /// Takes over another plan while it runs: listeners, rules, domains, limits, time, integrity and origins. No
    /// connection is dropped: requests that come from now on, on old connections too, are judged by it. Requests to
    /// origins that are under way end where they are. The admin listener, shards and logs stay as they are. Throws, with
    /// everything as it was, when a new listener cannot be bound.
    package func reload(_ plan: GatewayPlan) async throws(TransportError) {
        try await replaceListeners(plan.listeners)
        configuration.text = plan.configurationText
        let settings = plan.settings.counted(in: registry)
        let server = plan.serverOfShard
        for shard in shards {
            await shard.run { core in
                for case let served as Server in core.services { served.apply(server) }
                core.gateway?.apply(settings)
            }
        }
    }

    /// Listens at these from now on. One whose address stays keeps its sockets, and serves new connections as its plan
    /// says; connections that came through one that goes stay open. To be called by one task at a time.
    package func replaceListeners(_ plans: [ListenerPlan]) async throws(TransportError) {
        let before = listeners.withLock { $0 }
        let after = try BoundListener.bind(plans, shards: shards.count, keeping: before)
        let gone = before.filter { old in !after.contains { $0.id == old.id } }
        for (index, shard) in shards.enumerated() {
            await shard.run { core in
                // The gateway's own server; that of the admin listener is among the admin services.
                for case let server as Server in core.services {
                    for (listener, plan) in zip(after, plans) {
                        if before.contains(where: { $0.id == listener.id }) {
                            server.replaceOptions(plan.options, ofListener: listener.id)
                        } else {
                            server.listen(
                                listener.sockets, socket: index, id: listener.id, options: plan.options)
                        }
                    }
                    for listener in gone { server.closeListener(listener.id) }
                }
            }
        }
        for listener in gone { listener.sockets.removeFile() }
        listeners.withLock { $0 = after }
    }
}

extension Gateway {
    func apply(_ fresh: GatewaySettings) {
        settings = fresh
        origins.replace(fresh.origin, shards: uploads.shardCount)
        uploads.setLimits(fresh.uploads)
        core.heldBytesMax = fresh.heldBytesMax / max(uploads.shardCount, 1)
    }
}

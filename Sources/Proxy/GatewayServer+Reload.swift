package import HTTPServer

extension GatewayServer {
    /// Takes over other settings while it runs: rules, domains, limits of requests, time, integrity and origins. No
    /// connection is dropped: requests that come from now on, on old connections too, are judged by these. Requests to
    /// origins that are under way end where they are. Listeners, shards and logs stay as they are.
    package func reload(_ settings: GatewaySettings, server: ServerSettings) async {
        let settings = settings.counted(in: registry)
        for shard in shards {
            await shard.run { core in
                for case let served as Server in core.services { served.apply(server) }
                core.gateway?.apply(settings)
            }
        }
    }
}

extension Gateway {
    func apply(_ fresh: GatewaySettings) {
        settings = fresh
        origins.replace(fresh.origin, shards: uploads.shardCount)
        uploads.setLimits(fresh.uploads)
    }
}

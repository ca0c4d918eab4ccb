import HTTPServer
package import Reactor

/// A running emulator: one shard of its own, so that its file access never holds up a gateway in the same process.
package final class EmulatorServer: Sendable {
    /// What was bound, with the port that the system chose.
    package let address: BindAddress
    /// Who may sign.
    package let keys: KeyRing
    private let shard: Shard

    package init(
        store: EmulatorStore, settings: EmulatorSettings, bind: BindAddress
    ) async throws(TransportError) {
        let sockets = try ListenerSockets.bind(bind, count: 1)
        address = sockets.address
        shard = Shard(index: 1000)
        var settings = settings
        keys = settings.keys
        settings.callbacks.origin = Self.origin(address)
        let served = settings
        await shard.run { core in
            let application = EmulatorApplication(store: store, settings: served, core: core)
            let server = Server(core: core, settings: ServerSettings(), application: application)
            server.listen(sockets, socket: 0)
            core.services.append(server)
        }
    }

    /// How it is reached from this machine; nil where no URL leads.
    private static func origin(_ address: BindAddress) -> String? {
        guard case .tcp(let host, let port) = address else { return nil }
        switch host {
        case "", "0.0.0.0": return "http://127.0.0.1:\(port)"
        case "::": return "http://[::1]:\(port)"
        default: return host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
        }
    }

    /// Lets faults be changed at `bind`; returns what was bound.
    package func administer(
        _ faults: FaultTable, bind: BindAddress, parse: @escaping FaultAdmin.Parse
    ) async throws(TransportError) -> BindAddress {
        let sockets = try ListenerSockets.bind(bind, count: 1)
        await shard.run { core in
            var settings = ServerSettings()
            settings.connectionsMax = 64
            let server = Server(
                core: core, settings: settings, application: FaultAdmin(faults, parse: parse))
            server.listen(sockets, socket: 0)
            core.services.append(server)
        }
        return sockets.address
    }

    package func stop() async { await shard.stop() }
}

import Admission
import Config
import Emulator
import Proxy
import Reactor
import TLS

/// Reads the configuration again when the process is asked to, and hands it to the running gateway. A file that is wrong
/// in any way, or asks for what cannot change in a running process, changes nothing; the operator is told why.
final class Reload {
    /// Why everything stays as it was.
    private struct Refusal: Error {
        let reason: String
    }

    private let source: ConfigurationOption
    private let gateway: GatewayServer
    private let logs: Logs
    private let ticketKeys: TicketKeys
    private var current: Configuration
    private var origins: [OriginPlace]
    private let emulator: EmulatorServer?
    private var resolver: OriginResolver?

    /// `origins` are those that the gateway began with, `emulator` is the embedded one.
    init(
        _ source: ConfigurationOption, _ configuration: Configuration, origins: [OriginPlace],
        emulator: EmulatorServer?, _ ticketKeys: TicketKeys, logs: Logs, _ gateway: GatewayServer
    ) {
        self.source = source
        self.gateway = gateway
        self.logs = logs
        self.ticketKeys = ticketKeys
        self.origins = origins
        self.emulator = emulator
        current = configuration
        resolver = OriginResolver(configuration.origins, gateway)
    }

    func run() async {
        do {
            let before = gateway.addresses
            try await take(load())
            gateway.registry.reloaded(successfully: true)
            Operator.say("configuration reloaded")
            if gateway.addresses != before {
                Operator.say("listening on \(gateway.addresses.map(\.description).joined(separator: ", "))")
            }
        } catch {
            gateway.registry.reloaded(successfully: false)
            Operator.say("configuration not reloaded, the old one stays: \(error.reason)")
        }
    }

    func stop() { resolver?.stop() }

    private func load() throws(Refusal) -> Configuration {
        do throws(ConfigurationFailure) {
            return try ConfigurationLoader(ruleNames: RuleModes.allNames).load(path: source.path)
        } catch {
            throw Refusal(reason: error.description)
        }
    }

    private func take(_ fresh: Configuration) async throws(Refusal) {
        let fixed = changesThatNeedARestart(fresh)
        guard fixed.isEmpty else {
            throw Refusal(reason: "\(fixed.joined(separator: ", ")) can only change with a restart")
        }
        let security = try securityContexts(fresh)
        let found = try places(fresh, security)
        let plan = fresh.plan(
            origins: found, security: security, logs: logs, version: OssgateCommand.version)
        do throws(TransportError) {
            try await gateway.reload(plan)
        } catch {
            throw Refusal(reason: error.description)
        }
        emulator?.keys.replace(fresh.emulatorKeys)
        if fresh.origins != current.origins {
            resolver?.stop()
            resolver = OriginResolver(fresh.origins, gateway)
        }
        origins = found
        current = fresh
    }

    /// Certificates and keys are read again even where nothing of the configuration has changed.
    private func securityContexts(_ fresh: Configuration) throws(Refusal) -> SecurityContexts {
        do throws(ConfigurationFailure) {
            let security = try SecurityContexts(fresh, ticketKeys: ticketKeys, file: source.path)
            for warning in security.warnings { Operator.say("warning: \(warning)") }
            return security
        } catch {
            throw Refusal(reason: error.description)
        }
    }

    private func changesThatNeedARestart(_ fresh: Configuration) -> [String] {
        let isEmbedded = (fresh.origin == .embedded, current.origin == .embedded)
        let keys = [
            ("admin", fresh.admin != current.admin),
            ("shards", fresh.shards != current.shards), ("log", fresh.log != current.log),
            (
                "emulator (but for its credentials)",
                !fresh.emulator.differsOnlyInCredentials(current.emulator)
            ),
            ("origin.endpoint (to or from embedded)", isEmbedded.0 != isEmbedded.1),
        ]
        return keys.filter(\.1).map(\.0)
    }

    /// What the resolver cannot tell of the origins of before stays as it was.
    private func places(
        _ fresh: Configuration, _ security: SecurityContexts
    ) throws(Refusal) -> [OriginPlace] {
        do throws(TransportError) {
            return try fresh.originPlaces(emulator: emulator?.address, security)
        } catch {
            if fresh.origins == current.origins {
                return zip(origins, security.origins).map { place, tls in
                    OriginPlace(name: place.name, addresses: place.addresses, tls: tls)
                }
            }
            throw Refusal(reason: "origin.endpoint: \(error)")
        }
    }
}

import ArgumentParser
import Config
import Digest
import Emulator
import Proxy
import Reactor
import TLS

/// `ossgate serve`: the gateway, with the embedded emulator if the configuration asks for it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the gateway until SIGTERM or SIGINT.")

    @OptionGroup var source: ConfigurationOption

    func run() async throws {
        let text = source.path.flatMap { try? ConfigurationLoader.contents($0).get() }
        let configuration = try source.load()
        let ticketKeys = TicketKeys()
        let security = try source.securityContexts(configuration, ticketKeys)
        let signals = ProcessSignals()
        try prepareProcess()
        let logs = try Logs(configuration.log)
        let emulator = try await startEmulator(configuration)
        let origins = try resolveOrigins(configuration, security, emulator: emulator)
        let gateway: GatewayServer
        do {
            gateway = try await GatewayServer(
                configuration.plan(
                    origins: origins, security: security, logs: logs, version: OssgateCommand.version))
        } catch {
            throw ExitCode.failing(.unavailable, "\(error)")
        }
        let announcement = announcement(gateway, configuration, emulator)
        Operator.say(announcement)
        let manager = ServiceManager()
        manager.ready(announcement)
        let watch = Task { await manager.watch(gateway) }
        defer { watch.cancel() }
        let reload = Reload(
            source, configuration, origins: origins, emulator: emulator, ticketKeys, logs: logs,
            gateway)
        defer { reload.stop() }
        let watched =
            configuration.reload == .change
            ? try source.path.map { try ConfigurationWatch($0, known: text) } : nil
        defer { watched?.stop() }
        let rotation = TicketKeyRotation(ticketKeys)
        defer { rotation.stop() }
        await signals.serve(
            reopen: { logs.reopen() },
            reload: {
                manager.reloading()
                await reload.run()
                manager.ready(announcement)
            })
        Operator.say("draining")
        manager.stopping()
        await gateway.drain(
            delay: configuration.timeouts.drainDelay, bound: configuration.timeouts.drain)
        await emulator?.stop()
        logs.close()
        Operator.say("stopped")
    }

    private func startEmulator(_ configuration: Configuration) async throws -> EmulatorServer? {
        guard configuration.origin == .embedded else { return nil }
        let bind = configuration.emulator.bind.flatMap { BindAddress($0.description) }
        return try await EmulatorServer.starting(
            configuration, bind: bind ?? .tcp(host: "127.0.0.1", port: 0))
    }

    private func resolveOrigins(
        _ configuration: Configuration, _ security: SecurityContexts, emulator: EmulatorServer?
    ) throws -> [OriginPlace] {
        do {
            return try configuration.originPlaces(emulator: emulator?.address, security)
        } catch {
            throw ExitCode.failing(.unavailable, "origin.endpoint: \(error)")
        }
    }

    private func announcement(
        _ gateway: GatewayServer, _ configuration: Configuration, _ emulator: EmulatorServer?
    ) -> String {
        let listeners = gateway.addresses.map(\.description).joined(separator: ", ")
        let admin = gateway.adminAddress.map { ", admin \($0)" } ?? ""
        let origin = configuration.originsDescription(emulator: emulator?.address)
        return "ossgate \(OssgateCommand.version) listening on \(listeners)\(admin), origin \(origin)"
    }
}

/// What every serving command needs before it starts. Fails when the digests are not what they should be.
func prepareProcess() throws {
    ProcessLimits.boundHeaps()
    ProcessLimits.ignoreBrokenPipes()
    _ = ProcessLimits.raiseDescriptors()
    guard Digest.selfTest() else {
        throw ExitCode.failing(.unavailable, "the digests of this OpenSSL are not available or not right")
    }
}

import ArgumentParser
import Config
import Emulator
import Reactor

/// `ossgate emulator`: the OSS emulator alone. Credentials, buckets and limits come from the configuration file.
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator", abstract: "Run the OSS emulator alone until SIGTERM or SIGINT.")

    @Option(name: .customLong("bind"), help: "host:port, [v6]:port or unix:/path; port 0 picks one.")
    var bind = "127.0.0.1:9000"

    @Option(name: .customLong("data"), help: "A directory for durable data; in memory without one.")
    var data: String?

    @OptionGroup var source: ConfigurationOption

    func validate() throws {
        guard BindAddress(bind) != nil else {
            throw ValidationError("--bind \(bind) is not host:port, [v6]:port or unix:/path")
        }
    }

    func run() async throws {
        var configuration = try source.load()
        if let data { configuration.emulator.data = data }
        let signals = ProcessSignals()
        try prepareProcess()
        guard let address = BindAddress(bind) else { throw ExitCode.usage }
        let server = try await EmulatorServer.starting(configuration, bind: address)
        Operator.say("ossgate emulator \(OssgateCommand.version) listening on \(server.address)")
        let reload = EmulatorReload(source, configuration, data: data, server)
        await signals.serve(reopen: {}, reload: { reload.run() })
        await server.stop()
        Operator.say("stopped")
    }
}

extension EmulatorServer {
    /// Opens the store and binds; ends the process with a sentence and the code that fits when it cannot.
    static func starting(_ configuration: Configuration, bind: BindAddress) async throws -> EmulatorServer {
        let settings = try configuration.emulatorSettings
        let store: EmulatorStore
        do {
            store = try EmulatorStore(settings)
        } catch {
            throw ExitCode.failing(.inputOutput, "\(error)")
        }
        let server: EmulatorServer
        do {
            server = try await EmulatorServer(store: store, settings: settings, bind: bind)
        } catch {
            throw ExitCode.failing(.unavailable, "\(error)")
        }
        try await server.administer(configuration, settings)
        return server
    }
}

import ArgumentParser
import Config
import Foundation
import TLS

/// The option `--config`, and the configuration it leads to.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: "The configuration file; ./config.json if there is one, else built-in defaults.")
    var file: String?

    /// The file that is read; nil when only defaults and the environment count.
    var path: String? {
        if let file { return file }
        return FileManager.default.fileExists(atPath: "config.json") ? "config.json" : nil
    }

    /// The validated configuration. Prints every problem and ends the process with `EX_CONFIG` if there is any.
    func load() throws -> Configuration {
        do throws(ConfigurationFailure) {
            return try ConfigurationLoader.own.load(path: path)
        } catch {
            throw ExitCode.failing(.configuration, error.description)
        }
    }

    /// Certificates and keys that the configuration names. Prints warnings; ends the process as above.
    func securityContexts(_ configuration: Configuration, _ ticketKeys: TicketKeys) throws -> SecurityContexts
    {
        do throws(ConfigurationFailure) {
            let security = try SecurityContexts(configuration, ticketKeys: ticketKeys, file: path)
            for warning in security.warnings { Operator.say("warning: \(warning)") }
            return security
        } catch {
            throw ExitCode.failing(.configuration, error.description)
        }
    }
}

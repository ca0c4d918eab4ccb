import Admission
import Config
import Emulator

/// Takes other credentials over when the emulator that runs alone is asked to read its configuration again.
final class EmulatorReload {
    private let source: ConfigurationOption
    private let current: Configuration
    /// The directory that the command line names.
    private let data: String?
    private let server: EmulatorServer

    init(
        _ source: ConfigurationOption, _ configuration: Configuration, data: String?, _ server: EmulatorServer
    ) {
        self.source = source
        current = configuration
        self.data = data
        self.server = server
    }

    func run() {
        do throws(ConfigurationFailure) {
            var fresh = try ConfigurationLoader(ruleNames: RuleModes.allNames).load(path: source.path)
            if let data { fresh.emulator.data = data }
            let isSame = fresh.domains == current.domains && fresh.cnames == current.cnames
            guard isSame, fresh.emulator.differsOnlyInCredentials(current.emulator) else {
                return Operator.say(
                    "configuration not reloaded, the old one stays: all but emulator.credentials can only change "
                        + "with a restart")
            }
            server.keys.replace(fresh.emulatorKeys)
            Operator.say("configuration reloaded")
        } catch {
            Operator.say("configuration not reloaded, the old one stays: \(error)")
        }
    }
}

extension Configuration.Emulator {
    /// Whether it takes no restart to make the one of the other.
    func differsOnlyInCredentials(_ other: Configuration.Emulator) -> Bool {
        var same = self
        same.credentials = other.credentials
        return same == other
    }
}

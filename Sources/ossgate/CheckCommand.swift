import ArgumentParser
import TLS

/// `ossgate check`: validates a configuration and starts nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate the configuration and print every problem of it.")

    @OptionGroup var source: ConfigurationOption

    func run() throws {
        let configuration = try source.load()
        _ = try source.securityContexts(configuration, TicketKeys())
        print("\(source.path ?? "defaults"): configuration is valid")
    }
}

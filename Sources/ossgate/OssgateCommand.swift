import ArgumentParser
import Config
import Digest
import HTTP2

/// The command line: sub-commands and versions.
@main struct OssgateCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "ossgate",
        abstract:
            "A gateway in front of Alibaba Cloud OSS that refuses bad requests early and lets no corrupt "
            + "upload be stored.",
        version: """
            ossgate \(version)
            \(OpenSSLVersion.text)
            \(HTTP2Version.text)
            configuration schema \(Configuration.schemaVersion)
            """,
        subcommands: [
            ServeCommand.self, CheckCommand.self, EmulatorCommand.self, ExplainCommand.self,
            LintCommand.self, RejectionsCommand.self, TestCommand.self,
        ])
}

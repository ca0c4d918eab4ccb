import ArgumentParser
import Foundation

extension ExitCode {
    /// The command line is wrong (EX_USAGE).
    static let usage = ExitCode(64)
    /// What was given to a command is malformed (EX_DATAERR).
    static let data = ExitCode(65)
    /// An address cannot be bound, or a service that is needed cannot be reached (EX_UNAVAILABLE).
    static let unavailable = ExitCode(69)
    /// A log file or the data directory cannot be used (EX_IOERR).
    static let inputOutput = ExitCode(74)
    /// The configuration is wrong or cannot be read (EX_CONFIG).
    static let configuration = ExitCode(78)

    /// Prints the message to the standard error and gives the code to throw.
    static func failing(_ code: ExitCode, _ message: String) -> ExitCode {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        return code
    }
}

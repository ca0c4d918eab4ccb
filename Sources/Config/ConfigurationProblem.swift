/// One thing that is wrong with a configuration.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The JSON path, such as `listeners[0].bind`; empty for the file as a whole.
    package let path: String
    /// What is wrong and what would be right. Never a secret.
    package let message: String

    package init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// Why a configuration is refused: every problem that was found, in the order of the file's keys.
package struct ConfigurationFailure: Error, Sendable, CustomStringConvertible {
    /// The file, or nil when none was read.
    package let file: String?
    package let problems: [ConfigurationProblem]

    package init(file: String?, problems: [ConfigurationProblem]) {
        self.file = file
        self.problems = problems
    }

    /// One line for each problem.
    package var description: String {
        problems.map { "\(file ?? "configuration"): \($0)" }.joined(separator: "\n")
    }
}

/// Gathers problems while a configuration is read, so that one run shows them all.
final class ProblemList {
    private(set) var problems: [ConfigurationProblem] = []
    /// Paths in the table of keys that were read; a test compares them with the table.
    var asked: Set<String> = []
    /// Environment variables by the path that they set.
    var variables: [String: String] = [:]

    func add(_ path: String, _ message: String) {
        let origin = variables[path].map { " (set by \($0))" } ?? ""
        problems.append(ConfigurationProblem(path: path, message: message + origin))
    }
}

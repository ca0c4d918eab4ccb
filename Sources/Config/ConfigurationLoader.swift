import Foundation
import JSON

/// Reads `config.json`, lays the environment over it and validates the whole.
package struct ConfigurationLoader {
    /// A file that cannot be read, in words for the operator.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description: String
    }

    /// A larger file is refused: no configuration is that long.
    static let fileBytesMax = 1 << 20

    private let ruleNames: [String]
    private let operationNames: [String]
    private let environment: [String: String]
    private let contents: (String) -> Result<[UInt8], Unreadable>

    /// `ruleNames` are those that the key `rules` may have, `operationNames` those that faults may name; `contents` reads
    /// the files that a configuration names.
    package init(
        ruleNames: [String], operationNames: [String] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        contents: @escaping (String) -> Result<[UInt8], Unreadable> = ConfigurationLoader.contents
    ) {
        self.ruleNames = ruleNames
        self.operationNames = operationNames
        self.environment = environment
        self.contents = contents
    }

    /// The configuration of a file, or of defaults and environment alone when `path` is nil.
    package func load(path: String?) throws(ConfigurationFailure) -> Configuration {
        guard let path else { return try load(bytes: Array("{}".utf8), file: nil) }
        switch Self.contents(path) {
        case .success(let bytes): return try load(bytes: bytes, file: path)
        case .failure(let unreadable):
            let problem = ConfigurationProblem(path: "", message: unreadable.description)
            throw ConfigurationFailure(file: nil, problems: [problem])
        }
    }

    /// The configuration of a text; `file` only names it in messages.
    package func load(bytes: [UInt8], file: String?) throws(ConfigurationFailure) -> Configuration {
        let problems = ProblemList()
        let configuration = try decode(bytes, file: file, problems: problems)
        guard problems.problems.isEmpty else {
            throw ConfigurationFailure(file: file, problems: problems.problems)
        }
        return configuration
    }

    /// The faults of a text that is the list `emulator.faults` alone; paths in problems are those of the file.
    package func faults(_ list: [UInt8]) throws(ConfigurationFailure) -> [Configuration.Fault] {
        let problems = ProblemList()
        let root: JSONValue
        do throws(JSONParser.Failure) {
            root = try JSONParser.parse(list)
        } catch {
            let message = "line \(error.line), column \(error.column): \(error.message)"
            throw ConfigurationFailure(
                file: nil, problems: [ConfigurationProblem(path: "", message: message)])
        }
        let decoder = ConfigurationDecoder(
            ruleNames: ruleNames, processors: 1, operationNames: operationNames,
            readSecret: { _ in .failure(Unreadable(description: "no file is read here")) },
            problems: problems)
        let emulator = JSONValue.object([JSONValue.Member(name: "faults", value: root)])
        let faults = decoder.faults(
            ObjectReader(emulator, path: "emulator", table: "emulator", problems: problems))
        guard problems.problems.isEmpty else {
            throw ConfigurationFailure(file: nil, problems: problems.problems)
        }
        return faults
    }

    func decode(
        _ bytes: [UInt8], file: String?, problems: ProblemList
    ) throws(ConfigurationFailure) -> Configuration {
        var root: JSONValue
        do throws(JSONParser.Failure) {
            root = try JSONParser.parse(bytes)
        } catch {
            let message = "line \(error.line), column \(error.column): \(error.message)"
            throw ConfigurationFailure(
                file: file, problems: [ConfigurationProblem(path: "", message: message)])
        }
        if case .object = root {
            EnvironmentOverrides(ruleNames: ruleNames, problems: problems).apply(environment, to: &root)
        }
        let decoder = ConfigurationDecoder(
            ruleNames: ruleNames, processors: ProcessInfo.processInfo.activeProcessorCount,
            operationNames: operationNames,
            readSecret: { path in contents(path).map { String(decoding: $0, as: UTF8.self) } },
            problems: problems)
        var configuration = decoder.decode(root)
        configuration.shown = ConfigurationRedaction.redacted(root).text + "\n"
        return configuration
    }

    /// The bytes of a file of at most 1 MiB.
    package static func contents(_ path: String) -> Result<[UInt8], Unreadable> {
        let values = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey])
        if values?.isDirectory == true {
            return .failure(Unreadable(description: "cannot read \(path): it is a directory"))
        }
        do {
            guard let handle = FileHandle(forReadingAtPath: path) else {
                // Only this call says why a file cannot be opened.
                return .success(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
            }
            defer { try? handle.close() }
            let data = try handle.read(upToCount: fileBytesMax + 1) ?? Data()
            guard data.count <= fileBytesMax else {
                return .failure(
                    Unreadable(description: "\(path) is larger than \(Quantity.size(fileBytesMax))"))
            }
            return .success(Array(data))
        } catch {
            return .failure(Unreadable(description: "cannot read \(path): \(reason(error))"))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch ((error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError)?.code {
        case .ENOENT?: "there is no such file"
        case .EACCES?, .EPERM?: "permission denied"
        case let code?: "error \(code.rawValue)"
        case nil: error.localizedDescription
        }
    }
}

import Foundation
import Testing

@testable import Config

/// The schema and the table of the README are made of the table of keys; these tests keep the files equal to it.
/// With `UPDATE_CONFIG_DOCUMENTS=1` in the environment they write the files instead.
@Suite struct DocumentTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_CONFIG_DOCUMENTS"] == "1"

    /// What the decoder asks for is exactly what the table has.
    @Test func theDecoderReadsEveryKeyOfTheTable() throws {
        let problems = ProblemList()
        let text = """
            {"listeners":[{"protocols":["http/1.1"],"tls":{"certificates":[{}]}}],"domains":[],"cnames":{"a":"abc"},"rules":{},
             "emulator":{"credentials":[{}],"buckets":[],"faults":[{"operations":[]}]}}
            """
        _ = try ConfigurationLoader(ruleNames: [], environment: [:])
            .decode(Array(text.utf8), file: nil, problems: problems)
        #expect(problems.asked == Set(ConfigurationKey.all.map(\.path)))
    }

    @Test func everyDefaultOfTheTableIsValid() throws {
        for key in ConfigurationKey.all {
            guard let fallback = key.fallback else { continue }
            switch key.kind {
            case .count(let bounds): #expect(Int(fallback).map(bounds.contains) == true)
            case .size(let bounds): #expect(Quantity.bytes(fallback).map(bounds.contains) == true)
            case .duration(let bounds): #expect(Quantity.milliseconds(fallback).map(bounds.contains) == true)
            case .choice(let words, _): #expect(words.contains(fallback))
            case .boolean: #expect(["true", "false"].contains(fallback))
            case .text: #expect(!fallback.isEmpty)
            }
        }
    }

    @Test func theSchemaIsThatOfTheTable() throws {
        let file = Self.root.appendingPathComponent("deploy/config.schema.json")
        let schema = try JSONSerialization.data(
            withJSONObject: DocumentGenerator.schema(),
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        let text = String(decoding: schema, as: UTF8.self) + "\n"
        if Self.isUpdating { try Data(text.utf8).write(to: file) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test func theREADMEHasTheTable() throws {
        let file = Self.root.appendingPathComponent("README.md")
        var readme = try String(contentsOf: file, encoding: .utf8)
        let table = DocumentGenerator.table()
        if Self.isUpdating, let start = readme.range(of: "| Key | Kind |"),
            let end = readme.range(of: "\n\n", range: start.lowerBound..<readme.endIndex)
        {
            readme.replaceSubrange(start.lowerBound..<end.lowerBound, with: table)
            try Data(readme.utf8).write(to: file)
        }
        #expect(readme.contains("\n\(table)\n\n"))
    }

    @Test func theFileOfTheRepositoryIsValid() throws {
        let file = Self.root.appendingPathComponent("config.json")
        let configuration = try load(try String(contentsOf: file, encoding: .utf8))
        #expect(configuration.origin == .embedded)
    }
}

/// Makes the JSON Schema (2020-12) and the README's table of the table of keys.
enum DocumentGenerator {
    static func table() -> String {
        let rows = ConfigurationKey.all.map { key in
            "| `\(key.path)` | \(kind(key.kind)) | \(key.fallback.map { "`\($0)`" } ?? "") | \(key.meaning) |"
        }
        return (["| Key | Kind | Default | Meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    private static func kind(_ kind: ConfigurationKey.Kind) -> String {
        switch kind {
        case .text: "text"
        case .boolean: "boolean"
        case .count(let bounds): "number \(bounds.lowerBound) to \(bounds.upperBound)"
        case .size(let bounds):
            "size \(Quantity.size(bounds.lowerBound)) to \(Quantity.size(bounds.upperBound))"
        case .duration(let bounds):
            "duration \(Quantity.duration(bounds.lowerBound)) to \(Quantity.duration(bounds.upperBound))"
        case .choice(let words, _): words.map { "`\($0)`" }.joined(separator: ", ")
        }
    }

    static func schema() -> [String: Any] {
        var root = object(under: "")
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["title"] = "Configuration of ossgate, version \(Configuration.schemaVersion)"
        return root
    }

    private static func object(under table: String) -> [String: Any] {
        let names = ConfigurationKey.names(under: table)
        if names == ["*"] {
            return ["type": "object", "additionalProperties": node(ObjectReader.join(table, "*"))]
        }
        let properties = names.map { ($0, node(ObjectReader.join(table, $0))) }
        return [
            "type": "object", "additionalProperties": false,
            "properties": Dictionary(uniqueKeysWithValues: properties),
        ]
    }

    private static func node(_ path: String) -> [String: Any] {
        if let key = ConfigurationKey.named(path) { return leaf(key) }
        if let item = ConfigurationKey.named(path + "[]") { return ["type": "array", "items": leaf(item)] }
        if ConfigurationKey.all.contains(where: { $0.path.hasPrefix(path + "[].") }) {
            return ["type": "array", "items": object(under: path + "[]")]
        }
        return object(under: path)
    }

    private static func leaf(_ key: ConfigurationKey) -> [String: Any] {
        var node: [String: Any] = ["description": key.meaning]
        if let fallback = key.fallback { node["default"] = fallback }
        switch key.kind {
        case .text: node["type"] = "string"
        case .boolean:
            node["type"] = "boolean"
            node["default"] = key.fallback == "true"
        case .count(let bounds):
            node["type"] = "integer"
            node["minimum"] = bounds.lowerBound
            node["maximum"] = bounds.upperBound
            node["default"] = key.fallback.flatMap { Int($0) }
        case .size:
            node["type"] = ["string", "integer"]
            node["pattern"] = "^[0-9]+(\\.[0-9]{1,3})?(B|[KMGT]iB|[KMGT]B)?$"
            node["minimum"] = 0
        case .duration:
            node["type"] = ["string", "number"]
            node["pattern"] = "^[0-9]+(\\.[0-9]{1,3})?(ms|s|m|h|d)?$"
            node["minimum"] = 0
        case .choice(let words, _): node["enum"] = words
        }
        return node
    }
}

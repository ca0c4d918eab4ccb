import Foundation
import Testing

@testable import Config

/// The schema and the table of the README are made of the table of keys; these tests keep the files equal to it.
/// With `UPDATE_CONFIG_DOCUMENTS=1` in the environment they write the files instead.
@Suite(.serialized) struct DocumentTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_CONFIG_DOCUMENTS"] == "1"

    /// What the decoder asks for is exactly what the table has.
    @Test func theDecoderReadsEveryKeyOfTheTable() throws {
        let problems = ProblemList()
        let text = """
            {"listeners":[{"protocols":["http/1.1"],"tls":{"certificates":[{}]},
              "proxyProtocol":{"from":[]},"forwardedFor":{"from":[]}}],"domains":[],"cnames":{"a":"abc"},"rules":{},
             "policy":[{"name":"a"}],"emulator":{"credentials":[{}],"buckets":[],"faults":[{"fault":"delay","operations":[]}]}}
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
            case .text, .textOrList, .conditions: #expect(!fallback.isEmpty)
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

    @Test func theREADMEHasTheTableOfConditions() throws {
        let file = Self.root.appendingPathComponent("README.md")
        var readme = try String(contentsOf: file, encoding: .utf8)
        let table = DocumentGenerator.conditionTable()
        if Self.isUpdating, let start = readme.range(of: "| Condition | Is |"),
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
        case .textOrList: "text or list"
        case .conditions: "conditions"
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
        root["$defs"] = ["conditions": conditions()]
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
        case .textOrList:
            node["type"] = ["string", "array"]
            node["items"] = ["type": "string"]
            node["minItems"] = 1
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
        case .conditions: node["$ref"] = "#/$defs/conditions"
        }
        return node
    }

    /// What stands in `when` and `require` of a rule.
    private static func conditions() -> [String: Any] {
        let properties = PolicyKey.all.map { key in
            var node = condition(key.kind)
            node["description"] = key.meaning
            return (key.name, node)
        }
        return [
            "type": "object", "additionalProperties": false,
            "properties": Dictionary(uniqueKeysWithValues: properties),
        ]
    }

    private static var texts: [String: Any] {
        [
            "type": ["string", "array"], "items": ["type": "string"], "minItems": 1, "minLength": 1,
        ]
    }

    private static func condition(_ kind: PolicyKey.Kind) -> [String: Any] {
        func object(_ names: [String], _ member: [String: Any]) -> [String: Any] {
            [
                "type": "object", "additionalProperties": false, "minProperties": 1,
                "properties": Dictionary(uniqueKeysWithValues: names.map { ($0, member) }),
            ]
        }
        switch kind {
        case .patterns, .words: return texts
        case .sizes:
            return object(
                ["min", "max"],
                [
                    "type": ["string", "integer"], "minimum": 0,
                    "pattern": "^[0-9]+(\\.[0-9]{1,3})?(B|[KMGT]iB|[KMGT]B)?$",
                ])
        case .counts: return object(["min", "max"], ["type": "integer", "minimum": 0])
        case .text: return ["type": "string", "minLength": 1]
        case .boolean: return ["type": "boolean"]
        case .named:
            var value = texts
            value["type"] = ["string", "array", "boolean"]
            return ["type": "object", "minProperties": 1, "additionalProperties": value]
        case .time: return object(PolicyKey.timeNames, texts)
        }
    }

    /// The README's table of conditions.
    static func conditionTable() -> String {
        let rows = PolicyKey.all.map { "| `\($0.name)` | \(form($0.kind)) | \($0.meaning) |" }
        return (["| Condition | Is | Looks at |", "|---|---|---|"] + rows).joined(separator: "\n")
    }

    private static func form(_ kind: PolicyKey.Kind) -> String {
        switch kind {
        case .patterns: "patterns"
        case .words(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .sizes: "`min`, `max`: sizes"
        case .counts: "`min`, `max`: numbers"
        case .text: "text"
        case .boolean: "`true`, `false`"
        case .named: "names with `true`, `false` or patterns"
        case .time: PolicyKey.timeNames.map { "`\($0)`" }.joined(separator: ", ")
        }
    }
}

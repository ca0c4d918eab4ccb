import Admission
import Bytes
import Digest
import HTTPModel
import JSON
import OSSModel

/// Compiles the key `policy`: its rules in order. Every problem is reported with its path.
struct PolicyDecoder {
    /// Names that rules of the policy cannot have: those of the gateway's own.
    let ruleNames: [String]
    let problems: ProblemList

    /// nil when there are no rules.
    func decode(_ root: ObjectReader) -> CompiledPolicy? {
        guard let readers = root.objects("policy"), !readers.isEmpty else { return nil }
        guard readers.count <= CompiledPolicy.rulesMax else {
            problems.add("policy", "has more than \(CompiledPolicy.rulesMax) rules")
            return nil
        }
        var rules: [PolicyRule] = []
        var paths: [String: String] = [:]
        let reserved = Set(ruleNames + [PolicyRules.name.description])
        for reader in readers where reader.isObject {
            let name = name(reader, reserved)
            if let first = paths.updateValue(reader.path, forKey: name), !name.isEmpty {
                problems.add(ObjectReader.join(reader.path, "name"), "is also the name of \(first)")
            }
            rules.append(rule(reader, name: name))
        }
        return CompiledPolicy(rules: rules, hash: Self.hash(root.value("policy")))
    }

    private func name(_ reader: ObjectReader, _ reserved: Set<String>) -> String {
        guard let (path, name) = reader.text("name") else {
            problems.add(ObjectReader.join(reader.path, "name"), "each rule needs a name")
            return ""
        }
        let isSound =
            (1...64).contains(name.utf8.count) && name.utf8.first.map { ASCII.isAlphanumeric($0) } == true
            && name.utf8.allSatisfy {
                ASCII.isAlphanumeric($0) || $0 == ASCII.hyphen || $0 == ASCII.dot || $0 == ASCII.underscore
            }
        if !isSound {
            problems.add(path, "must be 1 to 64 letters, digits, \"-\", \".\" or \"_\", not \"\(name)\"")
        } else if reserved.contains(name) {
            problems.add(path, "\"\(name)\" is the name of a rule of the gateway itself")
        }
        return name
    }

    private func rule(_ reader: ObjectReader, name: String) -> PolicyRule {
        let when = conditions(reader, "when")
        let required = conditions(reader, "require")
        let refuses = reader.boolean("refuse")
        let requirement: PolicyRule.Requirement
        if refuses {
            if required.isGiven { problems.add(reader.path, "has both refuse and require") }
            requirement = .refusal
        } else {
            requirement = required.isEmpty ? .nothing : .conditions(required.allOfHead, required.body)
        }
        return PolicyRule(
            name: name, mode: reader.choice("mode", as: Configuration.PolicyMode.self).admission,
            operations: when.operations, head: when.head, body: when.body, requirement: requirement,
            error: otherwise(reader.object("otherwise")),
            refusesUnknown: reader.choice("unknown", as: Configuration.PolicyUnknown.self) == .refuse)
    }

    private func conditions(_ reader: ObjectReader, _ name: String) -> PolicyConditionReader {
        var conditions = PolicyConditionReader(problems: problems)
        if let value = reader.value(name) { conditions.read(value, at: ObjectReader.join(reader.path, name)) }
        return conditions
    }

    /// The error of a refusal. Its status is that of the catalogue.
    private func otherwise(_ reader: ObjectReader) -> OSSError {
        let message = reader.text("message")
        if let message, !(1...512).contains(message.text.utf8.count) {
            problems.add(message.path, "must have 1 to 512 bytes")
        }
        let text = message?.text ?? "The policy of the gateway does not allow this request."
        guard let (path, code) = reader.text("code") else {
            return OSSError(status: 403, code: "AccessDenied", message: text)
        }
        let rows = CatalogueRow.all.filter { $0.code == code }
        if let row = rows.first(where: { (400..<500).contains($0.status) }), code != "BadRequest" {
            return OSSError(status: row.status, code: code, message: text)
        }
        if rows.isEmpty {
            let known = Set(CatalogueRow.all.filter { (400..<500).contains($0.status) }.map(\.code)).sorted()
            let hint = Suggestion.nearest(to: code, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            problems.add(path, "there is no error code \"\(code)\"\(hint)")
        } else {
            problems.add(path, "clients take \"\(code)\" for a passing fault and try again")
        }
        return OSSError(status: 403, code: "AccessDenied", message: text)
    }

    /// The first 16 digits of the SHA-256 of the rules, with names in order and without white space.
    static func hash(_ value: JSONValue?) -> String {
        var text: [UInt8] = []
        append(value ?? .null, to: &text)
        return String(decoding: Hex.encode(SHA256.hash(text.span).prefix(8)), as: UTF8.self)
    }

    private static func append(_ value: JSONValue, to text: inout [UInt8]) {
        switch value {
        case .null: text += "null".utf8
        case .bool(let flag): text += (flag ? "true" : "false").utf8
        case .number(let digits): text += digits.utf8
        // The length keeps texts apart that hold what stands between values.
        case .string(let string): text += "\(string.utf8.count)\"\(string)".utf8
        case .array(let items):
            text += "[".utf8
            for item in items {
                append(item, to: &text)
                text += ",".utf8
            }
            text += "]".utf8
        case .object(let members):
            text += "{".utf8
            for member in members.sorted(by: { $0.name < $1.name }) {
                append(.string(member.name), to: &text)
                append(member.value, to: &text)
                text += ",".utf8
            }
            text += "}".utf8
        }
    }
}

extension Configuration.PolicyMode {
    fileprivate var admission: RuleMode {
        switch self {
        case .enforce: .enforce
        case .report: .report
        }
    }
}

import Bytes
import OSSModel

/// The policy of a form ("PostObject" page, appendix "Policy"): when it ends, and what it demands of the fields.
struct FormPolicy: Sendable {
    enum Condition: Sendable, Equatable {
        case equals(name: [UInt8], value: [UInt8])
        case startsWith(name: [UInt8], prefix: [UInt8])
        case isOne(name: [UInt8], of: [[UInt8]])
        case isNone(name: [UInt8], of: [[UInt8]])
        /// Bytes of the file, both included.
        case contentLength(min: UInt64, max: UInt64)
    }

    /// What a policy field is worth.
    enum Reading: Sendable {
        case absent
        /// It has a fault, told in words of our own, that no page has words for: then the origin has to judge it.
        case unjudged(String)
        case refused(CatalogueFault)
        case policy(FormPolicy)
    }

    /// Why it is no policy.
    enum CatalogueFault: Error, Sendable, Equatable {
        case json(PolicyJSONFault)
        case simpleCondition
    }

    /// Unix seconds.
    let expiration: Int64
    let conditions: [Condition]

    /// Reads the text of the field: Base64, blanks and line ends in it and missing padding aside, of JSON.
    static func read(_ text: ByteSlice) -> Reading {
        guard let decoded = decoded(text) else { return .unjudged("the policy is not Base64") }
        do throws(PolicyJSONFault) {
            return reading(of: try PolicyJSONReader.parse(decoded))
        } catch .tooLarge {
            return .unjudged("the policy is deeper, or has more values, than any policy")
        } catch {
            return .refused(.json(error))
        }
    }

    private static func decoded(_ text: ByteSlice) -> [UInt8]? {
        var base64 = text.filter {
            !ASCII.isBlank($0) && $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn
        }
        while !base64.count.isMultiple(of: 4) { base64.append(ASCII.equals) }
        return Base64.decode(base64[...])
    }

    /// `conditions` goes before `expiration`. Of the two rows about the structure only that of simple conditions has
    /// a text of the service's own; the others are left to the origin, and with them what comes after in its order.
    private static func reading(of json: PolicyJSON) -> Reading {
        guard case .array(let entries)? = json.member("conditions"), !entries.isEmpty else {
            return .refused(.simpleCondition)
        }
        var conditions: [Condition] = []
        for (place, entry) in entries.enumerated() {
            if case .object(let members) = entry, Set(members.map(\.name)).count != 1 {
                return .refused(.simpleCondition)
            }
            guard let condition = condition(entry) else {
                return .unjudged("conditions[\(place)] has none of the forms that conditions have")
            }
            conditions.append(condition)
        }
        guard case .string(let expiration)? = json.member("expiration"),
            let time = OSSTime.parseExtended(expiration[...])
        else {
            return .unjudged("expiration is absent, or no time such as \"2026-12-01T12:00:00.000Z\"")
        }
        return .policy(FormPolicy(expiration: time, conditions: conditions))
    }

    /// nil when it is of no known form.
    private static func condition(_ entry: PolicyJSON) -> Condition? {
        switch entry {
        case .object(let members):
            guard let member = members.last, case .string(let value) = member.value else { return nil }
            return .equals(name: fieldName(member.name), value: value)
        case .array(let items):
            guard items.count == 3, case .string(let operation) = items[0] else { return nil }
            return condition(operation[...], items[1], items[2])
        default: return nil
        }
    }

    private static func condition(
        _ operation: ByteSlice, _ first: PolicyJSON, _ second: PolicyJSON
    ) -> Condition? {
        if operation.matches("content-length-range") {
            guard case .number(let low) = first, case .number(let high) = second, let min = low.decimal,
                let max = high.decimal
            else { return nil }
            return .contentLength(min: min, max: max)
        }
        guard case .string(let text) = first else { return nil }
        let name = fieldName(text)
        switch second {
        case .string(let value):
            if operation.matches("eq") { return .equals(name: name, value: value) }
            return operation.matches("starts-with") ? .startsWith(name: name, prefix: value) : nil
        case .array(let items):
            var values: [[UInt8]] = []
            for item in items {
                guard case .string(let value) = item else { return nil }
                values.append(value)
            }
            if operation.matches("in") { return .isOne(name: name, of: values) }
            return operation.matches("not-in") ? .isNone(name: name, of: values) : nil
        default: return nil
        }
    }

    /// Without the dollar, which some pages leave out.
    private static func fieldName(_ text: [UInt8]) -> [UInt8] {
        text.first == 0x24 ? Array(text.dropFirst()) : text
    }
}

extension FormPolicy.Condition {
    /// The field that it is about; nil for the size of the file.
    var fieldName: [UInt8]? {
        switch self {
        case .equals(let name, _), .startsWith(let name, _), .isOne(let name, _), .isNone(let name, _): name
        case .contentLength: nil
        }
    }

    /// True if one of the values of its field meets it. A field that is absent meets only a list of what it must
    /// not be.
    func isMet(by values: [ByteSlice]) -> Bool {
        switch self {
        case .equals(_, let value): values.contains { $0 == value[...] }
        case .startsWith(_, let prefix): values.contains { $0.starts(with: prefix) }
        case .isOne(_, let allowed): values.contains { value in allowed.contains { $0[...] == value } }
        case .isNone(_, let refused):
            values.isEmpty || values.contains { value in !refused.contains { $0[...] == value } }
        case .contentLength: true
        }
    }

    /// As the service shows a condition that failed: `["eq", "$name", "value"]`. Values of fields that are secret
    /// are not shown, and long ones are cut.
    var text: String {
        switch self {
        case .equals(let name, let value): Self.triple("eq", name, Self.quoted(value, of: name))
        case .startsWith(let name, let prefix):
            Self.triple("starts-with", name, Self.quoted(prefix, of: name))
        case .isOne(let name, let values): Self.triple("in", name, Self.list(values, of: name))
        case .isNone(let name, let values): Self.triple("not-in", name, Self.list(values, of: name))
        case .contentLength(let min, let max): "[\"content-length-range\", \(min), \(max)]"
        }
    }

    private static func triple(_ operation: String, _ name: [UInt8], _ operand: String) -> String {
        "[\"\(operation)\", \(quoted(Array("$".utf8) + name, of: [])), \(operand)]"
    }

    private static func list(_ values: [[UInt8]], of name: [UInt8]) -> String {
        let shown = values.prefix(shownValuesMax).map { quoted($0, of: name) }
        return "[" + (shown + (values.count > shown.count ? ["..."] : [])).joined(separator: ", ") + "]"
    }

    private static func quoted(_ value: [UInt8], of name: [UInt8]) -> String {
        let secrets: [Literal] = ["x-oss-security-token", "signature", "x-oss-signature", "policy"]
        guard !secrets.contains(where: { name[...].matchesIgnoringCase($0) }) else { return "\"***\"" }
        var text = "\""
        for scalar in String(decoding: value.prefix(shownBytesMax), as: UTF8.self).unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + (value.count > shownBytesMax ? "..." : "") + "\""
    }

    private static let shownBytesMax = 256
    private static let shownValuesMax = 16
}

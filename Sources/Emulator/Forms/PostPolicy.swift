import Bytes
import JSON
import OSSModel

/// The policy of a form, as the emulator reads it: what its fields and its file must be.
struct PostPolicy {
    private enum Condition {
        case equal(String, String)
        case prefix(String, String)
        case among(String, [String], isWanted: Bool)
    }

    /// Unix seconds.
    private let expiration: Int64
    private var conditions: [Condition] = []
    /// Bytes of the file.
    private(set) var sizes: ClosedRange<UInt64> = 0...UInt64.max

    /// Of the text of the field, in Base64.
    init(_ text: [UInt8]) throws(OSSError) {
        guard let json = Base64.decode(text[...]) else { throw Self.invalid("Policy is not valid Base64.") }
        let root: JSONValue
        do throws(JSONParser.Failure) {
            root = try JSONParser.parse(json)
        } catch {
            throw Self.invalid("Invalid JSON: \(error.message)")
        }
        guard case .object = root else { throw Self.invalid("Policy is not a JSON object.") }
        guard case .string(let time)? = root["expiration"],
            let seconds = OSSTime.parseExtended(Array(time.utf8)[...])
        else { throw CatalogueRow.policyExpiration.error }
        expiration = seconds
        guard case .array(let entries)? = root["conditions"] else {
            throw CatalogueRow.policySimpleCondition.error
        }
        guard !entries.isEmpty else { throw CatalogueRow.policySimpleCondition.error }
        for entry in entries { try add(entry) }
    }

    private static func invalid(_ reason: String) -> OSSError {
        OSSError(status: 400, code: "InvalidPolicyDocument", message: "Invalid Policy: \(reason)")
    }

    private mutating func add(_ entry: JSONValue) throws(OSSError) {
        switch entry {
        case .object(let members):
            guard let member = members.first, members.count == 1 else {
                throw CatalogueRow.policySimpleCondition.error
            }
            guard case .string(let value) = member.value else {
                throw CatalogueRow.policyConditionForm.error
            }
            conditions.append(.equal(Self.name(member.name), value))
        case .array(let items): try add(items)
        default: throw CatalogueRow.policyConditionForm.error
        }
    }

    private mutating func add(_ items: [JSONValue]) throws(OSSError) {
        guard items.count == 3, case .string(let operation) = items[0] else {
            throw CatalogueRow.policyConditionForm.error
        }
        switch (operation.lowercased(), items[1], items[2]) {
        case ("eq", .string(let name), .string(let value)):
            conditions.append(.equal(Self.name(name), value))
        case ("starts-with", .string(let name), .string(let value)):
            conditions.append(.prefix(Self.name(name), value))
        case ("in", .string(let name), .array(let values)):
            conditions.append(.among(Self.name(name), try Self.texts(values), isWanted: true))
        case ("not-in", .string(let name), .array(let values)):
            conditions.append(.among(Self.name(name), try Self.texts(values), isWanted: false))
        case ("content-length-range", let low, let high):
            guard let low = Self.count(low), let high = Self.count(high), low <= high else {
                throw CatalogueRow.policyConditionForm.error
            }
            sizes = max(low, sizes.lowerBound)...max(low, min(high, sizes.upperBound))
        default: throw CatalogueRow.policyConditionForm.error
        }
    }

    private static func name(_ text: String) -> String {
        (text.hasPrefix("$") ? String(text.dropFirst()) : text).lowercased()
    }

    private static func texts(_ values: [JSONValue]) throws(OSSError) -> [String] {
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw CatalogueRow.policyConditionForm.error }
            texts.append(text)
        }
        return texts
    }

    private static func count(_ value: JSONValue) -> UInt64? {
        switch value {
        case .number(let digits), .string(let digits): Array(digits.utf8)[...].decimal
        default: nil
        }
    }

    // MARK: Judgement

    /// 403 once it has expired, or when a condition does not hold. `value` gives the text of a field by its name.
    func check(now: Int64, _ value: (String) -> [UInt8]?) throws(OSSError) {
        guard now <= expiration else { throw CatalogueRow.policyExpired.error }
        for condition in conditions where !Self.holds(condition, value) {
            let text = Self.text(condition)
            throw OSSError(
                status: 403, code: "AccessDenied",
                message: "Invalid according to Policy: Policy Condition failed: \(text)")
        }
    }

    private static func holds(_ condition: Condition, _ value: (String) -> [UInt8]?) -> Bool {
        switch condition {
        case .equal(let name, let wanted): value(name).map { $0.elementsEqual(wanted.utf8) } ?? false
        case .prefix(let name, let wanted): value(name).map { $0.starts(with: wanted.utf8) } ?? false
        case .among(let name, let texts, let isWanted):
            value(name).map { found in texts.contains { $0.utf8.elementsEqual(found) } == isWanted } ?? false
        }
    }

    private static func text(_ condition: Condition) -> String {
        switch condition {
        case .equal(let name, let value): "[\"eq\", \"$\(name)\", \"\(value)\"]"
        case .prefix(let name, let value): "[\"starts-with\", \"$\(name)\", \"\(value)\"]"
        case .among(let name, let values, let isWanted):
            "[\"\(isWanted ? "in" : "not-in")\", \"$\(name)\", [\(values.map { "\"\($0)\"" }.joined(separator: ", "))]]"
        }
    }
}

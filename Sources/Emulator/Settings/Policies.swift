import Bytes
import HTTPModel
import JSON
import OSSModel
import XML

/// Access policies of buckets, in JSON. They are kept and answered as they came; what they allow is not enforced.
extension Operations {
    private static let policy = "policy"

    func policyPlan(_ request: EmulatorRequest) -> Plan? {
        if request.text("comp") == "callback", let bucket = request.bucket {
            return plan(.callbackPolicy, request, of: bucket)
        }
        return switch request.head.method {
        case .get where request.has("policyStatus"): plain(getPolicyStatus)
        case .get: plain(getPolicy)
        case .put where request.has("policy"): .document(putPolicy)
        case .delete where request.has("policy"): plain(deletePolicy)
        default: nil
        }
    }

    /// The statements of a policy; an error that says what is wrong.
    static func statements(_ body: [UInt8]) throws(OSSError) -> [JSONValue] {
        func refusal(_ reason: String) -> OSSError {
            OSSError(status: 400, code: "InvalidPolicyDocument", message: "Invalid Policy: \(reason)")
        }
        let value: JSONValue
        do throws(JSONParser.Failure) {
            value = try JSONParser.parse(body)
        } catch {
            throw refusal("Invalid JSON: \(error.message)")
        }
        guard case .string("1")? = value["Version"] else { throw refusal("Version must be \"1\"") }
        guard case .array(let statements)? = value["Statement"], !statements.isEmpty else {
            throw refusal("Statement must be a list of statements")
        }
        for statement in statements {
            guard case .string(let effect)? = statement["Effect"], ["Allow", "Deny"].contains(effect) else {
                throw refusal("Effect must be Allow or Deny")
            }
        }
        return statements
    }

    private func putPolicy(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        _ = try Self.statements(body)
        try store.changeSettings(of: request.requiredBucket()) { _, draft in draft.put(Self.policy, body) }
        return Answer()
    }

    private func getPolicy(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let document = try store.settings(of: request.requiredBucket())[Self.policy] else {
            throw CatalogueRow.noSuchBucketPolicy.error
        }
        var answer = Answer()
        answer.set("Content-Type", "application/json")
        answer.body = .bytes(document)
        return answer
    }

    private func deletePolicy(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.changeSettings(of: request.requiredBucket()) { _, draft in draft.put(Self.policy, nil) }
        return Answer(204)
    }

    /// Public is a bucket that some statement opens to everybody without a condition.
    private func getPolicyStatus(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let document = try store.settings(of: request.requiredBucket())[Self.policy]
        let isPublic = try document.map(Self.statements)?.contains { statement in
            guard case .array(let principals)? = statement["Principal"] else { return false }
            return statement["Effect"] == .string("Allow") && principals.contains(.string("*"))
                && statement["Condition"] == nil
        }
        let status = XMLElement("IsPublic", isPublic == true ? "true" : "false")
        return Answer(xml: XMLElement("PolicyStatus", [status]).document)
    }
}

extension JSONValue {
    /// The member of an object; nil when there is none, or it is no object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

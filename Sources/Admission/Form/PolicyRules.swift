import Bytes
import OSSModel

extension FormRule {
    /// The policy is JSON; the message says where it is not ("common errors of PostObject" page).
    static let policyJSON = FormRule("policy-json") { view throws(Refusal) in
        guard !view.isS3, case .refused(.json(let fault)) = view.policy else { return }
        throw Refusal(error(of: fault), expected: "a policy in JSON")
    }

    /// A policy has conditions, and each that is an object has one member.
    static let policySimpleCondition = FormRule("policy-simple-condition") { view throws(Refusal) in
        guard !view.isS3, case .refused(.simpleCondition) = view.policy else { return }
        throw Refusal(
            .policySimpleCondition, expected: "conditions, of which each object has one member")
    }

    static let policyExpired = FormRule("policy-expired") { view throws(Refusal) in
        guard !view.isS3, case .policy(let policy) = view.policy, policy.expiration <= view.now else {
            return
        }
        throw Refusal(
            .policyExpired, expected: "use before \(iso(policy.expiration))", actual: iso(view.now),
            hint: "sign a new policy, or one for longer; expiration is in UTC")
    }

    /// The first condition that does not hold is told. The size of the file is another rule's.
    static let policyConditions = FormRule("policy-condition-failed") { view throws(Refusal) in
        guard !view.isS3, case .policy(let policy) = view.policy else { return }
        for condition in policy.conditions {
            guard let name = condition.fieldName, isJudged(name, view),
                !condition.isMet(by: view.values(of: name))
            else { continue }
            var error = CatalogueRow.policyConditionFailed.error
            error.message = "Invalid according to Policy: Policy Condition failed: \(condition.text)"
            throw Refusal(
                error, expected: condition.text,
                actual: "field \(name.prefix(64)[...].text) is different or absent")
        }
    }

    /// The bucket is known, and the file is no field to be compared.
    private static func isJudged(_ name: [UInt8], _ view: FormView) -> Bool {
        if name[...].matchesIgnoringCase("bucket") { return view.bucket != nil }
        return !name[...].matchesIgnoringCase("file")
    }

    private static func error(of fault: PolicyJSONFault) -> OSSError {
        var error: OSSError
        let reason: String
        switch fault {
        case .unknownCharacter(let character):
            error = CatalogueRow.policyJSONUnknownChar.error
            reason = "unknown char \(character)."
        case .expected(let what):
            error = CatalogueRow.policyJSONCommaExpected.error
            reason = "\(what) expected."
        case .other(let text):
            error = CatalogueRow.policyJSONUnknownChar.error
            reason = "\(text)."
        case .tooLarge:
            error = CatalogueRow.policyJSONUnknownChar.error
            reason = "too large."
        }
        error.message = "Invalid Policy: Invalid JSON: \(reason)"
        return error
    }

    private static func iso(_ unixSeconds: Int64) -> String {
        String(decoding: OSSTime.extended(unixSeconds), as: UTF8.self)
    }
}

package import Bytes

/// What a failing rule does.
package enum RuleMode: String, Sendable, CaseIterable {
    /// Refuses the request.
    case enforce
    /// Refuses nothing; the record tells what would have been refused.
    case report
    /// Is not evaluated.
    case off
}

/// The mode of each rule; `enforce` unless said otherwise. Part of the configuration snapshot.
package struct RuleModes: Sendable {
    private let changed: [String: RuleMode]
    /// By the index in `HeadRules.ordered`.
    let head: [RuleMode]
    /// By the index in `UploadRules.ordered`.
    let upload: [RuleMode]

    /// Names that are no rule have no effect; see `unknownNames(in:)`.
    package init(_ modes: [String: RuleMode] = [:]) {
        changed = modes
        head = HeadRules.ordered.map { modes[$0.name.description] ?? .enforce }
        upload = UploadRules.ordered.map { modes[$0.name.description] ?? .enforce }
    }

    /// The mode of one rule, of the head or of the body.
    package func mode(of rule: Literal) -> RuleMode {
        changed.isEmpty ? .enforce : changed[rule.description] ?? .enforce
    }

    /// The mode of the rule that a rejection comes from.
    package func mode(of rejection: Rejection) -> RuleMode {
        rejection.policyRule?.mode ?? mode(of: rejection.rule)
    }

    /// Every rule name there is: head rules in order, then those of uploads in parts, of documents, of bodies and
    /// of forms.
    package static let allNames: [String] =
        HeadRules.names + UploadRules.names + DocumentRules.names + BodyRules.names + FormRules.names

    /// The names among `names` that are no rule.
    package static func unknownNames(in names: some Sequence<String>) -> [String] {
        let known = Set(allNames)
        return names.filter { !known.contains($0) }
    }
}

package import Bytes
package import OSSModel

/// A refusal that is the client's fault: which rule, in which phase, and the error that the service would give.
/// It is a value, thrown by pure stages, rendered by `ErrorDocument` and written to the rejection log.
package struct Rejection: Error, Sendable, Equatable {
    package enum Phase: String, Sendable {
        /// Decided on the head alone; the origin has seen nothing.
        case head
        /// Decided while or after the body was read; the origin must not commit what it has seen.
        case body
    }

    package var phase: Phase
    /// The name of the rule in kebab-case, as in the configuration and in `x-ossgate-rule`.
    package var rule: Literal
    package var error: OSSError
    /// What the rule asked for, for the record. Never a secret, and neither are the other two.
    package var expected: String?
    /// What the request had instead.
    package var actual: String?
    /// For the operator: what to do about it.
    package var hint: String?
    /// Set when it was a rule of the operator's policy; `rule` says only that then.
    package var policyRule: PolicyRuleMark?

    /// The name of the rule for answers and records.
    package var ruleName: String { policyRule?.name ?? rule.description }

    package init(
        phase: Phase, rule: Literal, error: OSSError, expected: String? = nil, actual: String? = nil,
        hint: String? = nil
    ) {
        self.phase = phase
        self.rule = rule
        self.error = error
        self.expected = expected
        self.actual = actual
        self.hint = hint
    }
}

/// What a check throws: a rejection that does not know yet which rule it comes from.
package struct Refusal: Error, Sendable {
    let error: OSSError
    let expected: String?
    let actual: String?
    let hint: String?

    init(_ error: OSSError, expected: String? = nil, actual: String? = nil, hint: String? = nil) {
        self.error = error
        self.expected = expected
        self.actual = actual
        self.hint = hint
    }

    init(_ row: CatalogueRow, expected: String? = nil, actual: String? = nil, hint: String? = nil) {
        self.init(row.error, expected: expected, actual: actual, hint: hint)
    }

    /// How much of a value is told: all that a head can hold of one field, but not all that a form can.
    static let shownBytesMax = 8192

    /// A row whose document names the argument and its value, both as received.
    init(
        _ row: CatalogueRow, argument: String, value: ByteSlice, expected: String? = nil, hint: String? = nil
    ) {
        let value = value.prefix(Self.shownBytesMax).text
        self.init(row.argument(argument, value), expected: expected, actual: value, hint: hint)
    }

    func rejection(by rule: Literal, in phase: Rejection.Phase = .head) -> Rejection {
        Rejection(
            phase: phase, rule: rule, error: error, expected: expected, actual: actual, hint: hint)
    }
}

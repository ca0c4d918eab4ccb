package import Bytes
import OSSModel

/// One check of the fields of a form, put when its file begins: a name and what it asks. Pure, like `HeadRule`.
struct FormRule: Sendable {
    /// Kebab-case; a key of `rules` in the configuration.
    let name: Literal
    let check: @Sendable (FormView) throws(Refusal) -> Void

    init(_ name: Literal, check: @escaping @Sendable (FormView) throws(Refusal) -> Void) {
        self.name = name
        self.check = check
    }

    /// The check of a header, put to the fields that stand for it. Of a repeated field each value is looked at: which
    /// of them the origin takes is not known.
    init(_ field: FieldCheck) {
        name = field.rule
        check = { view throws(Refusal) in
            for index in view.headers.entries.indices where view.headers.isNamed(field.field, at: index) {
                try field.check(view.headers.value(at: index), view.headers)
            }
        }
    }

    /// The refusal of this rule, nil when it is satisfied.
    func refusal(of view: FormView) -> Rejection? {
        do {
            try check(view)
            return nil
        } catch {
            return error.rejection(by: name, in: .body)
        }
    }
}

/// The names of the rules that forms alone can fail, and the order in which the fields before a file are checked.
package enum FormRules {
    // Found while the form is read.
    package static let malformed: Literal = "malformed-post-request"
    package static let unrecognizedHeader: Literal = "post-unrecognized-field"
    package static let itemTooLong: Literal = "field-item-too-long"
    package static let fieldsTooLarge: Literal = "post-pre-data-too-large"
    package static let fileCount: Literal = "post-file-count"
    package static let fileTooSmall: Literal = "entity-too-small"
    package static let fileTooLarge: Literal = "entity-too-large"

    /// The order is the precedence. The pages fix it from the key id to the conditions ("PostObject" page); names
    /// go before who sends them and header values after, as they do in heads.
    static let ordered: [FormRule] =
        [
            .fieldOnce, .keyPresent, .keyFilled, .keyName,
            .accessKeyID, .signature, .policyPresent,
            .policyJSON, .policySimpleCondition, .policyExpired, .policyConditions,
        ] + FormFieldChecks.ordered.map { FormRule($0) }

    /// The names that are no head rule's, each once.
    package static let names: [String] = {
        let reading = [
            malformed, unrecognizedHeader, itemTooLong, fieldsTooLarge, fileCount, fileTooSmall, fileTooLarge,
        ]
        var found: [String] = []
        for name in (reading + ordered.map(\.name)).map(\.description)
        where !HeadRules.names.contains(name) && !found.contains(name) {
            found.append(name)
        }
        return found
    }()
}

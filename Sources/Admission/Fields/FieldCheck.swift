import Bytes
import HTTPModel
import OSSModel

/// What a rule asks of the value of one field, wherever the field stands: in a head, or in a form, whose fields of
/// the same names mean the same ("PostObject" page).
final class FieldCheck: Sendable {
    /// The name of the rule, whether it looks at a head or at a form.
    let rule: Literal
    /// In lower case; names are compared in any case.
    let field: Literal
    /// What a field that occurs twice in a head is refused with.
    let repeated: CatalogueRow
    /// The value, and all the fields that it stands among.
    let check: @Sendable (ByteSlice, Fields) throws(Refusal) -> Void

    init(
        _ rule: Literal, field: Literal, repeated: CatalogueRow = .invalidArgumentGeneric,
        check: @escaping @Sendable (ByteSlice, Fields) throws(Refusal) -> Void
    ) {
        self.rule = rule
        self.field = field
        self.repeated = repeated
        self.check = check
    }

    /// A value out of a documented set; InvalidArgument otherwise.
    static func enumerated(
        _ rule: Literal, field: Literal, allowed: [Literal], ignoringCase: Bool = false
    ) -> FieldCheck {
        FieldCheck(rule, field: field) { value, _ throws(Refusal) in
            let isAllowed = allowed.contains {
                ignoringCase ? value.matchesIgnoringCase($0) : value.matches($0)
            }
            guard !isAllowed else { return }
            throw Refusal(
                .invalidArgumentGeneric, argument: field.description, value: value,
                expected: allowed.map(\.description).joined(separator: ", "))
        }
    }
}

extension HeadRule {
    /// The check as a rule of the head: of a field that may occur once.
    convenience init(
        _ check: FieldCheck, on operations: OperationSet,
        applies: @escaping @Sendable (HeadView) -> Bool = { _ in true }
    ) {
        self.init(
            check.rule, on: operations, about: check.field, applies: applies,
            check: { view throws(Refusal) in
                guard let value = try view.sole(check.field, orRefuse: check.repeated) else { return }
                try check.check(value, view.fields)
            })
    }
}

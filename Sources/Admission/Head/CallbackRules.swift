import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// The callback is in the URL or in a field, whatever the two say (EC 0007-00000027).
    static let callbackOnce = once("callback-both-places", "x-oss-callback", "callback", .callbackBothPlaces)

    static let callbackVariablesOnce = once(
        "callback-var-both-places", "x-oss-callback-var", "callback-var", .callbackVarBothPlaces)

    static let callbackForm = HeadRule(.form)
    static let callbackURL = HeadRule(.url)
    static let callbackAddress = HeadRule(.address)
    static let callbackContent = HeadRule(.content)

    /// Looked at whether or not there is a callback to use them.
    static let callbackVariables = HeadRule(
        "callback-var", on: CallbackReading.operations,
        check: { view throws(Refusal) in
            guard
                let text = try view.sole("x-oss-callback-var", orRefuse: .callbackVarNotJSON)
                    ?? view.query.first("callback-var")?.base64Value[...]
            else { return }
            try CallbackVariables.check(base64: text)
        })

    private convenience init(_ check: CallbackCheck) {
        self.init(
            check.rule, on: CallbackReading.operations, applies: { $0.callback != nil },
            check: { view throws(Refusal) in
                if let callback = view.callback { try check.check(callback) }
            })
    }

    private static func once(
        _ rule: Literal, _ field: Literal, _ parameter: Literal, _ row: CatalogueRow
    ) -> HeadRule {
        HeadRule(
            rule, on: CallbackReading.operations,
            applies: { !$0.query.parameters.isEmpty && $0.query.contains(parameter) },
            check: { view throws(Refusal) in
                guard view.fields.contains(field) else { return }
                throw Refusal(row, expected: "one of parameter and field", actual: "both")
            })
    }
}

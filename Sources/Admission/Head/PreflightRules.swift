import OSSModel

extension HeadRule {
    /// A preflight names its origin ("OptionObject" page); this goes before the method that it asks for.
    static let preflightOrigin = HeadRule(
        "options-origin-missing", on: [.optionObject],
        check: { view throws(Refusal) in
            guard view.fields.first("origin")?.isEmpty ?? true else { return }
            throw Refusal(.optionsOriginMissing, expected: "the field Origin", actual: "absent or empty")
        })

    /// A preflight names the method that it asks for.
    static let preflightMethod = HeadRule(
        "options-method-missing", on: [.optionObject],
        check: { view throws(Refusal) in
            guard view.fields.first("access-control-request-method")?.isEmpty ?? true else { return }
            throw Refusal(
                .optionsMethodMissing, expected: "the field Access-Control-Request-Method",
                actual: "absent or empty")
        })
}

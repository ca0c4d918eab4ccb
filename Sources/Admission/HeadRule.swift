package import Bytes

/// One check of a request head: a name, when it applies, and what it asks. Pure: it reads the head, the settings and
/// the time, and never changes or keeps anything.
package struct HeadRule: Sendable {
    /// Kebab-case; a key of `rules` in the configuration, so renaming one breaks files.
    package let name: Literal
    let applies: @Sendable (HeadView) -> Bool
    let check: @Sendable (HeadView) throws(Refusal) -> Void

    init(
        _ name: Literal, applies: @escaping @Sendable (HeadView) -> Bool = { _ in true },
        check: @escaping @Sendable (HeadView) throws(Refusal) -> Void
    ) {
        self.name = name
        self.applies = applies
        self.check = check
    }

    /// The refusal of this rule, nil when it does not apply or is satisfied.
    func refusal(of view: HeadView) -> Rejection? {
        guard applies(view) else { return nil }
        do {
            try check(view)
            return nil
        } catch {
            return error.rejection(by: name)
        }
    }
}

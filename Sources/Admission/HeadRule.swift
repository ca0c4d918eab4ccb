package import Bytes
import OSSModel

/// One check of a request head: a name, when it applies, and what it asks. Pure: it reads the head, the settings and
/// the time, and never changes or keeps anything.
package struct HeadRule: Sendable {
    /// Kebab-case; a key of `rules` in the configuration, so renaming one breaks files.
    package let name: Literal
    /// The operations that it is about; nil for all, and for requests that are no operation.
    let operations: OperationSet?
    /// What a request has to have for the rule to be asked at all.
    let needs: HeadTraits
    let applies: @Sendable (HeadView) -> Bool
    let check: @Sendable (HeadView) throws(Refusal) -> Void

    init(
        _ name: Literal, on operations: OperationSet? = nil, needs: HeadTraits = [],
        applies: @escaping @Sendable (HeadView) -> Bool = { _ in true },
        check: @escaping @Sendable (HeadView) throws(Refusal) -> Void
    ) {
        self.name = name
        self.operations = operations
        self.needs = needs
        self.applies = applies
        self.check = check
    }

    /// The refusal of this rule, nil when it does not apply or is satisfied. Its operations have been looked at.
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

/// What most requests lack and many rules are about: told by a table, so that such rules are not even asked.
struct HeadTraits: OptionSet, Sendable {
    let rawValue: Int

    /// Parameters.
    static let query = HeadTraits(rawValue: 1)
    /// It says who sends it.
    static let signature = HeadTraits(rawValue: 2)

    static let combinations = (0..<4).map { HeadTraits(rawValue: $0) }
}

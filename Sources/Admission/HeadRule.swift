package import Bytes
import HTTPModel
import OSSModel

/// One check of a request head: a name, when it applies, and what it asks. Pure: it reads the head, the settings and
/// the time, and never changes or keeps anything. Held by reference, as every request is put to many.
package final class HeadRule: Sendable {
    /// Kebab-case; a key of `rules` in the configuration, so renaming one breaks files.
    package let name: Literal
    /// The operations that it is about; nil for all, and for requests that are no operation.
    let operations: OperationSet?
    /// What a request has to have for the rule to be asked at all.
    let needs: HeadTraits
    /// The mark of the field that it is about, without which it is not asked either; zero for other rules.
    private let mark: UInt64
    let applies: @Sendable (HeadView) -> Bool
    let check: @Sendable (HeadView) throws(Refusal) -> Void

    init(
        _ name: Literal, on operations: OperationSet? = nil, needs: HeadTraits = [],
        about field: Literal? = nil,
        applies: @escaping @Sendable (HeadView) -> Bool = { _ in true },
        check: @escaping @Sendable (HeadView) throws(Refusal) -> Void
    ) {
        self.name = name
        self.operations = operations
        self.needs = needs
        mark = field?.mark ?? 0
        self.applies = applies
        self.check = check
    }

    /// What it is about may be there.
    func concerns(_ fields: Fields) -> Bool { mark == 0 || fields.marks & mark != 0 }

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

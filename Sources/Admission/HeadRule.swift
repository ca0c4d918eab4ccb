package import Bytes
import OSSModel

/// One check of a request head: a name, when it applies, and what it asks. Pure: it reads the head, the settings and
/// the time, and never changes or keeps anything.
package struct HeadRule: Sendable {
    /// Kebab-case; a key of `rules` in the configuration, so renaming one breaks files.
    package let name: Literal
    /// The operations that it is about; nil for all, and for requests that are no operation.
    let operations: OperationSet?
    let applies: @Sendable (HeadView) -> Bool
    let check: @Sendable (HeadView) throws(Refusal) -> Void

    init(
        _ name: Literal, on operations: OperationSet? = nil,
        applies: @escaping @Sendable (HeadView) -> Bool = { _ in true },
        check: @escaping @Sendable (HeadView) throws(Refusal) -> Void
    ) {
        self.name = name
        self.operations = operations
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

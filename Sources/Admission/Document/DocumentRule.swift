import Bytes
import HTTPModel
import OSSModel
import XML

/// What the checks of a document see: its tree, and the request that carries it.
struct DocumentView: Sendable {
    let operation: OSSOperation
    let head: RequestHead
    let query: QueryParameters
    /// The bucket of the request; nil where its host tells none.
    let bucket: ByteSlice?
    let root: XMLElement
    /// What is known of the upload in parts that is to be completed.
    let upload: UploadFacts?
}

/// One check that a schema cannot say, or that has an error of its own. Pure. It runs after the schema, which may
/// only report, so it takes nothing for granted that it has not looked at.
struct DocumentRule: Sendable {
    /// Kebab-case; a key of `rules` in the configuration.
    let name: Literal
    let operations: OperationSet
    let check: @Sendable (DocumentView) throws(Refusal) -> Void

    init(
        _ name: Literal, on operations: OperationSet,
        check: @escaping @Sendable (DocumentView) throws(Refusal) -> Void
    ) {
        self.name = name
        self.operations = operations
        self.check = check
    }

    func refusal(of view: DocumentView) -> Rejection? {
        do {
            try check(view)
            return nil
        } catch {
            return error.rejection(by: name, in: .body)
        }
    }
}

extension Refusal {
    /// A cross-field fault that has no error of its own.
    static func malformed(expected: String, actual: String) -> Refusal {
        Refusal(.malformedXML, expected: expected, actual: actual)
    }
}

import HTTPModel
import OSSModel

extension HeadRule {
    /// The methods of the service are GET, HEAD, PUT, POST, DELETE and OPTIONS.
    static let methodKnown = HeadRule("method-not-allowed") { view throws(Refusal) in
        if case .other = view.head.method { throw notAllowed(view) }
    }

    /// Some operation exists for the method and parameters at this level.
    static let operationKnown = HeadRule("operation-unknown") { view throws(Refusal) in
        if view.operation == nil { throw notAllowed(view) }
    }

    private static func notAllowed(_ view: HeadView) -> Refusal {
        let method = view.head.method.text
        let error = CatalogueRow.methodNotAllowed.with("Method", method)
            .with("ResourceType", view.level.rawValue)
        return Refusal(
            error, expected: "an operation at \(view.level.rawValue.lowercased()) level", actual: method)
    }
}

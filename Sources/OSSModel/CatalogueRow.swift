/// One row of the error catalogue: what the service's error pages say of one cause. Several rows may share a code.
/// A row is a constant; `error` makes the value that one occurrence fills with its elements.
package struct CatalogueRow: Sendable, Equatable {
    /// The name of the cause in kebab-case, unique in the catalogue.
    package let id: String
    package let status: Int
    package let code: String
    /// Exactly the text of the page, with its spelling.
    package let message: String
    /// The vendor's error number, where exactly one is documented for the cause.
    package let ec: String?

    init(_ id: String, _ status: Int, _ code: String, _ message: String, ec: String? = nil) {
        self.id = id
        self.status = status
        self.code = code
        self.message = message
        self.ec = ec
    }

    /// The error of this row, without elements.
    package var error: OSSError { OSSError(status: status, code: code, message: message, ec: ec) }

    /// The error of this row with one element, such as `ArgumentName`.
    package func with(_ name: String, _ value: String) -> OSSError { error.with(name, value) }

    /// `InvalidArgument` and its kin name the argument and the value as received. Never pass a secret.
    package func argument(_ name: String, _ value: String) -> OSSError {
        error.with("ArgumentName", name).with("ArgumentValue", value)
    }

    /// Every row: those of the service's pages and those of the gateway's own answers.
    package static let all: [CatalogueRow] =
        requestRows + uploadRows + furtherRows + refusalRows + stateRows + gatewayRows
}

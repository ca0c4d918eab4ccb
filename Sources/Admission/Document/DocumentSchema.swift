import Bytes
import OSSModel
import XML

/// The shape of one operation's XML document ("XML bodies" of the API reference, page by page).
struct DocumentSchema: Sendable {
    /// The names that the root may have; none for any.
    let roots: [Literal]
    let content: ElementContent
    /// A request without a body is sound.
    let isOptional: Bool

    init(_ root: Literal, isOptional: Bool = false, _ elements: [ElementSchema]) {
        self.init(roots: [root], isOptional: isOptional, .elements(elements))
    }

    init(roots: [Literal], isOptional: Bool = false, _ content: ElementContent) {
        self.roots = roots
        self.content = content
        self.isOptional = isOptional
    }

    /// Well-formed XML of which nothing else is documented, if there is any.
    static let unknown = DocumentSchema(roots: [], isOptional: true, .text)

    func check(_ root: XMLElement) throws(SchemaViolation) {
        guard let first = roots.first else { return }
        guard let name = roots.first(where: { root.isNamed($0) }) else {
            throw SchemaViolation(
                path: "/", expected: "the root \(first)", actual: root.name.prefix(64).text)
        }
        try content.check(root, name: name, isRequired: true)
    }

    /// The schema of an operation; nil when its body is no XML document.
    static func of(_ operation: OSSOperation) -> DocumentSchema? { byOperation[Int(operation.rawValue)] }

    private static let byOperation: [DocumentSchema?] = OSSOperation.allCases.map { operation in
        guard case .document = operation.bodyPlan, !operation.hasOtherDocument else { return nil }
        return objectSchemas[operation] ?? bucketSchemas[operation] ?? dataSchemas[operation]
            ?? policySchemas[operation] ?? unknown
    }

    /// Status and the like.
    static let capitalStatus: ElementContent = .choice(["Enabled", "Disabled"])
    static let smallStatus: ElementContent = .choice(["enabled", "disabled"])
    /// A number above zero.
    static let positive: ElementContent = .integer(1...UInt64.max)
    static let natural: ElementContent = .integer(0...UInt64.max)
}

import Bytes
import XML

/// An error document as a client saved it.
package struct ErrorAnswer: Sendable, Equatable {
    /// Why a file is no error document.
    package struct NoDocument: Error, CustomStringConvertible {
        package let description: String
    }

    package struct Element: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package let code: String
    package let message: String?
    package let requestID: String?
    /// All other elements that have text, in order.
    package let elements: [Element]

    /// No document of the service is longer.
    package static let bytesMax = 64 * 1024

    /// Reads the document; what stands before it, such as the head of the answer as `curl -i` shows it, is skipped.
    package init(_ bytes: [UInt8]) throws(NoDocument) {
        guard bytes.count <= Self.bytesMax else {
            throw NoDocument(description: "longer than \(Self.bytesMax) bytes: no error document")
        }
        guard let start = bytes.firstIndex(of: UInt8(ascii: "<")) else {
            throw NoDocument(description: "no XML: an error document begins with <Error>")
        }
        let document = Array(bytes[start...])
        let root: XMLElement
        do {
            root = try XMLReader.parse(document.span)
        } catch {
            throw NoDocument(description: Self.reason(error))
        }
        guard root.isNamed("Error"), let code = root.child("Code")?.trimmedText, !code.isEmpty else {
            throw NoDocument(description: "no error document: it needs <Error> with <Code>")
        }
        self.code = code.text
        message = root.child("Message")?.trimmedText.text
        requestID = root.child("RequestId")?.trimmedText.text
        let known: [Literal] = ["Code", "Message", "RequestId", "HostId", "RecommendDoc"]
        elements = root.children.compactMap { child in
            guard !known.contains(where: { child.isNamed($0) }), !child.trimmedText.isEmpty else {
                return nil
            }
            return Element(name: child.name[...].text, value: child.trimmedText.text)
        }
    }

    private static func reason(_ failure: XMLFailure) -> String {
        switch failure {
        case .malformed(let line, let reason): "not well-formed XML (line \(line): \(reason))"
        case .doctype: "no error document: it has a document type declaration"
        default: "no error document: too long, too deep or with too many elements"
        }
    }
}

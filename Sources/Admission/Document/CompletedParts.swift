import Bytes
import XML

/// The parts that a completion is about.
package enum CompletedParts {
    /// The numbers that the document lists, each once; nil when it lists none, and all there are count.
    package static func numbers(in document: Span<UInt8>) -> [UInt16]? {
        guard !document.isEmpty, let root = try? XMLReader.parse(document, limits: DocumentRules.limits)
        else {
            return nil
        }
        var found: Set<UInt16> = []
        for part in root.children("Part") {
            guard let number = part.child("PartNumber")?.trimmedText.decimal.flatMap({ UInt16(exactly: $0) })
            else {
                continue
            }
            found.insert(number)
        }
        return found.isEmpty ? nil : found.sorted()
    }
}

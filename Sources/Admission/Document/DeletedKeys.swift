package import Bytes
import XML

/// The objects that a DeleteMultipleObjects is about.
package enum DeletedKeys {
    /// The keys that the document lists, in order and as they stand; none when it cannot be read.
    package static func keys(in document: Span<UInt8>) -> [ByteSlice] {
        guard !document.isEmpty, let root = try? XMLReader.parse(document, limits: DocumentRules.limits)
        else {
            return []
        }
        return root.children("Object").flatMap { $0.children("Key") }.map { $0.text[...] }
    }
}

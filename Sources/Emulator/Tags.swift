import Bytes
import HTTPModel
import OSSModel
import XML

/// Object tags in their two forms: a field and a document.
enum Tags {
    /// `k=v&k2`, percent-encoded.
    static func parse(header: ByteSlice?) throws(OSSError) -> [StoredField] {
        guard let header, !header.isEmpty else { return [] }
        var tags: [StoredField] = []
        for item in header.split(separator: ASCII.ampersand) {
            let parts = item.split(separator: ASCII.equals, omittingEmptySubsequences: false)
            guard parts.count <= 2, let name = PercentEncoding.decode(parts[0], malformed: .refused),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : [], malformed: .refused)
            else { throw CatalogueRow.taggingHeaderFormat.error }
            guard name[...].isUTF8, value[...].isUTF8 else { throw CatalogueRow.taggingHeaderFormat.error }
            tags.append(StoredField(name: String(decoding: name, as: UTF8.self), value: value))
        }
        guard Set(tags.map(\.name)).count == tags.count else { throw CatalogueRow.taggingHeaderFormat.error }
        return try checked(tags)
    }

    static func parse(document: XMLElement) throws(OSSError) -> [StoredField] {
        guard document.isNamed("Tagging"), let set = document.child("TagSet") else {
            throw CatalogueRow.malformedXML.error
        }
        return try checked(
            set.children("Tag").map { tag in
                StoredField(
                    name: String(decoding: tag.child("Key")?.text ?? [], as: UTF8.self),
                    value: tag.child("Value")?.text ?? [])
            })
    }

    static func write(_ tags: [StoredField]) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("Tagging") { xml in
            xml.element("TagSet") { xml in
                for tag in tags {
                    xml.element("Tag") { xml in
                        xml.element("Key", tag.name)
                        xml.element("Value", tag.value)
                    }
                }
            }
        }
        return xml.bytes
    }

    /// Letters, digits, blanks and some signs.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == ASCII.space || "+-=._:/".utf8.contains(byte)
    }

    private static func checked(_ tags: [StoredField]) throws(OSSError) -> [StoredField] {
        guard Set(tags.map(\.name)).count == tags.count else { throw CatalogueRow.repeatedTags.error }
        guard tags.count <= 10,
            tags.allSatisfy({ (1...128).contains($0.name.utf8.count) && $0.name.utf8.allSatisfy(isAllowed) })
        else { throw CatalogueRow.taggingKeyInvalid.error }
        if let tag = tags.first(where: { $0.value.count > 256 || !$0.value.allSatisfy(isAllowed) }) {
            throw Fault.argument("x-oss-tagging", tag.value)
        }
        return tags
    }
}

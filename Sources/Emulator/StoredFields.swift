import Bytes
import HTTPModel
import OSSModel

extension StoredField {
    /// The fields of an upload that are kept with the object; a Content-Type is there always.
    static func kept(of head: RequestHead) throws(OSSError) -> [StoredField] {
        var kept: [StoredField] = []
        for (name, spelled) in standard {
            if let value = head.fields.first(name) {
                kept.append(StoredField(name: spelled, value: Array(value)))
            }
        }
        if !head.fields.contains("content-type") {
            kept.append(StoredField(name: "Content-Type", value: Array("application/octet-stream".utf8)))
        }
        for index in head.fields.entries.indices {
            let name = head.fields.name(at: index)
            guard name.hasPrefixIgnoringCase("x-oss-meta-") else { continue }
            kept.append(StoredField(name: name.text.lowercased(), value: Array(head.fields.value(at: index))))
        }
        if let list = head.fields.first("x-oss-persistent-headers") { kept += try persistent(list) }
        return kept
    }

    /// `name:base64(value)` separated by commas.
    private static func persistent(_ list: ByteSlice) throws(OSSError) -> [StoredField] {
        var found: [StoredField] = []
        for item in list.split(separator: ASCII.comma) {
            guard let colon = item.firstIndex(of: ASCII.colon) else {
                throw CatalogueRow.persistentHeaderFormat.error
            }
            let name = item[..<colon].trimmingBlanks()
            guard !name.isEmpty, name.allSatisfy(ASCII.isToken) else {
                throw CatalogueRow.persistentHeaderNotToken.error
            }
            // A stored field of framing or connection would break every answer.
            guard !HopByHop.contains(name), !name.matchesIgnoringCase("content-length") else {
                throw CatalogueRow.persistentHeaderReserved.error
            }
            guard let value = Base64.decode(item[(colon + 1)...].trimmingBlanks()) else {
                throw CatalogueRow.persistentHeaderNotBase64.error
            }
            guard value[...].isUTF8 else { throw CatalogueRow.persistentHeaderNotUTF8.error }
            guard !value.contains(where: ASCII.isControl) else {
                throw CatalogueRow.persistentHeaderCRLF.error
            }
            found.append(StoredField(name: name.text, value: value))
        }
        return found
    }

    private static let standard: [(Literal, String)] = [
        ("content-type", "Content-Type"), ("cache-control", "Cache-Control"),
        ("content-disposition", "Content-Disposition"), ("content-encoding", "Content-Encoding"),
        ("content-language", "Content-Language"), ("expires", "Expires"),
    ]
}

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
        kept += try persistent(of: head)
        return kept
    }

    /// The fields that `x-oss-persistent-headers` names.
    static func persistent(of head: RequestHead) throws(OSSError) -> [StoredField] {
        try head.fields.first("x-oss-persistent-headers").map { list throws(OSSError) in
            try persistent(list, head)
        } ?? []
    }

    /// `name:base64(value)` separated by commas.
    private static func persistent(_ list: ByteSlice, _ head: RequestHead) throws(OSSError) -> [StoredField] {
        var found: [StoredField] = []
        for item in list.split(separator: ASCII.comma, omittingEmptySubsequences: false) {
            guard let colon = item.firstIndex(of: ASCII.colon), colon > item.startIndex else {
                throw CatalogueRow.persistentHeaderFormat.error
            }
            let name = item[..<colon].trimmingBlanks()
            guard !name.isEmpty, name.allSatisfy(ASCII.isToken) else {
                throw CatalogueRow.persistentHeaderNotToken.error
            }
            let lower = name.text.lowercased()
            guard !reserved.contains(lower), !lower.hasPrefix("x-oss-") else {
                throw CatalogueRow.persistentHeaderReserved.error
            }
            guard let value = Base64.decode(item[(colon + 1)...].trimmingBlanks()) else {
                throw CatalogueRow.persistentHeaderNotBase64.error
            }
            guard value[...].isUTF8 else { throw CatalogueRow.persistentHeaderNotUTF8.error }
            guard !value.contains(where: ASCII.isControl) else {
                throw CatalogueRow.persistentHeaderCRLF.error
            }
            let own = head.fields.entries.indices.first {
                head.fields.name(at: $0).text.lowercased() == lower
            }
            if let own, !head.fields.value(at: own).elementsEqual(value) {
                throw CatalogueRow.persistentHeaderConflict.error
            }
            found.append(StoredField(name: name.text, value: value))
        }
        return found
    }

    /// Fields of HTTP itself: stored, they would break every answer or mislead who reads it.
    private static let reserved: Set<String> = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "access-control-request-headers",
        "access-control-request-method", "authorization", "connection", "content-length", "content-md5",
        "content-range", "cookie", "date", "etag", "expect", "from", "host", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "last-modified", "location",
        "max-forwards", "origin", "proxy-authorization", "proxy-connection", "range", "referer", "server",
        "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "warning",
    ]

    private static let standard: [(Literal, String)] = [
        ("content-type", "Content-Type"), ("cache-control", "Cache-Control"),
        ("content-disposition", "Content-Disposition"), ("content-encoding", "Content-Encoding"),
        ("content-language", "Content-Language"), ("expires", "Expires"),
    ]
}

import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    static let persistentHeaders = HeadRule(
        .persistentHeaders, on: [.putObject, .copyObject, .appendObject, .completeMultipartUpload])
}

extension FieldCheck {
    /// Fields that are kept with an object: `name:Base64(value)`, parted by commas ("PutObject" page). Per item, in
    /// order: form, token, reserved name, Base64, UTF-8, line break, a field of the same name with another value.
    static let persistentHeaders = FieldCheck(
        "persistent-headers", field: "x-oss-persistent-headers", repeated: .persistentHeaderFormat
    ) { list, others throws(Refusal) in
        for item in list.split(separator: ASCII.comma, omittingEmptySubsequences: false) {
            guard let fault = PersistentHeader.fault(of: item.trimmingBlanks(), among: others) else {
                continue
            }
            throw Refusal(
                fault.row.argument("x-oss-persistent-headers", list.prefix(Refusal.shownBytesMax).text),
                expected: fault.expected,
                actual: item.prefix(Refusal.shownBytesMax).text)
        }
    }
}

/// One item of a list of persistent headers.
enum PersistentHeader {
    struct Fault {
        let row: CatalogueRow
        let expected: String

        init(_ row: CatalogueRow, _ expected: String) {
            self.row = row
            self.expected = expected
        }
    }

    static func fault(of item: ByteSlice, among fields: Fields) -> Fault? {
        guard let colon = item.firstIndex(of: ASCII.colon), colon > item.startIndex else {
            return Fault(.persistentHeaderFormat, "name:Base64(value)")
        }
        let name = item[..<colon]
        guard name.allSatisfy({ ASCII.isToken($0) }) else {
            return Fault(.persistentHeaderNotToken, "a name of RFC 9110")
        }
        guard !isReserved(name) else {
            return Fault(.persistentHeaderReserved, "a name that HTTP and the service do not use")
        }
        guard let value = Base64.decode(item[(colon + 1)...])?[...] else {
            return Fault(.persistentHeaderNotBase64, "Base64 with padding")
        }
        guard value.isUTF8 else { return Fault(.persistentHeaderNotUTF8, "UTF-8") }
        guard !value.contains(where: { $0 == ASCII.carriageReturn || $0 == ASCII.lineFeed }) else {
            return Fault(.persistentHeaderCRLF, "one line")
        }
        for index in fields.entries.indices where equal(fields.name(at: index), name) {
            guard fields.value(at: index) == value else {
                return Fault(.persistentHeaderConflict, "the value of the field itself")
            }
        }
        return nil
    }

    private static func isReserved(_ name: ByteSlice) -> Bool {
        name.hasPrefixIgnoringCase("x-oss-") || reserved.contains { name.matchesIgnoringCase($0) }
    }

    private static func equal(_ left: ByteSlice, _ right: ByteSlice) -> Bool {
        left.count == right.count
            && left.elementsEqual(right) { ASCII.lowercased($0) == ASCII.lowercased($1) }
    }

    /// The page names Host, Content-MD5, Origin and Range and says "and so on": these are the fields by which
    /// requests and answers work. Those that describe content are not reserved.
    private static let reserved: [Literal] = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "access-control-request-headers",
        "access-control-request-method", "authorization", "connection", "content-length", "content-md5",
        "content-range", "cookie", "date", "etag", "expect", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive",
        "last-modified", "location", "max-forwards", "origin", "proxy-authorization", "range", "referer",
        "server", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "warning",
    ]
}

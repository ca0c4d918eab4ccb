import Bytes
import HTTPModel

/// What the Connection fields of a message say (RFC 9110, section 7.6.1).
struct ConnectionOptions {
    private(set) var close = false
    private(set) var keepAlive = false

    /// Reads every Connection field. With `strict` (requests), an option that is no token, or that names a field
    /// meant for the other end, is refused: removing that field here would hide from the origin what the rules
    /// have seen.
    init(_ section: borrowing FieldSection, _ bytes: Span<UInt8>, strict: Bool) throws(DecodeError) {
        guard section.connection.count > 0 else { return }
        let entries = section.entries.span
        for index in section.connection.first..<entries.count {
            let entry = entries[index]
            let name = bytes.extracting(entry.name)
            guard ("connection" as Literal).matchesIgnoringCase(name) else { continue }
            let value = bytes.extracting(entry.value)
            var cursor = ListCursor()
            while let range = cursor.member(of: value) {
                if range.isEmpty { continue }
                let option = value.extracting(range)
                if ("close" as Literal).matchesIgnoringCase(option) {
                    close = true
                } else if ("keep-alive" as Literal).matchesIgnoringCase(option) {
                    keepAlive = true
                } else if strict {
                    guard isToken(option) else { throw .malformed("invalid Connection option") }
                    guard !Self.isEndToEnd(option) else {
                        throw .malformed("Connection names an end-to-end field")
                    }
                }
            }
        }
    }

    /// RFC 9112, section 9.3.
    func isPersistent(_ version: HTTPVersion) -> Bool {
        if close { return false }
        return version == .http10 ? keepAlive : true
    }

    private static let endToEnd: [Literal] = [
        "host", "authorization", "date", "range", "expect", "origin", "referer", "cookie", "security-token",
        "cache-control", "user-agent",
    ]
    private static let endToEndPrefixes: [Literal] = ["content-", "if-", "x-oss-", "access-control-"]

    private static func isEndToEnd(_ option: Span<UInt8>) -> Bool {
        for name in endToEnd where name.matchesIgnoringCase(option) { return true }
        for prefix in endToEndPrefixes where option.count >= prefix.count {
            if prefix.matchesIgnoringCase(option.extracting(0..<prefix.count)) { return true }
        }
        return false
    }
}

package import Bytes

/// Fields that end at this hop (RFC 9110, section 7.6.1) and are never forwarded.
package enum HopByHop {
    private static let names: [Literal] = [
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection",
        "proxy-authenticate", "proxy-authorization",
        // Belongs to an upgrade, which is never passed on (RFC 7540, section 3.2.1).
        "http2-settings",
    ]
    /// A name without one of these marks is none of them.
    package static let marks = names.reduce(0) { $0 | $1.mark }

    /// True for a field of the fixed list. `Content-Length` is not in it: a codec writes framing itself.
    package static func contains(_ name: Span<UInt8>) -> Bool {
        guard marks & Literal.mark(of: name) != 0 else { return false }
        for known in names where known.matchesIgnoringCase(name) { return true }
        return false
    }

    package static func contains(_ name: ByteSlice) -> Bool { contains(name.span) }

    /// Fields that a message of HTTP/2 must not have (RFC 9113, section 8.2.2).
    package static func isConnectionSpecific(_ name: ByteSlice) -> Bool {
        let names: [Literal] = [
            "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade",
        ]
        return names.contains { name.matchesIgnoringCase($0) }
    }

    /// The options that Connection fields name, without blanks, as written.
    package static func connectionOptions(_ fields: Fields) -> [ByteSlice] {
        var options: [ByteSlice] = []
        for index in fields.entries.indices where fields.isNamed("connection", at: index) {
            options += fields.value(at: index).split(separator: ASCII.comma).map { $0.trimmingBlanks() }
        }
        return options.filter { !$0.isEmpty }
    }
}

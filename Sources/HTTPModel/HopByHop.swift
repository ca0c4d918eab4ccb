package import Bytes

/// Fields that end at this hop (RFC 9110, section 7.6.1) and are never forwarded.
package enum HopByHop {
    private static let names: [Literal] = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te",
        "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// True for a field of the fixed list. `Content-Length` is not in it: a codec writes framing itself.
    package static func contains(_ name: ByteSlice) -> Bool {
        names.contains { name.matchesIgnoringCase($0) }
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

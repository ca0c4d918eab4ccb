package import Bytes

/// Fields that end at this hop (RFC 9110, section 7.6.1) and are never forwarded.
package enum HopByHop {
    /// True for a field of the fixed list. `Content-Length` is not in it: a codec writes framing itself.
    package static func contains(_ name: Span<UInt8>) -> Bool {
        // By length first: this runs for every field of every message.
        switch name.count {
        case 2: ("te" as Literal).matchesIgnoringCase(name)
        case 7: isOne(name, "trailer", "upgrade")
        case 10: isOne(name, "connection", "keep-alive")
        // Belongs to an upgrade, which is never passed on (RFC 7540, section 3.2.1).
        case 14: ("http2-settings" as Literal).matchesIgnoringCase(name)
        case 16: ("proxy-connection" as Literal).matchesIgnoringCase(name)
        case 17: ("transfer-encoding" as Literal).matchesIgnoringCase(name)
        case 18: ("proxy-authenticate" as Literal).matchesIgnoringCase(name)
        case 19: ("proxy-authorization" as Literal).matchesIgnoringCase(name)
        default: false
        }
    }

    package static func contains(_ name: ByteSlice) -> Bool { contains(name.span) }

    private static func isOne(_ name: Span<UInt8>, _ first: Literal, _ second: Literal) -> Bool {
        first.matchesIgnoringCase(name) || second.matchesIgnoringCase(name)
    }

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

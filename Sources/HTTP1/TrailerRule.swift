package import Bytes
import HTTPModel

/// Fields that have no meaning, or a dangerous one, after the body (RFC 9110, section 6.5.1).
package enum TrailerRule {
    private static let names: [Literal] = [
        "host", "authorization", "cookie", "set-cookie", "date", "expect", "range", "cache-control",
        "location",
        "security-token", "x-oss-date", "x-oss-security-token", "www-authenticate",
    ]
    private static let prefixes: [Literal] = ["content-", "if-"]

    /// Framing, routing, authentication and conditions.
    package static func isForbidden(_ name: ByteSlice) -> Bool {
        HopByHop.contains(name) || names.contains { name.matchesIgnoringCase($0) }
            || prefixes.contains { name.hasPrefixIgnoringCase($0) }
    }
}

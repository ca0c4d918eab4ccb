import Bytes

/// The request method (RFC 9110, section 9): those that OSS knows, and any other token as it was received.
package enum Method: Sendable, Hashable {
    case get
    case head
    case put
    case post
    case delete
    case options
    /// A valid token that OSS has no operation for; kept byte for byte.
    case other([UInt8])

    package init(_ token: Span<UInt8>) {
        for (method, name) in Self.known where name.matches(token) {
            self = method
            return
        }
        self = .other([UInt8](token))
    }

    /// Appends the token to a message.
    package func append(to bytes: inout [UInt8]) {
        if case .other(let token) = self { return bytes.append(contentsOf: token) }
        for (method, name) in Self.known where method == self { bytes.append(name) }
    }

    /// For people and records.
    package var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let known: [(Method, Literal)] = [
        (.get, "GET"), (.put, "PUT"), (.head, "HEAD"), (.post, "POST"), (.delete, "DELETE"),
        (.options, "OPTIONS"),
    ]
}

package import Bytes

/// The protocol version of a message.
package enum HTTPVersion: Sendable, Hashable {
    case http10
    case http11
    case http2
}

/// How the length of a body is decided (RFC 9112, section 6); decided once, by the decoder, and stored.
package enum BodyFraming: Sendable, Hashable {
    /// There is no body.
    case none
    /// Content-Length, in bytes; zero is a body of no bytes.
    case length(UInt64)
    /// `Transfer-Encoding: chunked`, or HTTP/2 without Content-Length.
    case chunked
    /// A response that ends with its connection.
    case untilClose

    /// No byte of a body follows.
    package var isEmpty: Bool {
        switch self {
        case .none, .length(0): true
        case .length, .chunked, .untilClose: false
        }
    }
}

/// A request up to its body. The target and every field are as received.
package struct RequestHead: Sendable {
    package var method: Method
    /// The request-target byte for byte.
    package var target: ByteSlice
    /// The part of the target that goes to an origin: path and query. Equal to `target` unless that was in
    /// absolute-form (RFC 9112, section 3.2.2). Starts with `/`, or is `*`.
    package var originTarget: ByteSlice
    /// The authority of an absolute-form target.
    package var targetAuthority: ByteSlice?
    package var version: HTTPVersion
    package var fields: Fields
    package var framing: BodyFraming
    /// The connection may carry another request after this one (RFC 9112, section 9.3).
    package var isPersistent: Bool
    /// `Expect: 100-continue` from a client that understands it (HTTP/1.1 and later, with a body).
    package var expectsContinue: Bool

    package init(
        method: Method, target: ByteSlice, originTarget: ByteSlice? = nil, targetAuthority: ByteSlice? = nil,
        version: HTTPVersion = .http11, fields: Fields = Fields(), framing: BodyFraming = .none,
        isPersistent: Bool = true, expectsContinue: Bool = false
    ) {
        // Chosen before anything is stored: a branch among the stores would have the compiler copy all of them.
        let originTarget = originTarget ?? target
        self.method = method
        self.target = target
        self.originTarget = originTarget
        self.targetAuthority = targetAuthority
        self.version = version
        self.fields = fields
        self.framing = framing
        self.isPersistent = isPersistent
        self.expectsContinue = expectsContinue
    }

    /// The path of the target: everything before the first `?`.
    package var path: ByteSlice {
        originTarget[..<(originTarget.firstIndex(of: ASCII.question) ?? originTarget.endIndex)]
    }

    /// The query of the target without its `?`; nil when there is no `?`.
    package var query: ByteSlice? {
        originTarget.firstIndex(of: ASCII.question).map { originTarget[($0 + 1)...] }
    }

    /// The authority that the request is for: that of an absolute-form target, else the Host field.
    package var authority: ByteSlice? { targetAuthority ?? fields.first("host") }
}

/// A response up to its body.
package struct ResponseHead: Sendable {
    package var status: Int
    /// The reason phrase as received; when empty, an encoder writes the registered one.
    package var reason: ByteSlice
    package var version: HTTPVersion
    package var fields: Fields
    package var framing: BodyFraming
    /// The connection may carry another response after this one.
    package var isPersistent: Bool

    package init(
        status: Int, reason: ByteSlice = [], version: HTTPVersion = .http11, fields: Fields = Fields(),
        framing: BodyFraming = .none, isPersistent: Bool = true
    ) {
        self.status = status
        self.reason = reason
        self.version = version
        self.fields = fields
        self.framing = framing
        self.isPersistent = isPersistent
    }
}

package import HTTP2
package import Network
package import TLS

/// What a listener speaks.
package enum HTTPProtocol: String, Sendable, CaseIterable {
    case http11 = "http/1.1"
    /// HTTP/2 over TLS, by ALPN.
    case h2
    /// HTTP/2 over plain text, with prior knowledge (RFC 9113, section 3.3).
    case h2c
}

/// How the connections of one listener are served.
package struct ListenerOptions: Sendable {
    /// nil for plain text.
    package var tls: TLSServerContext?
    package var protocols: Set<HTTPProtocol>
    /// Connections begin with the header of the PROXY protocol, and come from these; nil when they have none.
    package var proxyFrom: [AddressRange]?
    /// Whose `X-Forwarded-For` is believed.
    package var forwardedFrom: [AddressRange] = []

    package init(tls: TLSServerContext? = nil, protocols: Set<HTTPProtocol> = [.http11]) {
        self.tls = tls
        self.protocols = protocols
    }

    /// Of plain text, both protocols are spoken: only the first bytes tell which.
    var isPrefaceNeeded: Bool { protocols.isSuperset(of: [.h2c, .http11]) }

    /// The first byte is that of a request.
    var isDirect: Bool { proxyFrom == nil && tls == nil && !isPrefaceNeeded }
}

/// What is counted of connections below the level of requests.
package enum ServerEvent: Sendable, Equatable {
    /// A full TLS handshake.
    case handshakeCompleted
    /// One that resumed an earlier session.
    case handshakeResumed
    /// One that failed, by the fault of either side, or that the client broke off.
    case handshakeFailed
    case handshakeTimedOut
    /// A client of HTTP/2 was told to calm down, and its connection ended.
    case http2Abuse(HTTP2Abuse)
    case proxyHeader(ProxyHeaderResult)
    case connectionRefused(ConnectionRefusal)
    /// An element of `X-Forwarded-For` that was to be believed is no address.
    case forwardedForMalformed
}

/// What became of a header of the PROXY protocol. The connection ends with all but the first.
package enum ProxyHeaderResult: Sendable {
    case accepted
    case malformed
    /// The connection comes from somebody who is not allowed to have one.
    case untrusted
    case timedOut
}

/// Why a connection, or a request that a proxy forwards, was closed or refused before anything else.
package enum ConnectionRefusal: Sendable {
    /// There are as many as there may be.
    case total
    /// The client has as many as it may have.
    case address
    /// The process has no descriptor left.
    case descriptors
}

/// A connection that has something to do when the server begins to drain.
protocol DrainableConnection: AnyObject {
    /// Closes the connection if nothing is in progress.
    func closeIdle()
}

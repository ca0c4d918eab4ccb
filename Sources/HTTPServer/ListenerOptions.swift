package import HTTP2
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

    package init(tls: TLSServerContext? = nil, protocols: Set<HTTPProtocol> = [.http11]) {
        self.tls = tls
        self.protocols = protocols
    }
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
}

/// A connection that has something to do when the server begins to drain.
protocol DrainableConnection: AnyObject {
    /// Closes the connection if nothing is in progress.
    func closeIdle()
}

import COpenSSL

/// What the TLS sessions to one origin share: whom to trust, whom to ask for, and our own certificate. Never changed.
/// The certificate of the other side is always verified, by authority and by name.
package final class TLSClientContext: Sendable {
    let context: ContextHandle
    /// The DNS name or address that the certificate must be for.
    package let serverName: String
    /// An address is not sent as a server name (RFC 6066, section 3).
    let isAddress: Bool

    /// `authorities` is PEM of those that are trusted. `serverName` is a DNS name or an IP literal, `protocols`
    /// are offered by ALPN.
    package init(
        authorities: [UInt8], serverName: String, certificate: TLSServerContext.Certificate?,
        protocols: [String] = ["http/1.1"]
    ) throws(TLSConfigurationError) {
        let context = ContextHandle(server: false)
        try context.trust(authorities, announced: false)
        if let certificate {
            try context.use(certificate: certificate.certificate, privateKey: certificate.privateKey)
        }
        unsafe SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        let alpn = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        _ = unsafe SSL_CTX_set_alpn_protos(context.pointer, alpn, UInt32(alpn.count))
        unsafe ossgate_ssl_set_client_cache(context.pointer)
        unsafe SSL_CTX_sess_set_new_cb(context.pointer) { ssl, session in
            guard let ssl = unsafe ssl, let session = unsafe session,
                let owner = unsafe TLSSession.behind(ssl)
            else { return 0 }
            unsafe owner.keep(session)
            return 1
        }
        let address = unsafe a2i_IPADDRESS(serverName)
        isAddress = unsafe address != nil
        unsafe ASN1_OCTET_STRING_free(address)
        ERR_clear_error()
        self.context = context
        self.serverName = serverName
    }

    /// Seconds until our own certificate expires; nil when there is none.
    package func secondsUntilExpiry(now: Int64) -> Int64? { context.secondsUntilExpiry(now: now) }

    /// A session for a new connection; `resuming` spares it most of the handshake if the other side agrees.
    package func makeSession(resuming ticket: TLSTicket?) -> TLSSession {
        TLSSession(client: self, resuming: ticket)
    }
}

/// What a server gave so that a later session can be resumed. Belongs to one shard.
///
/// @safe: `session` is a counted reference that OpenSSL has handed over; freed once, in `deinit`.
@safe package final class TLSTicket {
    let session: OpaquePointer

    init(taking session: OpaquePointer) { unsafe self.session = session }

    deinit { unsafe SSL_SESSION_free(session) }
}

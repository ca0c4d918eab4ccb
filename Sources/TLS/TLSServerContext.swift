import COpenSSL

/// What the TLS sessions of one listener share: its certificates, chosen by the name that a client asks for, the
/// authorities of client certificates, and the protocols. Never changed; a reload makes a new one.
package final class TLSServerContext: Sendable {
    /// A certificate with its chain, and its key, as PEM.
    package struct Certificate: Sendable {
        package var certificate: [UInt8]
        package var privateKey: [UInt8]

        package init(certificate: [UInt8], privateKey: [UInt8]) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    /// In the order of the configuration. The first serves clients that ask for no name, or one that none is for.
    let contexts: [ContextHandle]
    /// Names of protocols (RFC 7301), the preferred first.
    private let protocols: [[UInt8]]
    private let ticketKeys: TicketKeys
    package let demandsClientCertificate: Bool

    /// `protocols` are names of ALPN in order of preference. With `clientAuthorities` every client must present a
    /// certificate that one of them has signed.
    package init(
        certificates: [Certificate], clientAuthorities: [UInt8]?, protocols: [String], ticketKeys: TicketKeys
    ) throws(TLSConfigurationError) {
        precondition(!certificates.isEmpty, "a server has a certificate")
        var contexts: [ContextHandle] = []
        for (index, one) in certificates.enumerated() {
            let context = ContextHandle(server: true)
            try context.use(certificate: one.certificate, privateKey: one.privateKey, index: index)
            contexts.append(context)
        }
        self.contexts = contexts
        self.protocols = protocols.map { Array($0.utf8) }
        self.ticketKeys = ticketKeys
        demandsClientCertificate = clientAuthorities != nil
        for context in contexts { try configure(context, clientAuthorities) }
    }

    /// Seconds until the first of the certificates expires.
    package func secondsUntilExpiry(now: Int64) -> [Int64] {
        contexts.compactMap { $0.secondsUntilExpiry(now: now) }
    }

    private func configure(
        _ context: ContextHandle, _ authorities: [UInt8]?
    ) throws(TLSConfigurationError) {
        unsafe ossgate_ssl_set_server_cache_off(context.pointer)
        _ = unsafe SSL_CTX_set_num_tickets(context.pointer, 1)
        ticketKeys.attach(to: context)
        var scope = Self.sessionScope([])
        if let authorities {
            try context.trust(authorities, announced: true)
            scope = Self.sessionScope(authorities)
            unsafe SSL_CTX_set_verify(
                context.pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
        // A session that was begun under other authorities cannot be resumed: its client would not be checked.
        _ = unsafe SSL_CTX_set_session_id_context(context.pointer, scope, UInt32(scope.count))
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ossgate_ssl_set_servername_callback(context.pointer, Self.chooseCertificate, this)
        unsafe SSL_CTX_set_alpn_select_cb(context.pointer, Self.chooseProtocol, this)
    }

    /// 32 bytes that differ for different authorities.
    private static func sessionScope(_ authorities: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, written in
            let made = unsafe EVP_Digest(
                authorities, authorities.count, buffer.baseAddress, nil, EVP_sha256(), nil)
            precondition(made == 1, "OpenSSL cannot make a digest")
            written = 32
        }
    }

    private static func behind(_ argument: UnsafeMutableRawPointer?) -> TLSServerContext? {
        unsafe argument.map { unsafe Unmanaged<TLSServerContext>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let chooseCertificate:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            ssl, _, argument in
            // With one certificate there is nothing to choose.
            guard let context = unsafe TLSServerContext.behind(argument), context.contexts.count > 1,
                let name = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name),
                let found = context.contexts.first(where: { unsafe $0.isFor(name) })
            else { return SSL_TLSEXT_ERR_OK }
            _ = unsafe SSL_set_SSL_CTX(ssl, found.pointer)
            return SSL_TLSEXT_ERR_OK
        }

    /// The first of ours that the client offers; a client that offers others only is told so (RFC 7301, section 3.2).
    private static let chooseProtocol:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
            UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { _, chosen, chosenCount, offered, offeredCount, argument in
            guard let context = unsafe TLSServerContext.behind(argument), let chosen = unsafe chosen,
                let chosenCount = unsafe chosenCount, let offered = unsafe offered
            else { return SSL_TLSEXT_ERR_NOACK }
            let names = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
            for wanted in context.protocols {
                guard let place = unsafe find(wanted, in: names) else { continue }
                unsafe chosen.pointee = offered + place
                unsafe chosenCount.pointee = UInt8(wanted.count)
                return SSL_TLSEXT_ERR_OK
            }
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }

    /// Where a name begins in the list of an extension; nil if it is not there.
    private static func find(_ name: [UInt8], in list: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        while index < list.count {
            let end = unsafe index + 1 + Int(list[index])
            guard end <= list.count else { return nil }
            if unsafe list[(index + 1)..<end].elementsEqual(name) { return index + 1 }
            index = end
        }
        return nil
    }

    /// A session for a connection that was accepted.
    package func makeSession() -> TLSSession { TLSSession(server: self) }
}

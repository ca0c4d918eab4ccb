import COpenSSL

/// The TLS side of one connection: bytes in, bytes out. It knows no socket and no clock; whoever owns it moves the
/// bytes and bounds the handshake by a deadline. It belongs to one shard.
///
/// What a peer can make it hold: one record of 16 KiB, and during the handshake a chain of 64 KiB.
///
/// @safe: `ssl` comes from `SSL_new`, is used only by methods of this object, which one thread calls, and freed once, in
/// `deinit`. The objects that callbacks reach through it (`bytes`, `context`, `self`) live at least as long.
@safe package final class TLSSession {
    /// What became of received bytes.
    package enum Progress: Sendable, Equatable {
        /// More may come.
        case open
        /// The peer has ended its side in the orderly way (`close_notify`).
        case ended
        case failed(TLSFailure)
    }

    /// What a peer may make us send after the handshake without a byte of data of its own, such as answers to key
    /// updates: a flood of these would fill memory if it took none of the answers.
    private static let unaskedBytesMax = 64 * 1024

    let ssl: OpaquePointer
    private let bytes = TLSBytes()
    /// Held because callbacks of OpenSSL reach it without counting references.
    private let context: AnyObject
    private let isServer: Bool
    /// Whom a client talks to, for messages.
    private let serverName: String
    /// The handshake is over: data may be sent.
    package private(set) var isEstablished = false
    private var isOver = false
    private var hasClosed = false
    private var unaskedBytes = 0
    private var tickets: [TLSTicket] = []

    init(server context: TLSServerContext) {
        self.context = context
        isServer = true
        serverName = ""
        unsafe ssl = Self.make(context.contexts[0], bytes)
        unsafe SSL_set_accept_state(ssl)
    }

    init(client context: TLSClientContext, resuming ticket: TLSTicket?) {
        self.context = context
        isServer = false
        serverName = context.serverName
        unsafe ssl = Self.make(context.context, bytes)
        unsafe SSL_set_connect_state(ssl)
        let parameters = unsafe SSL_get0_param(ssl)
        if context.isAddress {
            _ = unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName)
        } else {
            unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            _ = unsafe X509_VERIFY_PARAM_set1_host(parameters, serverName, 0)
            _ = unsafe ossgate_ssl_set_server_name(ssl, serverName)
        }
        if let ticket { _ = unsafe SSL_set_session(ssl, ticket.session) }
        _ = unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        // A session whose connection was cut may be resumed all the same (RFC 5246, section 7.2.1).
        unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        unsafe SSL_free(ssl)
    }

    private static func make(_ context: ContextHandle, _ bytes: TLSBytes) -> OpaquePointer {
        guard let ssl = unsafe SSL_new(context.pointer), let bio = unsafe bytes.makeBIO() else {
            preconditionFailure("OpenSSL cannot make a session: \(OpenSSLErrors.take())")
        }
        // Takes the one reference of the BIO for both directions.
        unsafe SSL_set_bio(ssl, bio, bio)
        return unsafe ssl
    }

    static func behind(_ ssl: OpaquePointer) -> TLSSession? {
        unsafe SSL_get_ex_data(ssl, 0).map {
            unsafe Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue()
        }
    }

    func keep(_ session: OpaquePointer) { unsafe tickets.append(TLSTicket(taking: session)) }

    // MARK: Bytes

    /// A client's first message. What is to be sent is appended to `output`.
    package func start(output: inout [UInt8]) -> Progress {
        sending(to: &output) { isServer ? .open : shakeHands() }
    }

    /// Takes what has come from the peer, all of it. Data is written to the front of `data`, which must have room for
    /// as many bytes as come, and for 32 KiB more; its count is returned. What is to be sent is appended to `output`,
    /// also after a failure: an alert tells the peer why.
    package func receive(
        _ input: UnsafeRawBufferPointer, into data: UnsafeMutableRawBufferPointer, output: inout [UInt8]
    ) -> (count: Int, progress: Progress) {
        guard !isOver else { return (0, .open) }
        var count = 0
        let before = output.count
        let wasEstablished = isEstablished
        let progress = sending(to: &output) {
            unsafe bytes.offering(input) { () -> Progress in
                if !isEstablished {
                    let progress = shakeHands()
                    guard isEstablished else { return progress }
                }
                return unsafe read(into: data, &count)
            }
        }
        if wasEstablished, progress == .open {
            unaskedBytes += output.count - before
            if unaskedBytes > Self.unaskedBytesMax {
                return (count, fail("too many messages of the protocol itself"))
            }
        }
        return (count, progress)
    }

    /// Encrypts data; only once the session is established.
    package func send(_ data: Span<UInt8>, output: inout [UInt8]) {
        guard isEstablished, !hasClosed, !isOver, !data.isEmpty else { return }
        _ = sending(to: &output) { () -> Progress in
            var written = 0
            ERR_clear_error()
            let sent = unsafe data.withUnsafeBytes {
                unsafe SSL_write_ex(ssl, $0.baseAddress, $0.count, &written)
            }
            // Everything is taken, since our BIO takes everything; otherwise the session is broken.
            return sent == 1 && written == data.count ? .open : fail(OpenSSLErrors.take())
        }
    }

    /// Says that we send no more (`close_notify`). The peer may still send.
    package func close(output: inout [UInt8]) {
        guard isEstablished, !hasClosed, !isOver else { return }
        hasClosed = true
        _ = sending(to: &output) { () -> Progress in
            ERR_clear_error()
            unsafe SSL_shutdown(ssl)
            return .open
        }
    }

    private func sending(to output: inout [UInt8], _ body: () -> Progress) -> Progress {
        swap(&bytes.output, &output)
        let progress = body()
        swap(&bytes.output, &output)
        return progress
    }

    private func shakeHands() -> Progress {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 {
            isEstablished = true
            return .open
        }
        return unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? .open : fail(handshakeFailure())
    }

    private func read(into data: UnsafeMutableRawBufferPointer, _ count: inout Int) -> Progress {
        while count < data.count {
            var taken = 0
            ERR_clear_error()
            let result = unsafe SSL_read_ex(
                ssl, data.baseAddress?.advanced(by: count), data.count - count, &taken)
            count += taken
            if result == 1 { continue }
            switch unsafe SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return .open
            case SSL_ERROR_ZERO_RETURN: return .ended
            default: return fail(OpenSSLErrors.take())
            }
        }
        return bytes.isDrained ? .open : fail("more data than there is room for")
    }

    private func fail(_ reason: String) -> Progress {
        isOver = true
        return .failed(TLSFailure(description: reason))
    }

    /// Verification has its own words: they are what an operator needs.
    private func handshakeFailure() -> String {
        let reason = OpenSSLErrors.take()
        let verdict = unsafe Int32(SSL_get_verify_result(ssl))
        guard verdict != X509_V_OK else { return "TLS handshake failed: \(reason)" }
        let who = isServer ? "the client's certificate" : "the origin's certificate"
        switch verdict {
        case X509_V_ERR_CERT_HAS_EXPIRED: return "\(who) has expired"
        case X509_V_ERR_CERT_NOT_YET_VALID: return "\(who) is not valid yet"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "\(who) is for another name than \(serverName)"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "\(who) is not signed by a known authority"
        default:
            return unsafe "\(who) is refused: \(String(cString: X509_verify_cert_error_string(Int(verdict))))"
        }
    }

    // MARK: What was agreed on

    /// The protocol that ALPN has chosen; nil for none.
    package var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        guard count > 0, let start = unsafe name else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    /// Such as `TLSv1.3`.
    package var version: String { unsafe String(cString: SSL_get_version(ssl)) }
    /// The handshake went on from an earlier session.
    package var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    /// Who the verified certificate of the peer names; nil without one. To be asked only after the handshake.
    package private(set) lazy var peer: TLSPeer? = readPeer()

    private func readPeer() -> TLSPeer? {
        guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return nil }
        defer { unsafe X509_free(certificate) }
        guard unsafe SSL_get_verify_result(ssl) == X509_V_OK else { return nil }
        return unsafe TLSPeer(certificate)
    }

    /// The latest ticket that the server has given since the last call.
    package func takeTicket() -> TLSTicket? {
        defer { tickets.removeAll() }
        return tickets.last
    }
}

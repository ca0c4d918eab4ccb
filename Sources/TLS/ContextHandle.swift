import COpenSSL

/// One `SSL_CTX`: versions, ciphers, a certificate, authorities. Complete before it is shared.
///
/// @safe: `address` comes from `SSL_CTX_new`, is never changed and freed once, in `deinit`. OpenSSL counts references
/// to a context atomically and only reads a complete one, so threads may share it.
@safe final class ContextHandle: Sendable {
    private let address: UInt

    /// TLS 1.3, and 1.2 with forward secrecy and authenticated encryption (RFC 9325, section 4.2).
    private static let ciphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20"
    /// A longer chain of either side is refused.
    private static let chainBytesMax = 64 * 1024

    init(server: Bool) {
        guard let made = unsafe SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()) else {
            preconditionFailure("OpenSSL cannot make a context: \(OpenSSLErrors.take())")
        }
        address = UInt(bitPattern: made)
        guard unsafe ossgate_ssl_use_modern_versions(made) == 1,
            unsafe SSL_CTX_set_cipher_list(made, Self.ciphers12) == 1
        else { preconditionFailure("this OpenSSL has no TLS 1.2 and 1.3: \(OpenSSLErrors.take())") }
        unsafe ossgate_ssl_set_chain_bytes_max(made, Self.chainBytesMax)
        unsafe SSL_CTX_set_verify_depth(made, 8)
        ERR_clear_error()
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }

    /// Takes a certificate with its chain and the key to it.
    func use(certificate: [UInt8], privateKey: [UInt8], index: Int = 0) throws(TLSConfigurationError) {
        do throws(PEM.Failure) {
            try unsafe PEM.forEachCertificate(certificate) { (one, place) throws(PEM.Failure) in
                let taken =
                    place == 0
                    ? unsafe SSL_CTX_use_certificate(pointer, one) == 1
                    : unsafe ossgate_ssl_add_chain_certificate(pointer, one) == 1
                guard taken else {
                    throw PEM.Failure(message: "cannot be used (\(OpenSSLErrors.take()))")
                }
            }
        } catch {
            throw TLSConfigurationError(.certificate, index: index, error.message)
        }
        let key: OpaquePointer
        do throws(PEM.Failure) {
            unsafe key = try PEM.privateKey(privateKey)
        } catch {
            throw TLSConfigurationError(.privateKey, index: index, error.message)
        }
        defer { unsafe EVP_PKEY_free(key) }
        ERR_clear_error()
        guard unsafe SSL_CTX_use_PrivateKey(pointer, key) == 1, unsafe SSL_CTX_check_private_key(pointer) == 1
        else {
            ERR_clear_error()
            throw TLSConfigurationError(.privateKey, index: index, "is not the key of the certificate")
        }
    }

    /// Trusts what the text holds and nothing else. With `announced`, clients are told the names.
    func trust(_ authorities: [UInt8], announced: Bool) throws(TLSConfigurationError) {
        let store = unsafe SSL_CTX_get_cert_store(pointer)
        do throws(PEM.Failure) {
            try unsafe PEM.forEachCertificate(authorities) { (one, _) throws(PEM.Failure) in
                guard unsafe X509_STORE_add_cert(store, one) == 1,
                    unsafe !announced || SSL_CTX_add_client_CA(pointer, one) == 1
                else { throw PEM.Failure(message: "holds a certificate that cannot be used") }
            }
        } catch {
            throw TLSConfigurationError(.authorities, error.message)
        }
    }

    /// Seconds from `now` (Unix) until the certificate expires, negative afterwards; nil without a certificate.
    func secondsUntilExpiry(now: Int64) -> Int64? {
        guard let certificate = unsafe SSL_CTX_get0_certificate(pointer),
            let end = unsafe X509_get0_notAfter(certificate)
        else { return nil }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let from = unsafe ASN1_TIME_set(nil, Int(now)) else { return nil }
        defer { unsafe ASN1_TIME_free(from) }
        guard unsafe ASN1_TIME_diff(&days, &seconds, from, end) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }

    /// The certificate is for this DNS name (RFC 6125; wildcards for a whole leftmost label only).
    func isFor(_ name: UnsafePointer<CChar>) -> Bool {
        guard let certificate = unsafe SSL_CTX_get0_certificate(pointer) else { return false }
        let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        return unsafe X509_check_host(certificate, name, 0, flags, nil) == 1
    }
}

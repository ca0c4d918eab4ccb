import COpenSSL

/// Reads certificates and keys as PEM. Each function throws a sentence that says what is wrong with the text.
enum PEM {
    /// A text that is not what it should be.
    struct Failure: Error {
        let message: String
    }

    /// Files with more certificates are refused; bundles of all public authorities have about 150.
    private static let certificatesMax = 4096

    /// Gives every certificate of the text to `body`, in order; throws if there is none.
    static func forEachCertificate(
        _ text: [UInt8], _ body: (_ certificate: OpaquePointer, _ index: Int) throws(Failure) -> Void
    ) throws(Failure) {
        let source = try unsafe reader(text)
        defer { unsafe BIO_free(source) }
        var count = 0
        ERR_clear_error()
        while let certificate = unsafe PEM_read_bio_X509(source, nil, nil, nil) {
            defer { unsafe X509_free(certificate) }
            guard count < certificatesMax else { throw Failure(message: "holds too many certificates") }
            try unsafe body(certificate, count)
            count += 1
        }
        let isAtEnd = ossgate_is_end_of_pem(ERR_peek_last_error()) == 1
        let reason = OpenSSLErrors.take()
        guard count > 0 else { throw Failure(message: "holds no certificate in PEM form") }
        guard isAtEnd else { throw Failure(message: "certificate \(count + 1) is damaged (\(reason))") }
    }

    /// The private key of the text; the caller frees it.
    static func privateKey(_ text: [UInt8]) throws(Failure) -> OpaquePointer {
        let source = try unsafe reader(text)
        defer { unsafe BIO_free(source) }
        ERR_clear_error()
        // Without a callback OpenSSL would ask the terminal for a passphrase.
        guard let key = unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else {
            let reason = OpenSSLErrors.take()
            let isEncrypted = String(decoding: text.prefix(4096), as: UTF8.self).contains("ENCRYPTED")
            throw Failure(
                message: isEncrypted
                    ? "is encrypted; ossgate takes no passphrase, so decrypt it first"
                    : "holds no private key in PEM form (\(reason))")
        }
        return unsafe key
    }

    private static func reader(_ text: [UInt8]) throws(Failure) -> OpaquePointer {
        guard let source = unsafe BIO_new(BIO_s_mem()) else { throw Failure(message: "no memory is left") }
        let written = unsafe text.withUnsafeBytes {
            unsafe BIO_write(source, $0.baseAddress, Int32(clamping: $0.count))
        }
        guard written == text.count || text.isEmpty else {
            unsafe BIO_free(source)
            throw Failure(message: "is too large")
        }
        return unsafe source
    }
}

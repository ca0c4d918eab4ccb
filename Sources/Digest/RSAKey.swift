import COpenSSL

/// An RSA key pair of 2048 bits that lives as long as this value, for signatures whose form is somebody else's choice.
///
/// @safe: `key` comes from `EVP_PKEY_generate`, is never changed after `init` and freed once, in `deinit`; callers never
/// see it.
@safe package final class RSAKey {
    private let key: OpaquePointer

    /// Takes a fraction of a second; nil when OpenSSL cannot make one.
    package init?() {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_generate(context, &made) == 1,
            let made = unsafe made
        else {
            ERR_clear_error()
            return nil
        }
        unsafe key = made
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The signature of the MD5 of a message (PKCS #1, version 1.5); nil where MD5 is not available.
    package func md5Signature(of message: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var count = unsafe Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: count)
        guard unsafe EVP_DigestSignInit_ex(context, nil, "MD5", nil, nil, key, nil) == 1,
            unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else {
            ERR_clear_error()
            return nil
        }
        return Array(signature[..<count])
    }

    /// The public half as a file (RFC 7468); nil when memory is exhausted.
    package var publicPEM: [UInt8]? {
        guard let output = unsafe BIO_new(BIO_s_mem()) else { return nil }
        defer { unsafe BIO_free(output) }
        guard unsafe PEM_write_bio_PUBKEY(output, key) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe BIO_read(output, &bytes, 4096)
        return count > 0 ? Array(bytes[..<Int(count)]) : nil
    }
}

import COpenSSL

/// Keyed hashes (RFC 2104), in one call: signatures are computed over short strings.
package enum HMAC {
    /// 20 bytes.
    package static func sha1(key: Span<UInt8>, message: Span<UInt8>) -> [UInt8] {
        code(.sha1, key: key, message: message)
    }

    /// 32 bytes.
    package static func sha256(key: Span<UInt8>, message: Span<UInt8>) -> [UInt8] {
        code(.sha256, key: key, message: message)
    }

    private static func code(_ algorithm: EVPAlgorithm, key: Span<UInt8>, message: Span<UInt8>) -> [UInt8] {
        // OpenSSL takes a null key for "as before", so that an empty one needs an address.
        let placeholder: [UInt8] = [0]
        return unsafe key.withUnsafeBufferPointer { keyBuffer in
            unsafe placeholder.withUnsafeBufferPointer { empty in
                unsafe message.withUnsafeBufferPointer { text in
                    unsafe [UInt8](unsafeUninitializedCapacity: algorithm.count) { out, written in
                        let result = unsafe COpenSSL.HMAC(
                            algorithm.pointer, keyBuffer.baseAddress ?? empty.baseAddress,
                            Int32(keyBuffer.count), text.baseAddress, text.count, out.baseAddress, nil)
                        unsafe precondition(result != nil, "OpenSSL cannot compute a keyed hash")
                        written = algorithm.count
                    }
                }
            }
        }
    }
}

/// True when both are equal, in a time that depends on their counts only: for signatures and other secrets.
package func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBufferPointer { first in
        unsafe right.withUnsafeBufferPointer { second in
            unsafe CRYPTO_memcmp(first.baseAddress, second.baseAddress, first.count) == 0
        }
    }
}

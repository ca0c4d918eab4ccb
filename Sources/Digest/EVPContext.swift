import COpenSSL

/// A digest algorithm of OpenSSL, fetched once per process: a fetch per use costs more than a small digest.
///
/// @safe: `address` is written once, by `init`, from `EVP_MD_fetch`, and the algorithm behind it is immutable,
/// counted by OpenSSL and never freed. An address instead of a pointer, because it is shared by all threads.
@safe struct EVPAlgorithm: Sendable {
    static let md5 = EVPAlgorithm("MD5", count: 16)
    static let sha1 = EVPAlgorithm("SHA1", count: 20)
    static let sha256 = EVPAlgorithm("SHA256", count: 32)

    /// Bytes of a digest.
    let count: Int
    private let address: UInt

    private init(_ name: StaticString, count: Int) {
        self.count = count
        address = unsafe UInt(
            bitPattern: EVP_MD_fetch(
                nil, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), nil))
        if address == 0 { ERR_clear_error() }
    }

    /// False when the library does not offer the algorithm, such as MD5 under FIPS rules; then no digest can be
    /// made, and `Digest.selfTest` says so at start.
    var isAvailable: Bool { address != 0 }

    /// For calls into OpenSSL; nil if not available.
    var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }
}

/// One running digest of OpenSSL, of any algorithm. It owns its context and frees it.
///
/// @safe: `context` comes from `EVP_MD_CTX_new`, is used only by methods of this non-copyable value, one at a
/// time, and is freed once, in `deinit`; callers never see it.
@safe struct EVPContext: ~Copyable {
    private let context: OpaquePointer
    private let count: Int

    /// Traps when memory is exhausted or the algorithm is not available, which `Digest.selfTest` has ruled out.
    init(_ algorithm: EVPAlgorithm) {
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, algorithm.pointer, nil) == 1
        else { preconditionFailure("OpenSSL cannot begin a digest; available: \(algorithm.isAvailable)") }
        unsafe self.context = context
        count = algorithm.count
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    mutating func update(_ bytes: Span<UInt8>) {
        let updated = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
        precondition(updated == 1, "OpenSSL refused bytes of a digest")
    }

    consuming func finish() -> [UInt8] {
        let count = count
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            let finished = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(finished == 1, "OpenSSL cannot finish a digest")
            written = count
        }
    }
}

/// A running MD5 (RFC 1321), as `Content-MD5` and ETags need it. It owns one context of OpenSSL; keep it in a
/// final class as `var md5: MD5?`, feed it with `md5?.update(...)`, and end it with `md5.take()?.finish()`.
package struct MD5: ~Copyable {
    private var context = EVPContext(.md5)

    package init() {}

    package mutating func update(_ bytes: Span<UInt8>) { context.update(bytes) }

    /// The 16 bytes of the digest.
    package consuming func finish() -> [UInt8] { context.finish() }

    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var running = MD5()
        running.update(bytes)
        return running.finish()
    }
}

/// A running SHA-1 (FIPS 180-4), kept and used like `MD5`.
package struct SHA1: ~Copyable {
    private var context = EVPContext(.sha1)

    package init() {}

    package mutating func update(_ bytes: Span<UInt8>) { context.update(bytes) }

    /// The 20 bytes of the digest.
    package consuming func finish() -> [UInt8] { context.finish() }

    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var running = SHA1()
        running.update(bytes)
        return running.finish()
    }
}

/// A running SHA-256 (FIPS 180-4), kept and used like `MD5`.
package struct SHA256: ~Copyable {
    private var context = EVPContext(.sha256)

    package init() {}

    package mutating func update(_ bytes: Span<UInt8>) { context.update(bytes) }

    /// The 32 bytes of the digest.
    package consuming func finish() -> [UInt8] { context.finish() }

    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var running = SHA256()
        running.update(bytes)
        return running.finish()
    }
}

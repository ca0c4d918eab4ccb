import Bytes
import Digest
import Testing

/// OpenSSL's digests behind their wrappers: published values, splits, and life inside classes and optionals.
@Suite struct HashTests {
    private func hex(_ bytes: [UInt8]) -> String { Hex.encode(bytes)[...].text }
    // A `#expect` cannot hold a span.
    private func md5(_ bytes: [UInt8]) -> [UInt8] { MD5.hash(bytes.span) }
    private func sha1(_ bytes: [UInt8]) -> [UInt8] { SHA1.hash(bytes.span) }
    private func sha256(_ bytes: [UInt8]) -> [UInt8] { SHA256.hash(bytes.span) }
    private func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool { constantTimeEqual(left.span, right.span) }

    private func hmacSHA1(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        HMAC.sha1(key: key.span, message: message.span)
    }

    private func hmacSHA256(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        HMAC.sha256(key: key.span, message: message.span)
    }

    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ])
    func md5OfRFC1321(_ text: String, _ digest: String) {
        #expect(hex(md5(Array(text.utf8))) == digest)
    }

    @Test func shaOfFIPS180() {
        let abc = Array("abc".utf8)
        #expect(hex(sha1(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            hex(sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    /// RFC 2202 and RFC 4231, case 2; RFC 4231, case 6 (key longer than a block); and an empty key.
    @Test func keyedHashes() {
        let jefe = Array("Jefe".utf8)
        let question = Array("what do ya want for nothing?".utf8)
        #expect(
            hex(hmacSHA1(jefe, question))
                == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        #expect(
            hex(hmacSHA256(jefe, question))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = [UInt8](repeating: 0xAA, count: 131)
        let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(
            hex(hmacSHA256(long, message))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        #expect(
            hex(hmacSHA256([], []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    /// How an exchange keeps digests: optional, mutated in place, taken out at the end.
    private final class Holder {
        var md5: MD5?
        var sha256: SHA256?

        init() {
            md5 = MD5()
            sha256 = SHA256()
        }

        func update(_ bytes: Span<UInt8>) {
            md5?.update(bytes)
            sha256?.update(bytes)
        }

        func finish() -> [UInt8]? { md5.take()?.finish() }
    }

    @Test func livesInAClassAndAnOptional() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for step in [1_000, 4_097, 65_536, 100_000] {
            let holder = Holder()
            for start in stride(from: 0, to: bytes.count, by: step) {
                holder.update(bytes.span.extracting(start..<min(start + step, bytes.count)))
            }
            #expect(holder.finish() == md5(bytes))
            #expect(holder.finish() == nil)
            #expect(holder.sha256.take()?.finish() == sha256(bytes))
        }
    }

    @Test func comparesInConstantTime() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(equal(bytes, [1, 2, 3]))
        #expect(!equal(bytes, [1, 2, 4]))
        #expect(!equal(bytes, [1, 2]))
        #expect(equal([], []))
    }

    @Test func selfTestPasses() {
        #expect(Digest.selfTest())
        #expect(OpenSSLVersion.text.hasPrefix("OpenSSL 3"))
    }
}

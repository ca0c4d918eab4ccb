import CKernels
import COpenSSL

/// What the whole process asks of its digests once, at start.
package enum Digest {
    /// True when every digest of this target gives its published value on this machine and with this OpenSSL.
    /// A library without MD5 (FIPS rules) fails here; after a success the digests trap on failure, because only
    /// exhausted memory is left as a cause.
    package static func selfTest() -> Bool {
        guard EVPAlgorithm.md5.isAvailable, EVPAlgorithm.sha1.isAvailable, EVPAlgorithm.sha256.isAvailable
        else { return false }
        let empty: [UInt8] = []
        let key = Array("Jefe".utf8)
        let message = Array("what do ya want for nothing?".utf8)
        let check = Array("123456789".utf8)
        let abc = Array("abc".utf8)
        return CRC64.hash(check.span) == 11_051_210_869_376_104_954 && kernelsAgree() && lanesAgree()
            && MD5.hash(empty.span) == [
                0xD4, 0x1D, 0x8C, 0xD9, 0x8F, 0x00, 0xB2, 0x04, 0xE9, 0x80, 0x09, 0x98, 0xEC, 0xF8, 0x42,
                0x7E,
            ]
            && MD5.hash(abc.span) == [
                0x90, 0x01, 0x50, 0x98, 0x3C, 0xD2, 0x4F, 0xB0, 0xD6, 0x96, 0x3F, 0x7D, 0x28, 0xE1, 0x7F,
                0x72,
            ]
            && SHA1.hash(abc.span).starts(with: [0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A])
            && SHA256.hash(abc.span).starts(with: [0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA])
            && HMAC.sha256(key: key.span, message: message.span)
                .starts(with: [0x5B, 0xDC, 0xC1, 0x46, 0xBF, 0x60, 0x75, 0x4E])
    }

    /// The published check value is too short to reach the folding kernels; the portable one judges them.
    private static func kernelsAgree() -> Bool {
        let bytes = (0..<1_021).map { UInt8(truncatingIfNeeded: $0 &* 167) }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            [15, 16, 127, 255, 256, 511, 512, 1_021].allSatisfy { count in
                unsafe ossgate_crc64(1, buffer.baseAddress, count)
                    == ossgate_crc64_portable(1, buffer.baseAddress, count)
            }
        }
    }

    /// All lanes of the best MD5 kernel against OpenSSL.
    private static func lanesAgree() -> Bool {
        let lanes = MD5Lanes()
        let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 167) }
        let collectors = (0..<16).map { index in
            let collector = DigestCollector()
            let lane = lanes.open()
            lane.update(bytes.span.extracting(0..<(20 * index + 180)))
            lane.finish(collector)
            return collector
        }
        lanes.work(isIdle: true)
        return collectors.enumerated().allSatisfy { index, collector in
            collector.digest == MD5.hash(bytes.span.extracting(0..<(20 * index + 180)))
        }
    }
}

private final class DigestCollector: MD5Listener {
    private(set) var digest: [UInt8] = []
    func md5Ready(_ digest: [UInt8]) { self.digest = digest }
}

/// The OpenSSL that the process has loaded.
package enum OpenSSLVersion {
    /// Such as `OpenSSL 3.0.15 3 Sep 2024`.
    package static var text: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}

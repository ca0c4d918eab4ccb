import CKernels

/// A running CRC-64/XZ, the checksum of `x-oss-hash-crc64ecma` (data validation page of the OSS guide): ECMA-182
/// polynomial, reflected, all ones in and out. A value; it owns nothing.
package struct CRC64: Sendable {
    /// The checksum of the bytes so far; 0 for none. OSS writes it in decimal.
    package private(set) var value: UInt64 = 0

    package init() {}

    /// Goes on from bytes whose checksum is known.
    package init(continuing value: UInt64) { self.value = value }

    package mutating func update(_ bytes: Span<UInt8>) {
        value = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe ossgate_crc64(value, buffer.baseAddress, buffer.count)
        }
    }

    /// The same for bytes that are copied to `target` on the way, where there is room for them.
    mutating func update(_ bytes: Span<UInt8>, copyingTo target: UnsafeMutableRawPointer) {
        value = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe ossgate_crc64_copy(value, target, buffer.baseAddress, buffer.count)
        }
    }

    package static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var crc = CRC64()
        crc.update(bytes)
        return crc.value
    }

    /// The checksum of A followed by B, from those of both and the number of bytes in B.
    package static func combine(_ first: UInt64, _ second: UInt64, secondCount: UInt64) -> UInt64 {
        ossgate_crc64_combine(first, second, secondCount)
    }

    /// True when this processor computes it by carry-less multiplication; else by tables, some ten times slower.
    package static var isAccelerated: Bool { ossgate_crc64_is_accelerated() != 0 }
}

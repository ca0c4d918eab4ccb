import Digest
import Foundation

/// How fast digests are on this processor without anything around them.
enum DigestRates {
    /// MB of one stream of OpenSSL's MD5 in pieces of 64 KiB for each second of processor time: the best of five short
    /// runs.
    static func openSSL() -> Double {
        let piece = [UInt8](repeating: 0x61, count: 64 << 10)
        let pieces = 512
        var best = Double.infinity
        for _ in 0..<5 {
            let start = clock()
            var running = MD5()
            for _ in 0..<pieces { running.update(piece.span) }
            let digest = running.finish()
            guard digest.count == 16 else { fail("a digest has 16 bytes") }
            best = min(best, Double(clock() - start) / 1e6)
        }
        return Double(pieces * piece.count) / best / 1e6
    }
}

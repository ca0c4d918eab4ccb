import Digest

/// How fast digests are on this processor without anything around them.
enum DigestRates {
    /// MB/s of one stream of OpenSSL's MD5 in pieces of 64 KiB: the best of five short runs.
    static func openSSL() -> Double {
        let piece = [UInt8](repeating: 0x61, count: 64 << 10)
        let pieces = 512
        let clock = ContinuousClock()
        var best = Duration.seconds(3600)
        for _ in 0..<5 {
            let start = clock.now
            var running = MD5()
            for _ in 0..<pieces { running.update(piece.span) }
            let digest = running.finish()
            guard digest.count == 16 else { fail("a digest has 16 bytes") }
            best = min(best, clock.now - start)
        }
        return Double(pieces * piece.count) / (Double(best.components.attoseconds) / 1e18) / 1e6
    }
}

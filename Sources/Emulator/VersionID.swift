import Bytes

/// Names of versions: opaque texts of 64 letters and digits, as the service's are.
enum VersionID {
    /// A name that was never given before: from the number of the version and 112 random bits.
    static func make(_ sequence: Int64) -> String {
        var generator = SystemRandomNumberGenerator()
        var seed: [UInt8] = []
        for shift in stride(from: 56, through: 0, by: -8) {
            seed.append(UInt8(truncatingIfNeeded: sequence >> Int64(shift)))
        }
        for _ in 0..<14 { seed.append(UInt8.random(in: 0...255, using: &generator)) }
        // The Base64 form of hexadecimal digits has neither of its two special characters, and 45 bytes no padding.
        let text = Base64.encode(Hex.encode(seed) + [ASCII.zero])
        return "CAEQ" + String(decoding: text, as: UTF8.self)
    }
}

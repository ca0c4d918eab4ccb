import Bytes

/// The id of one request: 24 upper-case hexadecimal digits, of which the first 8 are Unix seconds.
package struct RequestID: Sendable, Hashable, CustomStringConvertible {
    private let seconds: UInt32
    private let rest: UInt64

    package init(unixSeconds: UInt32, rest: UInt64) {
        seconds = unixSeconds
        self.rest = rest
    }

    /// The 24 digits.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(24)
        for shift in stride(from: UInt32(28), through: 0, by: -4) {
            out.append(Hex.digit(UInt8(seconds &>> shift & 15), upper: true))
        }
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            out.append(Hex.digit(UInt8(rest &>> shift & 15), upper: true))
        }
        return out
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// Makes ids that do not repeat: a random start per source and a step of an odd constant, so that ids of one
/// shard look unrelated and two shards collide with a chance of 2^-64. One per shard; it needs no lock.
package struct RequestIDSource: Sendable {
    private var state: UInt64 = .random(in: .min ... .max)

    package init() {}

    /// The next id of a request that came at `unixSeconds`.
    package mutating func next(unixSeconds: Int64) -> RequestID {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return RequestID(unixSeconds: UInt32(truncatingIfNeeded: unixSeconds), rest: mixed ^ mixed &>> 31)
    }
}

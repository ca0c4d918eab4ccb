package import Bytes

/// An IP address read from its text, without any look-up.
package enum IPAddress: Sendable, Equatable {
    case v4(UInt32)
    case v6(UInt128)

    /// Four decimal octets.
    package init?(v4 text: ByteSlice) {
        var address: UInt32 = 0
        var octets = 0
        for label in text.split(separator: ASCII.dot, maxSplits: 4, omittingEmptySubsequences: false) {
            guard let octet = label.decimal, octet <= 255, octets < 4 else { return nil }
            address = address &<< 8 | UInt32(octet)
            octets += 1
        }
        guard octets == 4 else { return nil }
        self = .v4(address)
    }

    /// The text form of RFC 4291, section 2.2, with an IPv4 tail perhaps; a zone (RFC 6874) says nothing about the
    /// range and is left out.
    package init?(v6 text: ByteSlice) {
        let text = text.prefix { $0 != ASCII.percent }
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var hasGap = false
        var rest = text
        if rest.hasPrefix("::") {
            hasGap = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: ASCII.colon) ?? rest.endIndex
            guard let groups = Self.groups(rest[..<end], isLast: end == rest.endIndex) else { return nil }
            if hasGap { tail += groups } else { head += groups }
            guard head.count + tail.count <= 8 else { return nil }
            rest = rest[end...]
            guard !rest.isEmpty else { break }
            if rest.hasPrefix("::"), !hasGap {
                hasGap = true
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
                // A single colon at the end, or a second gap.
                guard let next = rest.first, next != ASCII.colon else { return nil }
            }
        }
        let missing = 8 - head.count - tail.count
        guard hasGap ? missing >= 1 : missing == 0 else { return nil }
        let all = head + Array(repeating: 0, count: missing) + tail
        self = .v6(all.reduce(UInt128(0)) { $0 &<< 16 | UInt128($1) })
    }

    /// One group of up to four hexadecimal digits, or the IPv4 tail as two.
    private static func groups(_ text: ByteSlice, isLast: Bool) -> [UInt16]? {
        if isLast, text.contains(ASCII.dot) {
            guard case .v4(let address) = IPAddress(v4: text) else { return nil }
            return [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
        }
        guard (1...4).contains(text.count) else { return nil }
        var group: UInt16 = 0
        for byte in text {
            guard let digit = Hex.value(byte) else { return nil }
            group = group &<< 4 | UInt16(digit)
        }
        return [group]
    }
}

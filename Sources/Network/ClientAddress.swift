package import Bytes

/// Where a connection or a request comes from.
package enum ClientAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(UInt128)
    case unix
    /// Not told, or in no known form; it is in no range.
    case unknown

    /// The text of an address as `description` gives it; what is none is `unknown`.
    package init(_ text: String) {
        let bytes = [UInt8](text.utf8)[...]
        if text == "unix" {
            self = .unix
            return
        }
        switch IPAddress(v4: bytes) ?? IPAddress(v6: bytes) {
        case let address?: self.init(address)
        case nil: self = .unknown
        }
    }

    /// An IPv4 address in IPv6 is the former.
    package init(_ address: IPAddress) {
        switch address {
        case .v4(let value): self = .v4(value)
        case .v6(let value):
            self = value >> 32 == 0xFFFF ? .v4(UInt32(truncatingIfNeeded: value)) : .v6(value)
        }
    }

    /// What another host wrote: an address and nothing else. Neither octets with a zero in front, which some read as
    /// octal, nor zones, which mean something on the other host alone.
    package init?(strictly text: ByteSlice) {
        guard text.count <= 45, !text.contains(ASCII.percent), !Self.hasLeadingZero(text),
            let address = IPAddress(v4: text) ?? IPAddress(v6: text)
        else { return nil }
        self.init(address)
    }

    /// Four or sixteen bytes, the first the highest.
    package init?(bytes: ByteSlice) {
        let value = bytes.reduce(UInt128(0)) { $0 &<< 8 | UInt128($1) }
        switch bytes.count {
        case 4: self.init(.v4(UInt32(truncatingIfNeeded: value)))
        case 16: self.init(.v6(value))
        default: return nil
        }
    }

    private static func hasLeadingZero(_ text: ByteSlice) -> Bool {
        guard text.contains(ASCII.dot) else { return false }
        let octets = text[(text.lastIndex(of: ASCII.colon).map { $0 + 1 } ?? text.startIndex)...]
        return octets.split(separator: ASCII.dot).contains { $0.count > 1 && $0.first == ASCII.zero }
    }

    /// Whom the address stands for where clients are told apart: of IPv6 the network, in which one client has as many
    /// addresses as it likes (RFC 6177). nil for what is no address.
    package var client: ClientAddress? {
        switch self {
        case .v4: self
        case .v6(let value): .v6((value &>> 64) &<< 64)
        case .unix, .unknown: nil
        }
    }
}

extension ClientAddress: CustomStringConvertible {
    /// As RFC 5952 writes it; `unix` and `unknown` for the others.
    package var description: String {
        switch self {
        case .unix: "unix"
        case .unknown: "unknown"
        case .v4(let value): "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        case .v6(let value): Self.text(value)
        }
    }

    private static func text(_ value: UInt128) -> String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> (112 - 16 * UInt128($0))) }
        let gap = longestGap(groups)
        func join(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard gap.count > 1 else { return join(groups[...]) }
        return join(groups[..<gap.lowerBound]) + "::" + join(groups[gap.upperBound...])
    }

    /// The first of the longest runs of zeros.
    private static func longestGap(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in groups.indices {
            if groups[index] != 0 { start = index + 1 }
            if index + 1 - start > longest.count { longest = start..<(index + 1) }
        }
        return longest
    }

    /// A byte that tells the kinds apart, and then one for each bit from the highest; nil when there is no address.
    package var bits: [UInt8]? {
        switch self {
        case .v4(let value): [4] + (0..<32).map { UInt8(truncatingIfNeeded: value &>> (31 - $0) & 1) }
        case .v6(let value): [6] + (0..<128).map { UInt8(truncatingIfNeeded: value &>> (127 - $0) & 1) }
        case .unix: [0]
        case .unknown: nil
        }
    }
}

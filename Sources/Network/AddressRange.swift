import Bytes

/// A range of IP addresses as CIDR writes it (RFC 4632, RFC 4291 section 2.3), or one address.
package struct AddressRange: Sendable, Equatable {
    private enum Base: Sendable, Equatable {
        case v4(UInt32)
        case v6(UInt128)
        /// Connections over Unix sockets, which have no address.
        case unix
    }

    /// Why a text is no range, to follow its path in a message.
    package struct Malformed: Error {
        package let message: String
    }

    private let base: Base
    private let bits: Int

    /// `10.0.0.0/8`, `2001:db8::/32`, a single address, or `unix`.
    package init(_ text: String) throws(Malformed) {
        guard text != "unix" else {
            (base, bits) = (.unix, 0)
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bytes = [UInt8](parts[0].utf8)[...]
        guard let address = IPAddress(v4: bytes) ?? IPAddress(v6: bytes), !bytes.contains(ASCII.percent)
        else {
            throw Malformed(message: "must be an address or a range such as \"10.0.0.0/8\", not \"\(text)\"")
        }
        let width = if case .v4 = address { 32 } else { 128 }
        let prefix = parts.count == 2 ? [UInt8](parts[1].utf8)[...].decimal : UInt64(width)
        guard let prefix, prefix <= UInt64(width) else {
            throw Malformed(message: "the length of \"\(text)\" must be a number from 0 to \(width)")
        }
        bits = Int(prefix)
        let host = width - bits
        switch address {
        case .v4(let value):
            guard Self.kept(UInt128(value), host) == UInt128(value) else {
                throw Malformed(message: "\"\(text)\" has bits set after its first \(bits)")
            }
            base = .v4(value)
        case .v6(let value):
            guard Self.kept(value, host) == value else {
                throw Malformed(message: "\"\(text)\" has bits set after its first \(bits)")
            }
            base = .v6(value)
        }
    }

    /// `value` without its last `host` bits.
    private static func kept(_ value: UInt128, _ host: Int) -> UInt128 {
        host >= 128 ? 0 : (value &>> UInt128(host)) &<< UInt128(host)
    }

    /// The bits that its addresses begin with, as `ClientAddress.bits` has them.
    package var sharedBits: [UInt8] {
        switch base {
        case .v4(let value): ClientAddress.v4(value).bits.map { Array($0.prefix(1 + bits)) } ?? []
        case .v6(let value): ClientAddress.v6(value).bits.map { Array($0.prefix(1 + bits)) } ?? []
        case .unix: ClientAddress.unix.bits ?? []
        }
    }

    package func contains(_ address: ClientAddress) -> Bool {
        switch (base, address) {
        case (.v4(let own), .v4(let other)): Self.kept(UInt128(other), 32 - bits) == UInt128(own)
        case (.v6(let own), .v6(let other)): Self.kept(other, 128 - bits) == own
        case (.unix, .unix): true
        default: false
        }
    }
}

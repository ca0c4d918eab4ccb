import Network

/// Whether the service may be asked to call an address.
extension IPAddress {
    /// In the ranges that the service calls private ("Callback" page, EC 0007-00000008).
    var isPrivate: Bool {
        switch self {
        case .v4(let address): Self.isPrivate(v4: address)
        case .v6(let address):
            if address >> 32 == 0xFFFF {
                Self.isPrivate(v4: UInt32(truncatingIfNeeded: address))  // IPv4-mapped.
            } else {
                address == 1 || address >> 121 == 0xFC >> 1 || address >> 118 == 0xFE80 >> 6
            }
        }
    }

    private static func isPrivate(v4 address: UInt32) -> Bool {
        switch address >> 24 {
        case 0, 10, 127: true
        case 100: address >> 22 == 100 << 2 | 64 >> 6
        case 169: address >> 16 == 169 << 8 | 254
        case 172: address >> 20 == 172 << 4 | 16 >> 4
        case 192: address >> 16 == 192 << 8 | 168
        default: false
        }
    }
}

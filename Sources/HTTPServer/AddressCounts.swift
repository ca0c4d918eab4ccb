import Network
import Synchronization

/// How many connections, and requests that proxies forward, each client has at once, over all shards. Clients are told
/// apart by address, in IPv6 by network. An entry is there only while something is counted in it, so that the table is
/// bounded by what is open. Locks are held for one look-up, and taken only where there is a limit.
package final class AddressCounts: Sendable {
    private static let stripeCount = 64
    /// Of one stripe; further clients are not counted.
    private static let entriesMax = 1 << 14
    private let stripes: [Stripe]

    private final class Stripe: Sendable {
        let counts = Mutex<[ClientAddress: Int]>([:])
    }

    /// What becomes of one more.
    enum Decision {
        case admitted(AddressSlot?)
        /// It is answered with a refusal; as many are as are admitted.
        case refused(AddressSlot)
        /// There are too many even to be answered.
        case closed
    }

    package init() { stripes = (0..<Self.stripeCount).map { _ in Stripe() } }

    /// One more of `address`, of which `max` are admitted; 0 for all.
    func enter(_ address: ClientAddress, max: Int) -> Decision {
        guard max > 0, let client = address.client else { return .admitted(nil) }
        let before: Int? = stripe(of: client).counts.withLock { counts in
            let count = counts[client]
            guard count != nil || counts.count < Self.entriesMax else { return nil }
            if count ?? 0 < 2 * max { counts[client] = (count ?? 0) + 1 }
            return count ?? 0
        }
        guard let before else { return .admitted(nil) }
        guard before < 2 * max else { return .closed }
        let slot = AddressSlot(self, client)
        return before < max ? .admitted(slot) : .refused(slot)
    }

    fileprivate func leave(_ client: ClientAddress) {
        stripe(of: client).counts.withLock { counts in
            guard let count = counts[client] else { return }
            counts[client] = count > 1 ? count - 1 : nil
        }
    }

    private func stripe(of client: ClientAddress) -> Stripe {
        stripes[Int(UInt(bitPattern: client.hashValue) % UInt(Self.stripeCount))]
    }
}

/// One place among those of a client, given back when it goes away.
final class AddressSlot {
    private let counts: AddressCounts
    private let client: ClientAddress

    fileprivate init(_ counts: AddressCounts, _ client: ClientAddress) {
        self.counts = counts
        self.client = client
    }

    deinit { counts.leave(client) }
}

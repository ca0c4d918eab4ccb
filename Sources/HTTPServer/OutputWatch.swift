import Reactor

/// Watches a client that does not take what is sent to it as fast as it comes: it has to take some of it within each idle
/// time, and to keep up the minimum rate, unless it takes all that waits between two looks: then it is not the client who
/// is slow. It belongs to one shard.
final class OutputWatch {
    /// Bytes since the beginning: what was sent, and what the client has taken of it.
    struct Output {
        let sent: UInt64
        let taken: UInt64
    }

    private static let looksPerWindow: UInt64 = 10
    private unowned let server: Server
    /// nil when nothing waits for the client.
    private let output: () -> Output?
    /// Something else holds the output up, which is watched too.
    private let isHeldUp: () -> Bool
    /// Called when the client is given up.
    private let giveUp: () -> Void
    private lazy var deadline = Deadline(server.core) { [unowned self] in look() }
    private var rate = BodyRate(from: nil)
    private var seen = Output(sent: 0, taken: 0)
    private var movedAt: UInt64 = 0

    /// The closures may hold their owner unowned if that calls `retire` when it is done.
    init(
        _ server: Server, output: @escaping () -> Output?, isHeldUp: @escaping () -> Bool = { false },
        giveUp: @escaping () -> Void
    ) {
        self.server = server
        self.output = output
        self.isHeldUp = isHeldUp
        self.giveUp = giveUp
    }

    /// Of all that is sent on a connection, by what the system of the client has acknowledged.
    convenience init(_ server: Server, _ connection: Connection, giveUp: @escaping () -> Void) {
        self.init(
            server,
            output: { [unowned connection] in
                let pending = connection.pendingBytes
                guard pending > 0 else { return nil }
                return Output(
                    sent: connection.bytesWritten + UInt64(pending), taken: connection.bytesAcknowledged)
            }, giveUp: giveUp)
    }

    /// Something waits for the client.
    func begin() {
        guard !deadline.isSet, let output = output() else { return }
        seen = output
        movedAt = server.core.now
        rate = BodyRate(from: movedAt)
        deadline.set(after: interval)
    }

    func retire() { deadline.retire() }

    private var interval: UInt64 {
        let settings = server.settings
        guard settings.bodyBytesPerSecondMin > 0 else { return settings.bodyIdleNanoseconds }
        return min(settings.bodyIdleNanoseconds, settings.rateWindowNanoseconds / Self.looksPerWindow)
    }

    private func look() {
        guard let output = output() else { return }
        let now = server.core.now
        if output.taken > seen.taken {
            rate.add(output.taken - seen.taken)
            movedAt = now
        }
        if output.taken >= seen.sent || isHeldUp() {
            rate = BodyRate(from: now)
            movedAt = now
        }
        seen = output
        let isIdle = now &- movedAt >= server.settings.bodyIdleNanoseconds
        guard !isIdle, !rate.isTooSlow(server.settings, at: now) else { return giveUp() }
        deadline.set(after: interval)
    }
}

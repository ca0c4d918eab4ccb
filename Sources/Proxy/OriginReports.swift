import Synchronization

/// Tells the operator why an origin cannot be reached, is not trusted or does not answer: each reason of each origin once a
/// minute, and how often it came meanwhile. Shared by the shards; only failures come here.
package final class OriginReports: Sendable {
    private static let pauseNanoseconds: UInt64 = 60_000_000_000
    /// Further reasons are not told until the others are old.
    private static let entriesMax = 64

    private struct Entry {
        var toldAt: UInt64
        /// Since then.
        var count = 0
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let tell: @Sendable (String) -> Void

    /// `tell` is called on shards: it must not wait.
    package init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    /// `now` is monotonic nanoseconds.
    package func failed(_ origin: String, _ cause: String, at now: UInt64) {
        let reason = "origin \(origin): \(cause)"
        let before: Int? = entries.withLock { entries in
            if let entry = entries[reason], now &- entry.toldAt < Self.pauseNanoseconds {
                entries[reason]?.count += 1
                return nil
            }
            let before = entries[reason]?.count ?? 0
            if entries.count >= Self.entriesMax {
                entries = entries.filter { now &- $0.value.toldAt < Self.pauseNanoseconds }
            }
            guard entries.count < Self.entriesMax else { return nil }
            entries[reason] = Entry(toldAt: now)
            return before
        }
        guard let before else { return }
        tell(before > 0 ? "\(reason) (\(before) times more since the last such line)" : reason)
    }
}

import Bytes
import Synchronization

/// The latest refusals, for whoever asks the admin listener; bounded, the oldest go first. Shards add, anybody reads.
package final class RecentRejections: Sendable {
    package static let countMax = 256

    /// What a reader may ask for; all that is given has to fit.
    package struct Wanted: Sendable {
        package var code: String?
        package var rule: String?
        package var bucket: String?
        package var client: String?

        package init() {}
    }

    private struct Entry {
        let code: String
        let rule: String
        let bucket: String?
        let client: String
        let line: [UInt8]
    }

    private struct Ring {
        var entries: [Entry] = []
        /// Where the next one goes once the ring is full.
        var next = 0
        var total: UInt64 = 0

        /// The oldest first.
        var inOrder: ArraySlice<Entry> { entries[next...] + entries[..<next] }
    }

    private let ring = Mutex(Ring())

    package init() {}

    /// `line` is that of the record, with its line feed.
    package func add(_ record: RejectionRecord, line: [UInt8]) {
        let entry = Entry(
            code: record.code, rule: record.rule, bucket: record.bucket?.text, client: record.clientAddress,
            line: line)
        ring.withLock { ring in
            ring.total += 1
            if ring.entries.count < Self.countMax {
                ring.entries.append(entry)
            } else {
                ring.entries[ring.next] = entry
                ring.next = (ring.next + 1) % Self.countMax
            }
        }
    }

    /// A JSON list of the records, the latest first.
    package func json(_ wanted: Wanted) -> [UInt8] {
        let ring = self.ring.withLock { $0 }
        var out: [UInt8] = [UInt8(ascii: "[")]
        for entry in ring.inOrder.reversed() where fits(entry, wanted) {
            if out.count > 1 { out.append(ASCII.comma) }
            out.append(ASCII.lineFeed)
            out.append(contentsOf: entry.line.dropLast())
        }
        out.append("\n]\n")
        return out
    }

    /// How many there have been so far, those included that have gone.
    package var total: UInt64 { ring.withLock { $0.total } }

    /// The lines of those after the first `count`, the oldest first; `missed` of them have gone already.
    package func lines(
        after count: UInt64, _ wanted: Wanted
    ) -> (lines: [[UInt8]], total: UInt64, missed: UInt64) {
        let ring = self.ring.withLock { $0 }
        let fresh = ring.total - min(count, ring.total)
        let kept = min(fresh, UInt64(ring.entries.count))
        let lines = ring.inOrder.suffix(Int(kept)).filter { fits($0, wanted) }.map(\.line)
        return (lines, ring.total, fresh - kept)
    }

    private func fits(_ entry: Entry, _ wanted: Wanted) -> Bool {
        (wanted.code.map { entry.code.lowercased() == $0.lowercased() } ?? true)
            && (wanted.rule.map { entry.rule == $0 } ?? true)
            && (wanted.bucket.map { entry.bucket == $0 } ?? true)
            && (wanted.client.map { entry.client == $0 } ?? true)
    }
}

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
    }

    private let ring = Mutex(Ring())

    package init() {}

    /// `line` is that of the record, with its line feed.
    package func add(_ record: RejectionRecord, line: [UInt8]) {
        let entry = Entry(
            code: record.code, rule: record.rule, bucket: record.bucket?.text, client: record.clientAddress,
            line: line)
        ring.withLock { ring in
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
        let (entries, next) = ring.withLock { ($0.entries, $0.next) }
        var out: [UInt8] = [UInt8(ascii: "[")]
        for entry in (entries[next...] + entries[..<next]).reversed() where fits(entry, wanted) {
            if out.count > 1 { out.append(ASCII.comma) }
            out.append(ASCII.lineFeed)
            out.append(contentsOf: entry.line.dropLast())
        }
        out.append("\n]\n")
        return out
    }

    private func fits(_ entry: Entry, _ wanted: Wanted) -> Bool {
        (wanted.code.map { entry.code.lowercased() == $0.lowercased() } ?? true)
            && (wanted.rule.map { entry.rule == $0 } ?? true)
            && (wanted.bucket.map { entry.bucket == $0 } ?? true)
            && (wanted.client.map { entry.client == $0 } ?? true)
    }
}

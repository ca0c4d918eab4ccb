import Bytes
import Reactor
import Telemetry

/// Keeps a flood of equal refusals from filling the log: of one client's refusals by one rule, for one operation on one
/// bucket, only so many are written in a second. The others are counted, and the last of them is written with their
/// count when the second is over. Owned by a gateway, on its shard; its table is bounded.
final class RejectionFolder {
    private struct Key: Hashable {
        let client: String
        let rule: String
        let code: String
        let mode: RejectionRecord.Mode
        let operation: String?
        let bucket: ByteSlice?
    }

    private struct Entry {
        var written = 0
        var last: RejectionRecord?
    }

    private static let windowNanoseconds: UInt64 = 1_000_000_000
    /// Refusals of further kinds are written one by one.
    private static let entriesMax = 1024

    /// Refusals of one kind that are written in a second; 0 for all.
    private let writtenMax: Int
    private let write: (RejectionRecord) -> Void
    private var entries: [Key: Entry] = [:]
    /// The process is about to end: nothing is held back any more.
    private var isEnding = false
    private var windowEnd: Deadline?

    init(core: ShardCore, writtenMax: Int, write: @escaping (RejectionRecord) -> Void) {
        self.writtenMax = writtenMax
        self.write = write
        windowEnd = Deadline(core) { [unowned self] in endWindow() }
    }

    deinit { windowEnd?.retire() }

    func take(_ record: RejectionRecord) {
        guard writtenMax > 0, !isEnding else { return write(record) }
        let key = Key(
            client: record.clientAddress, rule: record.rule, code: record.code, mode: record.mode,
            operation: record.operation, bucket: record.bucket)
        guard var entry = entries[key] ?? newEntry() else { return write(record) }
        if entry.written < writtenMax {
            entry.written += 1
            write(record)
        } else {
            let before = entry.last?.count ?? 0
            entry.last = record
            entry.last?.count = before + 1
        }
        entries[key] = entry
    }

    /// Writes what is held back, and holds nothing back from now on.
    func end() {
        isEnding = true
        endWindow()
    }

    private func newEntry() -> Entry? {
        guard entries.count < Self.entriesMax else { return nil }
        if entries.isEmpty { windowEnd?.set(after: Self.windowNanoseconds) }
        return Entry()
    }

    private func endWindow() {
        for entry in entries.values { if let last = entry.last { write(last) } }
        entries.removeAll()
    }
}

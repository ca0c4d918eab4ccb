import OSSModel
import Synchronization

/// What the emulator keeps: buckets, objects and uploads in memory, and in durable mode a journal of them and files
/// of their bytes. Any number of shards share it; one lock guards the index and is held for single steps only.
package final class EmulatorStore: Sendable {
    let settings: EmulatorSettings
    let bodies: BodyStore
    private let state: Mutex<State>

    struct Bucket {
        var record: BucketRecord
        let objects = ObjectIndex()
    }

    struct Upload {
        var record: UploadRecord
        var parts: [Int: PartRecord] = [:]
    }

    struct State {
        var buckets: [String: Bucket] = [:]
        var uploads: [String: Upload] = [:]
        /// Sub-resources by bucket; a bucket without any has no entry.
        var settings: [String: BucketSettings] = [:]
        var journal: Journal?
        /// Of the newest version in the store.
        var lastSequence: Int64 = 0

        /// Bodies that no record names any more; removed when the lock is free.
        var garbage: [BodyPiece] = []
    }

    /// In memory or at `settings.dataDirectory`, which is made if it is missing; its parent must exist.
    package init(_ settings: EmulatorSettings) throws(StorageFailure) {
        self.settings = settings
        bodies = try BodyStore(
            directory: settings.dataDirectory, memoryBytesMax: settings.memoryBytesMax,
            bodyMemoryBytesMax: settings.memoryBodyBytesMax, totalBytesMax: settings.limits.totalBytes)
        var initial = State()
        if let directory = settings.dataDirectory {
            let journal = try Journal(directory: directory)
            Self.restore(try journal.load(), into: &initial)
            initial.settings = try journal.loadSettings(buckets: Set(initial.buckets.keys))
            initial.journal = journal
            let pieces = Self.pieces(initial)
            bodies.removeUnreferenced(keeping: Self.fileNames(pieces))
            bodies.countRoom(pieces.reduce(0) { $0 + $1.size })
        }
        for name in settings.buckets where initial.buckets[name] == nil {
            let record = BucketRecord(
                name: name, created: settings.now(), acl: "private", storageClass: "Standard",
                redundancy: "LRS")
            try initial.journal?.save(record)
            initial.buckets[name] = Bucket(record: record)
        }
        state = Mutex(initial)
    }

    /// Runs one step on the index, then removes the bodies that it left over. What is thrown must leave the index
    /// as it was: journal first, index second.
    func step<R>(_ body: (inout State) throws -> sending R) throws(OSSError) -> sending R {
        do {
            let (result, garbage) = try state.withLock { state in
                let result = try body(&state)
                let garbage = state.garbage
                state.garbage = []
                return (result, garbage)
            }
            if !garbage.isEmpty { bodies.remove(garbage) }
            return result
        } catch let error as OSSError {
            throw error
        } catch {
            throw Fault.storage(error)
        }
    }

    private static func restore(_ snapshot: Snapshot, into state: inout State) {
        for record in snapshot.buckets { state.buckets[record.name] = Bucket(record: record) }
        for (bucket, object) in snapshot.objects {
            state.buckets[bucket]?.objects.put(object)
            state.lastSequence = max(state.lastSequence, object.sequence)
        }
        for upload in snapshot.uploads { state.uploads[upload.id] = Upload(record: upload) }
        for part in snapshot.parts { state.uploads[part.uploadID]?.parts[part.number] = part }
    }

    /// Of all objects and parts.
    private static func pieces(_ state: State) -> [BodyPiece] {
        var found: [BodyPiece] = []
        for bucket in state.buckets.values { bucket.objects.forEach { found += $0.pieces.list } }
        for upload in state.uploads.values { found += upload.parts.values.map(\.piece) }
        return found
    }

    private static func fileNames(_ pieces: [BodyPiece]) -> Set<String> {
        var names: Set<String> = []
        for piece in pieces { if case .file(let name) = piece.reference { names.insert(name) } }
        return names
    }
}

extension EmulatorStore.State {
    func bucket(_ name: String) throws(OSSError) -> EmulatorStore.Bucket {
        guard let bucket = buckets[name] else { throw Fault.noSuchBucket(name) }
        return bucket
    }
}

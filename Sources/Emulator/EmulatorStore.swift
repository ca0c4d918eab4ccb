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
        var objects = SortedObjects()
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

        /// Bodies that no record names any more; removed when the lock is free.
        var garbage: [BodyPiece] = []
    }

    /// In memory or at `settings.dataDirectory`, which is made if it is missing; its parent must exist.
    package init(_ settings: EmulatorSettings) throws(StorageFailure) {
        self.settings = settings
        bodies = try BodyStore(
            directory: settings.dataDirectory, memoryBytesMax: settings.memoryBodyBytesMax)
        var initial = State()
        if let directory = settings.dataDirectory {
            let journal = try Journal(directory: directory)
            Self.restore(try journal.load(), into: &initial)
            initial.settings = try journal.loadSettings(buckets: Set(initial.buckets.keys))
            initial.journal = journal
            bodies.removeUnreferenced(keeping: Self.fileNames(initial))
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
        for (bucket, object) in snapshot.objects { _ = state.buckets[bucket]?.objects.update(object) }
        for upload in snapshot.uploads { state.uploads[upload.id] = Upload(record: upload) }
        for part in snapshot.parts { state.uploads[part.uploadID]?.parts[part.number] = part }
    }

    private static func fileNames(_ state: State) -> Set<String> {
        var names: Set<String> = []
        func add(_ pieces: [BodyPiece]) {
            for piece in pieces { if case .file(let name) = piece.reference { names.insert(name) } }
        }
        for bucket in state.buckets.values { for object in bucket.objects.all { add(object.pieces) } }
        for upload in state.uploads.values { for part in upload.parts.values { add([part.piece]) } }
        return names
    }
}

extension EmulatorStore.State {
    func bucket(_ name: String) throws(OSSError) -> EmulatorStore.Bucket {
        guard let bucket = buckets[name] else { throw Fault.noSuchBucket(name) }
        return bucket
    }

    /// Journals and stores a record in a bucket that exists; the body it replaces becomes garbage, but for pieces
    /// that the new record goes on using. With an upload, that ends in the same step.
    mutating func store(
        _ record: ObjectRecord, in bucket: String, ending upload: EmulatorStore.Upload? = nil
    ) throws {
        _ = try self.bucket(bucket)
        try journal?.transaction { [journal] () throws(StorageFailure) in
            try journal?.save(record, in: bucket)
            if let upload { try journal?.deleteUpload(upload.record.id) }
        }
        var unused = buckets[bucket]?.objects.update(record)?.pieces ?? []
        if let upload {
            uploads[upload.record.id] = nil
            unused += upload.parts.values.map(\.piece)
        }
        let used = Set(record.pieces.map(\.reference))
        garbage += unused.filter { !used.contains($0.reference) }
    }
}

// MARK: Buckets

extension EmulatorStore {
    /// A new bucket; of one that is there, the access control if one is given. The owner may put a bucket again, but
    /// not with another storage class or redundancy. nil is what was not asked for.
    func putBucket(
        _ name: String, acl: String?, storageClass: String?, redundancy: String?
    ) throws(OSSError) {
        try step { state in
            guard var record = state.buckets[name]?.record else {
                guard state.buckets.count < settings.limits.buckets else {
                    throw CatalogueRow.tooManyBuckets.error
                }
                let record = BucketRecord(
                    name: name, created: settings.now(), acl: acl ?? "private",
                    storageClass: storageClass ?? "Standard", redundancy: redundancy ?? "LRS")
                try state.journal?.save(record)
                state.buckets[name] = Bucket(record: record)
                return
            }
            if let storageClass, storageClass != record.storageClass {
                throw CatalogueRow.bucketAlreadyExists3.with("BucketName", name)
            }
            if let redundancy, redundancy != record.redundancy {
                throw CatalogueRow.bucketAlreadyExists5.with("BucketName", name)
            }
            guard let acl, acl != record.acl else { return }
            record.acl = acl
            try state.journal?.save(record)
            state.buckets[name]?.record = record
        }
    }

    func bucket(_ name: String) throws(OSSError) -> BucketRecord {
        try step { try $0.bucket(name).record }
    }

    func setACL(_ acl: String, ofBucket name: String) throws(OSSError) {
        try step { state in
            var record = try state.bucket(name).record
            record.acl = acl
            try state.journal?.save(record)
            state.buckets[name]?.record = record
        }
    }

    func deleteBucket(_ name: String) throws(OSSError) {
        try step { state in
            let bucket = try state.bucket(name)
            let hasUploads = state.uploads.values.contains { $0.record.bucket == name }
            guard bucket.objects.count == 0, !hasUploads else {
                throw CatalogueRow.bucketNotEmpty.with("BucketName", name)
            }
            try state.journal?.transaction { [journal = state.journal] () throws(StorageFailure) in
                try journal?.deleteBucket(name)
                try journal?.deleteSettings(of: name)
            }
            state.buckets[name] = nil
            state.settings[name] = nil
        }
    }

    /// All buckets by name.
    func buckets() throws(OSSError) -> [BucketRecord] {
        try step { $0.buckets.values.map(\.record).sorted { $0.name < $1.name } }
    }

    /// Objects, their bytes, and uploads in progress.
    func usage(of name: String) throws(OSSError) -> (objects: Int, bytes: UInt64, uploads: Int) {
        try step { state in
            let bucket = try state.bucket(name)
            let uploads = state.uploads.values.filter { $0.record.bucket == name }.count
            return (bucket.objects.count, bucket.objects.all.reduce(0) { $0 + $1.size }, uploads)
        }
    }
}

// MARK: Objects

extension EmulatorStore {
    func object(_ key: [UInt8], in bucket: String) throws(OSSError) -> ObjectRecord {
        try step { state in
            guard let object = try state.bucket(bucket).objects[key] else { throw Fault.noSuchKey(key) }
            return object
        }
    }

    /// nil when there is no such object; 404 without the bucket.
    func objectIfAny(_ key: [UInt8], in bucket: String) throws(OSSError) -> ObjectRecord? {
        try step { try $0.bucket(bucket).objects[key] }
    }

    /// Stores a whole object in place of what was there.
    func put(_ record: ObjectRecord, in bucket: String, onlyIfAbsent: Bool) throws(OSSError) {
        try step { state in
            let existing = try state.bucket(bucket).objects[record.key]
            if onlyIfAbsent, existing != nil { throw CatalogueRow.fileAlreadyExists.error }
            try state.store(record, in: bucket)
        }
    }

    /// Changes what is kept beside the bytes.
    func update(
        _ key: [UInt8], in bucket: String, _ change: (inout ObjectRecord) -> Void
    ) throws(OSSError) {
        try step { state in
            guard var record = try state.bucket(bucket).objects[key] else { throw Fault.noSuchKey(key) }
            change(&record)
            try state.store(record, in: bucket)
        }
    }

    /// Whether they exist or not; all of them, or none if that fails.
    func delete(_ keys: [[UInt8]], in bucket: String) throws(OSSError) {
        try step { state in
            _ = try state.bucket(bucket)
            let present = keys.filter { state.buckets[bucket]?.objects[$0] != nil }
            guard !present.isEmpty else { return }
            try state.journal?.transaction { [journal = state.journal] () throws(StorageFailure) in
                for key in present { try journal?.deleteObject(key, in: bucket) }
            }
            for key in present {
                if let old = state.buckets[bucket]?.objects.remove(key) { state.garbage += old.pieces }
            }
        }
    }

    /// Appends at `position` and returns the object as it is then; `first` makes the object when there is none.
    func append(
        _ piece: BodyPiece, crc64: UInt64, at position: UInt64, first: ObjectRecord, in bucket: String
    ) throws(OSSError) -> ObjectRecord {
        try step { state in
            guard let existing = try state.bucket(bucket).objects[first.key] else {
                guard position == 0 else { throw Fault.position(0) }
                try state.store(first, in: bucket)
                return first
            }
            guard existing.kind == .appendable else { throw Fault.notAppendable(existing.size) }
            guard existing.size == position else { throw Fault.position(existing.size) }
            guard piece.size > 0 else { return existing }
            guard existing.size + piece.size <= settings.limits.uploadBytes else {
                throw CatalogueRow.inlineDataTooLarge.error
            }
            let record = existing.appended(piece, crc64: crc64, modified: first.modified)
            try state.store(record, in: bucket)
            return record
        }
    }

    /// Where an append must begin, checked before its body is read: 0 for no object.
    func checkAppend(_ key: [UInt8], in bucket: String, at position: UInt64) throws(OSSError) {
        try step { state in
            let existing = try state.bucket(bucket).objects[key]
            if let existing, existing.kind != .appendable { throw Fault.notAppendable(existing.size) }
            guard position == existing?.size ?? 0 else { throw Fault.position(existing?.size ?? 0) }
        }
    }

    func list(_ query: ListQuery, in bucket: String) throws(OSSError) -> ListPage {
        try step { try $0.bucket(bucket).objects.list(query) }
    }
}

import OSSModel

/// One object to delete: its current version is hidden or goes, or the version of an id goes for good.
struct Deletion: Sendable {
    let key: [UInt8]
    let version: String?
}

/// What a deletion came to.
struct Deleted: Sendable {
    let key: [UInt8]
    /// The version that was asked for.
    let version: String?
    /// The delete marker that was made, or that was deleted.
    var marker: String?
}

extension EmulatorStore.State {
    /// The version that requests see; delete markers are answered as the service does.
    func object(_ key: [UInt8], _ version: String?, in bucket: String) throws(OSSError) -> ObjectRecord {
        let objects = try self.bucket(bucket).objects
        guard let version else {
            guard let latest = objects.latest(key) else { throw Fault.noSuchKey(key) }
            if latest.isDeleteMarker { throw Fault.hidden(latest) }
            return latest
        }
        guard let found = objects.find(key, version: version) else { throw Fault.noSuchVersion(key, version) }
        if found.isDeleteMarker { throw Fault.deleteMarker(found) }
        return found
    }

    /// What is seen of a key; nil without one.
    func current(_ key: [UInt8], in bucket: String) throws(OSSError) -> ObjectRecord? {
        let latest = try self.bucket(bucket).objects.latest(key)
        return latest?.isDeleteMarker == true ? nil : latest
    }

    /// Names a record as the newest version, journals and stores it; the body it replaces becomes garbage, but for
    /// pieces that the new record goes on using. With an upload, that ends in the same step.
    mutating func store(
        _ record: ObjectRecord, in bucket: String, ending upload: EmulatorStore.Upload? = nil
    ) throws -> ObjectRecord {
        let record = numbered(record, keepsVersions: try self.bucket(bucket).record.versioning == .enabled)
        try journal?.transaction { [journal] () throws(StorageFailure) in
            try journal?.save(record, in: bucket)
            if let upload { try journal?.deleteUpload(upload.record.id) }
        }
        lastSequence = record.sequence
        var unused = buckets[bucket]?.objects.put(record)?.pieces.list ?? []
        if let upload {
            uploads[upload.record.id] = nil
            unused += upload.parts.values.map(\.piece)
        }
        let used = Set(record.pieces.list.map(\.reference))
        garbage += unused.filter { !used.contains($0.reference) }
        return record
    }

    /// Appendable objects have no versions but the one that grows.
    private func numbered(_ record: ObjectRecord, keepsVersions: Bool) -> ObjectRecord {
        var record = record
        record.sequence = lastSequence + 1
        record.version =
            keepsVersions && record.kind != .appendable
            ? VersionID.make(record.sequence) : ObjectRecord.noVersion
        return record
    }
}

/// Objects and their versions. Where an id of a version is returned, it is nil as long as the bucket has not been
/// asked to keep any: answers do not name it then.
extension EmulatorStore {
    /// The object that a request sees, or one of its versions.
    func object(
        _ key: [UInt8], version: String? = nil, in bucket: String
    ) throws(OSSError) -> ObjectRecord {
        try step { try $0.object(key, version, in: bucket) }
    }

    /// nil when there is no such object, or a delete marker hides it; 404 without the bucket.
    func objectIfAny(_ key: [UInt8], in bucket: String) throws(OSSError) -> ObjectRecord? {
        try step { try $0.current(key, in: bucket) }
    }

    /// Of an object or one of its versions; nil without one.
    func accessControl(
        _ key: [UInt8], version: String?, in bucket: String
    ) throws(OSSError) -> String? {
        try step { state in
            guard let version else { return try state.current(key, in: bucket)?.acl }
            return try state.bucket(bucket).objects.find(key, version: version)?.acl
        }
    }

    /// Refuses to replace an object that is there; where versions are kept, nothing is replaced.
    func checkAbsent(_ key: [UInt8], in bucket: String) throws(OSSError) {
        try step { try Self.checkAbsent(key, in: bucket, $0) }
    }

    static func checkAbsent(_ key: [UInt8], in bucket: String, _ state: State) throws(OSSError) {
        guard try state.bucket(bucket).record.versioning == nil else { return }
        if try state.current(key, in: bucket) != nil { throw CatalogueRow.fileAlreadyExists.error }
    }

    /// Stores a whole object: in place of what was there, or as its newest version.
    @discardableResult
    func put(
        _ record: ObjectRecord, in bucket: String, onlyIfAbsent: Bool
    ) throws(OSSError) -> String? {
        try step { state in
            if onlyIfAbsent { try Self.checkAbsent(record.key, in: bucket, state) }
            let stored = try state.store(record, in: bucket)
            return try state.bucket(bucket).record.versioning.map { _ in stored.version }
        }
    }

    /// Changes what is kept beside the bytes of an object or of one of its versions.
    @discardableResult
    func update(
        _ key: [UInt8], version: String? = nil, in bucket: String,
        _ change: (inout ObjectRecord) throws(OSSError) -> Void
    ) throws(OSSError) -> String? {
        try step { state in
            var record = try state.object(key, version, in: bucket)
            try change(&record)
            try state.journal?.saveFields(record, in: bucket)
            let objects = try state.bucket(bucket).objects
            objects.modify(key, version: record.version) { $0 = record }
            return try state.bucket(bucket).record.versioning.map { _ in record.version }
        }
    }

    /// Whether they exist or not; all of them, or none if that fails.
    func delete(_ deletions: [Deletion], in bucket: String) throws(OSSError) -> [Deleted] {
        try step { state in
            let versioning = try state.bucket(bucket).record.versioning
            let objects = try state.bucket(bucket).objects
            var sequence = state.lastSequence
            var results: [Deleted] = []
            var markers: [ObjectRecord] = []
            var removed: [(key: [UInt8], version: String)] = []
            for deletion in deletions {
                var result = Deleted(key: deletion.key, version: deletion.version)
                let version = deletion.version ?? (versioning == nil ? ObjectRecord.noVersion : nil)
                if let version {
                    if let found = objects.find(deletion.key, version: version) {
                        if found.isDeleteMarker { result.marker = version }
                        removed.append((deletion.key, version))
                    }
                } else {
                    sequence += 1
                    let marker = Self.marker(deletion.key, sequence, versioning, settings.now())
                    result.marker = marker.version
                    markers.append(marker)
                }
                results.append(result)
            }
            try state.journal?.transaction { [journal = state.journal] () throws(StorageFailure) in
                for (key, version) in removed {
                    try journal?.deleteObject(key, version: version, in: bucket)
                }
                for marker in markers { try journal?.save(marker, in: bucket) }
            }
            for (key, version) in removed {
                state.garbage += objects.remove(key, version: version)?.pieces.list ?? []
            }
            for marker in markers { state.garbage += objects.put(marker)?.pieces.list ?? [] }
            state.lastSequence = sequence
            return results
        }
    }

    private static func marker(
        _ key: [UInt8], _ sequence: Int64, _ versioning: Versioning?, _ now: Int64
    ) -> ObjectRecord {
        let version = versioning == .enabled ? VersionID.make(sequence) : ObjectRecord.noVersion
        return ObjectRecord(
            key: key, kind: .deleteMarker, version: version, sequence: sequence, pieces: [], etag: "",
            crc64: 0, contentMD5: nil, modified: now, acl: "default", storageClass: "Standard", fields: [],
            tags: [], symlinkTarget: nil)
    }

    /// Appends at `position` and returns the object as it is then; `first` makes the object when there is none. The
    /// pieces that were there are neither copied nor journalled again.
    func append(
        _ piece: BodyPiece, crc64: UInt64, at position: UInt64, first: ObjectRecord, in bucket: String
    ) throws(OSSError) -> Appended {
        try step { state in
            let objects = try state.bucket(bucket).objects
            let versions = try state.bucket(bucket).record.versioning != nil
            guard let existing = objects.latest(first.key).map(Appended.init) else {
                guard position == 0 else { throw Fault.position(0) }
                return Appended(try state.store(first, in: bucket)).naming(versions)
            }
            guard existing.kind == .appendable else { throw Fault.notAppendable(existing.size) }
            guard existing.size == position else { throw Fault.position(existing.size) }
            guard piece.size > 0 else { return existing.naming(versions) }
            guard existing.size + piece.size <= settings.limits.uploadBytes else {
                throw CatalogueRow.inlineDataTooLarge.error
            }
            var fields = try state.object(first.key, nil, in: bucket)
            fields.describeAppend(piece, crc64: crc64, modified: first.modified)
            try state.journal?.save(fields, with: piece, at: position, in: bucket)
            let grown = Appended(fields, size: existing.size + piece.size)
            // No other record may hold the list of pieces when it grows, or all of it is copied.
            let (etag, crc) = (fields.etag, fields.crc64)
            fields.pieces = []
            objects.modify(first.key, version: ObjectRecord.noVersion) { record in
                record.pieces.append(piece)
                (record.etag, record.crc64, record.modified) = (etag, crc, first.modified)
            }
            return grown.naming(versions)
        }
    }

    /// Where an append must begin, checked before its body is read: 0 for no object.
    func checkAppend(_ key: [UInt8], in bucket: String, at position: UInt64) throws(OSSError) {
        try step { state in
            let existing = try state.bucket(bucket).objects.latest(key)
            if let existing, existing.kind != .appendable { throw Fault.notAppendable(existing.size) }
            guard position == existing?.size ?? 0 else { throw Fault.position(existing?.size ?? 0) }
        }
    }

    func list(_ query: ListQuery, in bucket: String) throws(OSSError) -> ListPage {
        try step { try $0.bucket(bucket).objects.list(query) }
    }

    func listVersions(_ query: VersionQuery, in bucket: String) throws(OSSError) -> VersionPage {
        try step { try $0.bucket(bucket).objects.listVersions(query) }
    }
}

/// What an answer says of an object after an append.
struct Appended: Sendable {
    let kind: ObjectRecord.Kind
    let etag: String
    let crc64: UInt64
    let size: UInt64
    /// nil where answers do not name it.
    private(set) var version: String?

    init(_ record: ObjectRecord) { self.init(record, size: record.size) }

    init(_ record: ObjectRecord, size: UInt64) {
        (kind, etag, crc64, self.size) = (record.kind, record.etag, record.crc64, size)
        version = record.version
    }

    func naming(_ namesVersion: Bool) -> Appended {
        var copy = self
        if !namesVersion { copy.version = nil }
        return copy
    }
}

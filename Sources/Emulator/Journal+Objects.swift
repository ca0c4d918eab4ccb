/// Objects in the journal: a row for each version, and one for each piece of its body.
extension Journal {
    /// Saves a version in place of the one of the same id.
    func save(_ object: ObjectRecord, in bucket: String) throws(StorageFailure) {
        try transaction { () throws(StorageFailure) in
            try removePieces.run(Self.name(object.key, object.version, bucket))
            var start: UInt64 = 0
            for piece in object.pieces.list {
                try save(piece, at: start, of: object, in: bucket)
                start += piece.size
            }
            try saveFields(object, in: bucket)
        }
    }

    /// Saves what is kept beside the bytes of a version that is there.
    func saveFields(_ object: ObjectRecord, in bucket: String) throws(StorageFailure) {
        try saveObject.run([
            .text(bucket), .blob(object.key), .text(object.version), .integer(object.sequence),
            .text(object.kind.rawValue), .text(object.etag), .integer(Int64(bitPattern: object.crc64)),
            object.contentMD5.map { .text($0) } ?? .null, .integer(object.modified), .text(object.acl),
            .text(object.storageClass), .blob(RecordCoding.encode(object.fields)),
            .blob(RecordCoding.encode(object.tags)), object.symlinkTarget.map { .blob($0) } ?? .null,
            object.restoration.map { .integer($0.ready) } ?? .null,
            object.restoration.map { .integer($0.end) } ?? .null,
        ])
    }

    /// Saves a version whose body has got one piece more, at `start`; its other pieces are not written again.
    func save(
        _ object: ObjectRecord, with piece: BodyPiece, at start: UInt64, in bucket: String
    ) throws(StorageFailure) {
        try transaction { () throws(StorageFailure) in
            try save(piece, at: start, of: object, in: bucket)
            try saveFields(object, in: bucket)
        }
    }

    func deleteObject(_ key: [UInt8], version: String, in bucket: String) throws(StorageFailure) {
        try transaction { () throws(StorageFailure) in
            try removePieces.run(Self.name(key, version, bucket))
            try removeObject.run(Self.name(key, version, bucket))
        }
    }

    /// A piece of no bytes is nothing to remember. Bodies in memory end with the process, so a record of one would be
    /// false at the next start: that is refused.
    private func save(
        _ piece: BodyPiece, at start: UInt64, of object: ObjectRecord, in bucket: String
    ) throws(StorageFailure) {
        switch piece.reference {
        case .none: return
        case .memory: throw StorageFailure("a body in memory cannot be recorded durably")
        case .file(let name):
            try savePiece.run(
                Self.name(object.key, object.version, bucket) + [
                    .integer(Int64(bitPattern: start)), .text(name), .integer(Int64(bitPattern: piece.size)),
                ])
        }
    }

    private static func name(_ key: [UInt8], _ version: String, _ bucket: String) -> [SQLiteValue] {
        [.text(bucket), .blob(key), .text(version)]
    }

    // MARK: Loading

    func loadObjects(into snapshot: inout Snapshot) throws(StorageFailure) {
        let pieces = try database.prepare(
            "SELECT name, size FROM pieces WHERE bucket = ? AND key = ? AND version = ? ORDER BY start")
        try database.prepare("SELECT * FROM objects ORDER BY bucket, key, sequence").run([]) {
            row throws(StorageFailure) in
            var object = try Self.object(row)
            let bucket = row.text(0)
            try pieces.run(Self.name(object.key, object.version, bucket)) { piece in
                object.pieces.append(
                    BodyPiece(
                        reference: .file(piece.text(0)), size: UInt64(bitPattern: piece.integer(1))))
            }
            snapshot.objects.append((bucket, object))
        }
    }

    private static func object(_ row: SQLiteStatement) throws(StorageFailure) -> ObjectRecord {
        guard let kind = ObjectRecord.Kind(rawValue: row.text(4)),
            let fields = RecordCoding.fields(row.blob(11)), let tags = RecordCoding.fields(row.blob(12))
        else { throw StorageFailure("the metadata of an object in bucket \(row.text(0)) is damaged") }
        var record = ObjectRecord(
            key: row.blob(1), kind: kind, version: row.text(2), sequence: row.integer(3), pieces: [],
            etag: row.text(5), crc64: UInt64(bitPattern: row.integer(6)),
            contentMD5: row.isNull(7) ? nil : row.text(7), modified: row.integer(8), acl: row.text(9),
            storageClass: row.text(10), fields: fields, tags: tags,
            symlinkTarget: row.isNull(13) ? nil : row.blob(13))
        if !row.isNull(14) { record.restoration = Restoration(ready: row.integer(14), end: row.integer(15)) }
        return record
    }

    /// Moves the rows of tables of version 1, in the transaction that their renaming began.
    func adoptFirstVersion() throws(StorageFailure) {
        var sequence: Int64 = 0
        try database.prepare("SELECT * FROM objects_1").run([]) { row throws(StorageFailure) in
            guard let kind = ObjectRecord.Kind(rawValue: row.text(2)),
                let pieces = RecordCoding.pieces(row.blob(3)),
                let fields = RecordCoding.fields(row.blob(10)), let tags = RecordCoding.fields(row.blob(11))
            else { throw StorageFailure("the metadata of an object in bucket \(row.text(0)) is damaged") }
            sequence += 1
            let record = ObjectRecord(
                key: row.blob(1), kind: kind, sequence: sequence, pieces: BodyPieces(pieces),
                etag: row.text(4), crc64: UInt64(bitPattern: row.integer(5)),
                contentMD5: row.isNull(6) ? nil : row.text(6), modified: row.integer(7), acl: row.text(8),
                storageClass: row.text(9), fields: fields, tags: tags,
                symlinkTarget: row.isNull(12) ? nil : row.blob(12))
            try continuing { () throws(StorageFailure) in try save(record, in: row.text(0)) }
        }
        try JournalSchema.finishAdoption(database)
    }
}

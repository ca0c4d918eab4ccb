/// All records of a data directory, as they were at the last completed transaction.
struct Snapshot: Sendable {
    var buckets: [BucketRecord] = []
    var objects: [(bucket: String, object: ObjectRecord)] = []
    var uploads: [UploadRecord] = []
    /// By upload and number.
    var parts: [PartRecord] = []
}

/// The records of a data directory, in `metadata.sqlite`. What a call has saved is durable when it returns, or when
/// the transaction around it does. Used by one thread at a time.
final class Journal {
    private static let schemaVersion: Int64 = 1
    private static let schema = """
        CREATE TABLE IF NOT EXISTS buckets (
          name TEXT PRIMARY KEY, created INTEGER NOT NULL, acl TEXT NOT NULL, storage_class TEXT NOT NULL,
          redundancy TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS objects (
          bucket TEXT NOT NULL, key BLOB NOT NULL, kind TEXT NOT NULL, pieces BLOB NOT NULL, etag TEXT NOT NULL,
          crc64 INTEGER NOT NULL, content_md5 TEXT, modified INTEGER NOT NULL, acl TEXT NOT NULL,
          storage_class TEXT NOT NULL, fields BLOB NOT NULL, tags BLOB NOT NULL, symlink_target BLOB,
          PRIMARY KEY (bucket, key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS uploads (
          id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, initiated INTEGER NOT NULL,
          acl TEXT NOT NULL, storage_class TEXT NOT NULL, fields BLOB NOT NULL, tags BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS parts (
          upload TEXT NOT NULL, number INTEGER NOT NULL, piece BLOB NOT NULL, etag TEXT NOT NULL,
          crc64 INTEGER NOT NULL, modified INTEGER NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """

    let database: SQLiteDatabase
    private let saveBucket: SQLiteStatement
    private let removeBucket: SQLiteStatement
    private let saveObject: SQLiteStatement
    private let removeObject: SQLiteStatement
    private let saveUpload: SQLiteStatement
    private let removeUpload: SQLiteStatement
    private let savePart: SQLiteStatement
    private let removeParts: SQLiteStatement
    private var isInTransaction = false

    /// Opens the records in `directory`, which is created if need be.
    init(directory: String) throws(StorageFailure) {
        try Files.makeDirectory(directory)
        let database = try SQLiteDatabase(path: directory + "/metadata.sqlite")
        self.database = database
        try Self.prepare(database)
        try Files.syncDirectory(directory)
        saveBucket = try database.prepare("INSERT OR REPLACE INTO buckets VALUES (?,?,?,?,?)")
        removeBucket = try database.prepare("DELETE FROM buckets WHERE name = ?")
        saveObject = try database.prepare("INSERT OR REPLACE INTO objects VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
        removeObject = try database.prepare("DELETE FROM objects WHERE bucket = ? AND key = ?")
        saveUpload = try database.prepare("INSERT OR REPLACE INTO uploads VALUES (?,?,?,?,?,?,?,?)")
        removeUpload = try database.prepare("DELETE FROM uploads WHERE id = ?")
        savePart = try database.prepare("INSERT OR REPLACE INTO parts VALUES (?,?,?,?,?,?)")
        removeParts = try database.prepare("DELETE FROM parts WHERE upload = ?")
    }

    private static func prepare(_ database: SQLiteDatabase) throws(StorageFailure) {
        var mode = ""
        try database.prepare("PRAGMA journal_mode = WAL").run([]) { mode = $0.text(0) }
        guard mode == "wal" else { throw StorageFailure("the metadata cannot have a write-ahead log") }
        try database.execute("PRAGMA synchronous = FULL")
        var version: Int64 = 0
        try database.prepare("PRAGMA user_version").run([]) { version = $0.integer(0) }
        guard version == 0 || version == schemaVersion else {
            throw StorageFailure("the metadata has version \(version), which this program does not know")
        }
        if version == 0 { try database.execute("BEGIN IMMEDIATE; \(schema) COMMIT;") }
    }

    /// Makes what `body` saves durable at once: all of it, or nothing if an error is thrown. Within another
    /// transaction it is a part of that one.
    func transaction<Result>(
        _ body: () throws(StorageFailure) -> Result
    ) throws(StorageFailure) -> Result {
        if isInTransaction { return try body() }
        try database.execute("BEGIN IMMEDIATE")
        isInTransaction = true
        defer { isInTransaction = false }
        do {
            let result = try body()
            try database.execute("COMMIT")
            return result
        } catch {
            // SQLite may have rolled back by itself, which makes this one fail, rightly without consequence.
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    /// Saves a new bucket or what is new about one.
    func save(_ bucket: BucketRecord) throws(StorageFailure) {
        try saveBucket.run([
            .text(bucket.name), .integer(bucket.created), .text(bucket.acl), .text(bucket.storageClass),
            .text(bucket.redundancy),
        ])
    }

    func deleteBucket(_ name: String) throws(StorageFailure) { try removeBucket.run([.text(name)]) }

    /// Saves an object in place of the one of the same key.
    func save(_ object: ObjectRecord, in bucket: String) throws(StorageFailure) {
        try saveObject.run([
            .text(bucket), .blob(object.key), .text(object.kind.rawValue),
            .blob(try RecordCoding.encode(object.pieces)), .text(object.etag),
            .integer(Int64(bitPattern: object.crc64)), object.contentMD5.map { .text($0) } ?? .null,
            .integer(object.modified), .text(object.acl), .text(object.storageClass),
            .blob(RecordCoding.encode(object.fields)), .blob(RecordCoding.encode(object.tags)),
            object.symlinkTarget.map { .blob($0) } ?? .null,
        ])
    }

    func deleteObject(_ key: [UInt8], in bucket: String) throws(StorageFailure) {
        try removeObject.run([.text(bucket), .blob(key)])
    }

    func save(_ upload: UploadRecord) throws(StorageFailure) {
        try saveUpload.run([
            .text(upload.id), .text(upload.bucket), .blob(upload.key), .integer(upload.initiated),
            .text(upload.acl), .text(upload.storageClass), .blob(RecordCoding.encode(upload.fields)),
            .blob(RecordCoding.encode(upload.tags)),
        ])
    }

    /// Saves a part in place of the one of the same number.
    func save(_ part: PartRecord) throws(StorageFailure) {
        try savePart.run([
            .text(part.uploadID), .integer(Int64(part.number)), .blob(try RecordCoding.encode([part.piece])),
            .text(part.etag), .integer(Int64(bitPattern: part.crc64)), .integer(part.modified),
        ])
    }

    /// Deletes an upload with its parts.
    func deleteUpload(_ id: String) throws(StorageFailure) {
        try transaction { () throws(StorageFailure) in
            try removeParts.run([.text(id)])
            try removeUpload.run([.text(id)])
        }
    }

    /// Reads all records; a record that cannot be understood is an error, for leaving it out would lose data.
    func load() throws(StorageFailure) -> Snapshot {
        var snapshot = Snapshot()
        try database.prepare("SELECT * FROM buckets ORDER BY name").run([]) { row in
            snapshot.buckets.append(
                BucketRecord(
                    name: row.text(0), created: row.integer(1), acl: row.text(2), storageClass: row.text(3),
                    redundancy: row.text(4)))
        }
        try database.prepare("SELECT * FROM objects ORDER BY bucket, key").run([]) {
            row throws(StorageFailure) in
            snapshot.objects.append((row.text(0), try Self.object(row)))
        }
        try database.prepare("SELECT * FROM uploads ORDER BY id").run([]) { row throws(StorageFailure) in
            snapshot.uploads.append(try Self.upload(row))
        }
        try database.prepare("SELECT * FROM parts ORDER BY upload, number").run([]) {
            row throws(StorageFailure) in
            snapshot.parts.append(try Self.part(row))
        }
        return snapshot
    }

    private static func object(_ row: SQLiteStatement) throws(StorageFailure) -> ObjectRecord {
        guard let kind = ObjectRecord.Kind(rawValue: row.text(2)),
            let pieces = RecordCoding.pieces(row.blob(3)),
            let fields = RecordCoding.fields(row.blob(10)), let tags = RecordCoding.fields(row.blob(11))
        else { throw StorageFailure("the metadata of an object in bucket \(row.text(0)) is damaged") }
        return ObjectRecord(
            key: row.blob(1), kind: kind, pieces: pieces, etag: row.text(4),
            crc64: UInt64(bitPattern: row.integer(5)), contentMD5: row.isNull(6) ? nil : row.text(6),
            modified: row.integer(7), acl: row.text(8), storageClass: row.text(9), fields: fields, tags: tags,
            symlinkTarget: row.isNull(12) ? nil : row.blob(12))
    }

    private static func upload(_ row: SQLiteStatement) throws(StorageFailure) -> UploadRecord {
        guard let fields = RecordCoding.fields(row.blob(6)), let tags = RecordCoding.fields(row.blob(7))
        else {
            throw StorageFailure("the metadata of upload \(row.text(0)) is damaged")
        }
        return UploadRecord(
            id: row.text(0), bucket: row.text(1), key: row.blob(2), initiated: row.integer(3),
            acl: row.text(4),
            storageClass: row.text(5), fields: fields, tags: tags)
    }

    private static func part(_ row: SQLiteStatement) throws(StorageFailure) -> PartRecord {
        guard let pieces = RecordCoding.pieces(row.blob(2)), let piece = pieces.first, pieces.count == 1,
            let number = Int(exactly: row.integer(1))
        else { throw StorageFailure("the metadata of a part of upload \(row.text(0)) is damaged") }
        return PartRecord(
            uploadID: row.text(0), number: number, piece: piece, etag: row.text(3),
            crc64: UInt64(bitPattern: row.integer(4)), modified: row.integer(5))
    }
}

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
    let database: SQLiteDatabase
    private let saveBucket: SQLiteStatement
    private let removeBucket: SQLiteStatement
    let saveObject: SQLiteStatement
    let removeObject: SQLiteStatement
    let savePiece: SQLiteStatement
    let removePieces: SQLiteStatement
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
        let found = try JournalSchema.prepare(database)
        try Files.syncDirectory(directory)
        saveBucket = try database.prepare("INSERT OR REPLACE INTO buckets VALUES (?,?,?,?,?,?)")
        removeBucket = try database.prepare("DELETE FROM buckets WHERE name = ?")
        saveObject = try database.prepare(
            "INSERT OR REPLACE INTO objects VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        removeObject = try database.prepare(
            "DELETE FROM objects WHERE bucket = ? AND key = ? AND version = ?")
        savePiece = try database.prepare("INSERT OR REPLACE INTO pieces VALUES (?,?,?,?,?,?)")
        removePieces = try database.prepare(
            "DELETE FROM pieces WHERE bucket = ? AND key = ? AND version = ?")
        saveUpload = try database.prepare("INSERT OR REPLACE INTO uploads VALUES (?,?,?,?,?,?,?,?)")
        removeUpload = try database.prepare("DELETE FROM uploads WHERE id = ?")
        savePart = try database.prepare("INSERT OR REPLACE INTO parts VALUES (?,?,?,?,?,?)")
        removeParts = try database.prepare("DELETE FROM parts WHERE upload = ?")
        if found == 1 { try adoptFirstVersion() }
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

    /// Runs `body` in the transaction that a script has begun.
    func continuing(_ body: () throws(StorageFailure) -> Void) throws(StorageFailure) {
        isInTransaction = true
        defer { isInTransaction = false }
        try body()
    }

    /// Saves a new bucket or what is new about one.
    func save(_ bucket: BucketRecord) throws(StorageFailure) {
        try saveBucket.run([
            .text(bucket.name), .integer(bucket.created), .text(bucket.acl), .text(bucket.storageClass),
            .text(bucket.redundancy), bucket.versioning.map { .text($0.rawValue) } ?? .null,
        ])
    }

    func deleteBucket(_ name: String) throws(StorageFailure) { try removeBucket.run([.text(name)]) }

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
        try database.prepare("SELECT * FROM buckets ORDER BY name").run([]) { row throws(StorageFailure) in
            snapshot.buckets.append(try Self.bucket(row))
        }
        try loadObjects(into: &snapshot)
        try database.prepare("SELECT * FROM uploads ORDER BY id").run([]) { row throws(StorageFailure) in
            snapshot.uploads.append(try Self.upload(row))
        }
        try database.prepare("SELECT * FROM parts ORDER BY upload, number").run([]) {
            row throws(StorageFailure) in
            snapshot.parts.append(try Self.part(row))
        }
        return snapshot
    }

    private static func bucket(_ row: SQLiteStatement) throws(StorageFailure) -> BucketRecord {
        let versioning = row.isNull(5) ? nil : Versioning(rawValue: row.text(5))
        guard row.isNull(5) || versioning != nil else {
            throw StorageFailure("the metadata of bucket \(row.text(0)) is damaged")
        }
        return BucketRecord(
            name: row.text(0), created: row.integer(1), acl: row.text(2), storageClass: row.text(3),
            redundancy: row.text(4), versioning: versioning)
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

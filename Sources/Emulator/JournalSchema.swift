/// The tables of a journal.
enum JournalSchema {
    /// 1 had one row for each key, with the pieces of its body in it; 2 has one for each version, and pieces of
    /// their own.
    private static let version: Int64 = 2

    private static let buckets = """
        CREATE TABLE buckets (
          name TEXT PRIMARY KEY, created INTEGER NOT NULL, acl TEXT NOT NULL, storage_class TEXT NOT NULL,
          redundancy TEXT NOT NULL, versioning TEXT) WITHOUT ROWID;
        """
    private static let objects = """
        CREATE TABLE objects (
          bucket TEXT NOT NULL, key BLOB NOT NULL, version TEXT NOT NULL, sequence INTEGER NOT NULL,
          kind TEXT NOT NULL, etag TEXT NOT NULL, crc64 INTEGER NOT NULL, content_md5 TEXT,
          modified INTEGER NOT NULL, acl TEXT NOT NULL, storage_class TEXT NOT NULL, fields BLOB NOT NULL,
          tags BLOB NOT NULL, symlink_target BLOB, restore_ready INTEGER, restore_end INTEGER,
          PRIMARY KEY (bucket, key, version)) WITHOUT ROWID;
        CREATE TABLE pieces (
          bucket TEXT NOT NULL, key BLOB NOT NULL, version TEXT NOT NULL, start INTEGER NOT NULL,
          name TEXT NOT NULL, size INTEGER NOT NULL,
          PRIMARY KEY (bucket, key, version, start)) WITHOUT ROWID;
        """
    private static let uploads = """
        CREATE TABLE uploads (
          id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, initiated INTEGER NOT NULL,
          acl TEXT NOT NULL, storage_class TEXT NOT NULL, fields BLOB NOT NULL, tags BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE parts (
          upload TEXT NOT NULL, number INTEGER NOT NULL, piece BLOB NOT NULL, etag TEXT NOT NULL,
          crc64 INTEGER NOT NULL, modified INTEGER NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
        """

    /// Sets the database up, and makes its tables where it is new. Returns the version of those that were there, for
    /// which the caller has to fetch what `objects_1` holds; 0 for none.
    static func prepare(_ database: SQLiteDatabase) throws(StorageFailure) -> Int64 {
        var mode = ""
        try database.prepare("PRAGMA journal_mode = WAL").run([]) { mode = $0.text(0) }
        guard mode == "wal" else { throw StorageFailure("the metadata cannot have a write-ahead log") }
        try database.execute("PRAGMA synchronous = FULL")
        var found: Int64 = 0
        try database.prepare("PRAGMA user_version").run([]) { found = $0.integer(0) }
        switch found {
        case version: return found
        case 0:
            try database.execute(
                "BEGIN IMMEDIATE; \(buckets) \(objects) \(uploads) PRAGMA user_version = \(version); COMMIT;")
        case 1:
            // Left open: `Journal.adoptFirstVersion` commits when it has moved the rows.
            try database.execute(
                """
                BEGIN IMMEDIATE; ALTER TABLE buckets ADD COLUMN versioning TEXT;
                ALTER TABLE objects RENAME TO objects_1; \(objects)
                """)
        default:
            throw StorageFailure("the metadata has version \(found), which this program does not know")
        }
        return found
    }

    /// The end of what `prepare` began for version 1.
    static func finishAdoption(_ database: SQLiteDatabase) throws(StorageFailure) {
        try database.execute("DROP TABLE objects_1; PRAGMA user_version = \(version); COMMIT")
    }
}

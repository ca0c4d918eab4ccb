private import CSQLite

/// A value as SQLite keeps it.
enum SQLiteValue: Sendable, Equatable {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null
}

/// An open SQLite database, used by one thread at a time. Errors carry SQLite's own words.
///
/// @safe: `handle` comes from `sqlite3_open_v2` and is closed by `deinit` alone; statements keep this object alive.
@safe final class SQLiteDatabase {
    private let path: String
    private let handle: OpaquePointer

    /// Opens the database at `path`, creating it if need be.
    init(path: String) throws(StorageFailure) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let status = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard status == SQLITE_OK, let made = unsafe opened else {
            let reason = unsafe String(cString: sqlite3_errstr(status))
            // A handle may be there even when opening failed; closing none does nothing.
            unsafe sqlite3_close_v2(opened)
            throw StorageFailure("cannot open \(path): \(reason)")
        }
        self.path = path
        unsafe handle = made
        // Somebody may look into the database with a tool of their own for a moment.
        unsafe sqlite3_busy_timeout(made, 2000)
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Runs statements that give no rows that matter.
    func execute(_ sql: String) throws(StorageFailure) {
        guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw failure("cannot use")
        }
    }

    func prepare(_ sql: String) throws(StorageFailure) -> SQLiteStatement {
        var statement: OpaquePointer?
        let status = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let made = unsafe statement else { throw failure("cannot use") }
        return unsafe SQLiteStatement(made, of: self)
    }

    /// The failure that the last call on this database met.
    fileprivate func failure(_ attempt: String) -> StorageFailure {
        StorageFailure("\(attempt) \(path): \(unsafe String(cString: sqlite3_errmsg(handle)))")
    }
}

/// A prepared statement, to be run any number of times.
///
/// @safe: `statement` comes from `sqlite3_prepare_v3` and is finalized by `deinit` alone.
@safe final class SQLiteStatement {
    private let database: SQLiteDatabase
    private let statement: OpaquePointer

    fileprivate init(_ statement: OpaquePointer, of database: SQLiteDatabase) {
        unsafe self.statement = unsafe statement
        self.database = database
    }

    deinit { unsafe sqlite3_finalize(statement) }

    /// Runs the statement with `values` for its parameters, to its end; `row` sees each row it gives.
    func run(
        _ values: [SQLiteValue], row: (SQLiteStatement) throws(StorageFailure) -> Void = { _ in }
    ) throws(StorageFailure) {
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            guard bind(value, at: Int32(index) + 1) == SQLITE_OK else { throw database.failure("cannot use") }
        }
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: try row(self)
            case SQLITE_DONE: return
            default: throw database.failure("cannot use")
            }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .integer(let number): return unsafe sqlite3_bind_int64(statement, index, number)
        case .null: return unsafe sqlite3_bind_null(statement, index)
        case .text(var text):
            return text.withUTF8 { bytes in
                guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
                return unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                    // A null pointer would bind NULL, and an empty text may have none.
                    guard let start = characters.baseAddress else {
                        return unsafe ossgate_bind_text(statement, index, "", 0)
                    }
                    return unsafe ossgate_bind_text(statement, index, start, count)
                }
            }
        case .blob(let bytes):
            if bytes.isEmpty { return unsafe sqlite3_bind_zeroblob(statement, index, 0) }
            guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
            return unsafe bytes.withUnsafeBytes {
                unsafe ossgate_bind_blob(statement, index, $0.baseAddress, count)
            }
        }
    }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(statement, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

    /// The bytes of a blob or text; none when it is NULL.
    func blob(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(statement, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

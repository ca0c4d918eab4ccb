import OSSModel

/// The sub-resources of one bucket: documents under a kind and, where there may be several of it, an id. A value:
/// who has one sees it unchanged.
struct BucketSettings: Sendable {
    private var kinds: [String: [String: [UInt8]]] = [:]

    subscript(kind: String, id: String = "") -> [UInt8]? { kinds[kind]?[id] }

    /// The ids of all documents of a kind, sorted.
    func ids(_ kind: String) -> [String] { kinds[kind].map { $0.keys.sorted() } ?? [] }

    var isEmpty: Bool { kinds.isEmpty }

    mutating func put(_ kind: String, _ id: String, _ document: [UInt8]?) {
        kinds[kind, default: [:]][id] = document
        if kinds[kind]?.isEmpty == true { kinds[kind] = nil }
    }
}

/// One step that changes the sub-resources of a bucket: reads see what was changed before in the same step.
struct SettingsDraft {
    struct Change {
        let kind: String
        let id: String
        /// nil removes it.
        let document: [UInt8]?
    }

    private(set) var current: BucketSettings
    private(set) var changes: [Change] = []

    init(_ current: BucketSettings) { self.current = current }

    /// `document` nil removes what is there.
    mutating func put(_ kind: String, _ document: [UInt8]?) { put(kind, "", document) }

    mutating func put(_ kind: String, _ id: String, _ document: [UInt8]?) {
        current.put(kind, id, document)
        changes.append(Change(kind: kind, id: id, document: document))
    }
}

extension EmulatorStore {
    /// The name under which what concerns the account is kept; no bucket is named so.
    static let account = ""

    /// Of a bucket that exists, or of the account.
    func settings(of bucket: String) throws(OSSError) -> BucketSettings {
        try step { state in
            if bucket != Self.account { _ = try state.bucket(bucket) }
            return state.settings[bucket] ?? BucketSettings()
        }
    }

    /// Changes the sub-resources of a bucket in one step: all of it is journaled, or nothing happens.
    func changeSettings<R: Sendable>(
        of bucket: String, _ body: (State, inout SettingsDraft) throws(OSSError) -> R
    ) throws(OSSError) -> R {
        try step { state in
            if bucket != Self.account { _ = try state.bucket(bucket) }
            var draft = SettingsDraft(state.settings[bucket] ?? BucketSettings())
            let result = try body(state, &draft)
            try state.journal?.save(draft.changes, of: bucket)
            state.settings[bucket] = draft.current.isEmpty ? nil : draft.current
            return result
        }
    }

    /// The bucket that has this domain among its own.
    func bucket(ofDomain domain: String) -> String? {
        try? step { state in
            state.domains[domain]
        }
    }
}

extension EmulatorStore.State {
    /// Buckets by the custom domains that are bound to them.
    var domains: [String: String] {
        var found: [String: String] = [:]
        for (bucket, settings) in settings {
            for domain in settings.ids(Cname.kind) { found[domain] = bucket }
        }
        return found
    }
}

extension Journal {
    /// Reads the sub-resources of all buckets, and drops those of buckets that are no more.
    func loadSettings(buckets: Set<String>) throws(StorageFailure) -> [String: BucketSettings] {
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS settings (
              bucket TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, document BLOB NOT NULL,
              PRIMARY KEY (bucket, kind, id)) WITHOUT ROWID;
            """)
        var settings: [String: BucketSettings] = [:]
        try database.prepare("SELECT bucket, kind, id, document FROM settings").run([]) { row in
            settings[row.text(0), default: BucketSettings()].put(row.text(1), row.text(2), row.blob(3))
        }
        for bucket in settings.keys where bucket != EmulatorStore.account && !buckets.contains(bucket) {
            settings[bucket] = nil
            try deleteSettings(of: bucket)
        }
        return settings
    }

    func save(_ changes: [SettingsDraft.Change], of bucket: String) throws(StorageFailure) {
        guard !changes.isEmpty else { return }
        try transaction { () throws(StorageFailure) in
            let put = try database.prepare("INSERT OR REPLACE INTO settings VALUES (?,?,?,?)")
            let remove = try database.prepare("DELETE FROM settings WHERE bucket = ? AND kind = ? AND id = ?")
            for change in changes {
                let place: [SQLiteValue] = [.text(bucket), .text(change.kind), .text(change.id)]
                if let document = change.document {
                    try put.run(place + [.blob(document)])
                } else {
                    try remove.run(place)
                }
            }
        }
    }

    func deleteSettings(of bucket: String) throws(StorageFailure) {
        try database.prepare("DELETE FROM settings WHERE bucket = ?").run([.text(bucket)])
    }
}

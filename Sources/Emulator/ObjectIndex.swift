/// What a bucket holds: for each key the object that is seen, and of keys with versions all of these.
final class ObjectIndex {
    /// What requests without a version find, and listings show: no delete markers.
    private let current = OrderedIndex<ObjectRecord>()
    /// All versions of a key, the oldest first: only where there is more than one object without a version.
    private let histories = OrderedIndex<[ObjectRecord]>()

    /// Over all versions.
    private(set) var bytes: UInt64 = 0
    private(set) var objectCount = 0
    private(set) var markerCount = 0

    var isEmpty: Bool { current.count == 0 && histories.count == 0 }

    /// The newest version, which may be a delete marker.
    func latest(_ key: [UInt8]) -> ObjectRecord? { current[key] ?? histories[key]?.last }

    func find(_ key: [UInt8], version: String) -> ObjectRecord? {
        if let history = histories[key] { return history.first { $0.version == version } }
        return current[key].flatMap { $0.version == version ? $0 : nil }
    }

    /// Adds the newest version of its key. Returns the one with the same id, whose place it takes.
    @discardableResult
    func put(_ record: ObjectRecord) -> ObjectRecord? {
        count(record, 1)
        let key = record.key
        var old: ObjectRecord?
        if record.version == ObjectRecord.noVersion, !record.isDeleteMarker, histories[key] == nil {
            old = current.update(record, forKey: key)
        } else {
            if histories[key] == nil { histories.update(current[key].map { [$0] } ?? [], forKey: key) }
            histories.modify(key) { history in
                if let index = history.firstIndex(where: { $0.version == record.version }) {
                    old = history.remove(at: index)
                }
                history.append(record)
            }
            settle(key)
        }
        if let old { count(old, -1) }
        return old
    }

    /// Removes a version for good.
    @discardableResult
    func remove(_ key: [UInt8], version: String) -> ObjectRecord? {
        var old: ObjectRecord?
        if histories[key] == nil {
            guard current[key]?.version == version else { return nil }
            old = current.remove(key)
        } else {
            histories.modify(key) { history in
                if let index = history.firstIndex(where: { $0.version == version }) {
                    old = history.remove(at: index)
                }
            }
            settle(key)
        }
        if let old { count(old, -1) }
        return old
    }

    /// Changes a version where it lies; key, version and kind stay.
    func modify(_ key: [UInt8], version: String, _ change: (inout ObjectRecord) -> Void) {
        func counted(_ record: inout ObjectRecord) {
            let before = record.size
            change(&record)
            bytes = bytes - before + record.size
        }
        guard histories[key] != nil else {
            current.modify(key) { if $0.version == version { counted(&$0) } }
            return
        }
        histories.modify(key) { history in
            if let index = history.firstIndex(where: { $0.version == version }) { counted(&history[index]) }
        }
        settle(key)
    }

    /// Every version of every key.
    func forEach(_ body: (ObjectRecord) -> Void) {
        var cursor = current.cursor(notBefore: [])
        while let (key, record) = cursor.entry {
            if histories[key] == nil { body(record) }
            cursor.advance()
        }
        var versions = histories.cursor(notBefore: [])
        while let (_, history) = versions.entry {
            history.forEach(body)
            versions.advance()
        }
    }

    func list(_ query: ListQuery) -> ListPage { current.list(query) }

    /// What is seen of a key follows from its versions; a history of a single object without a version is none.
    private func settle(_ key: [UInt8]) {
        guard let history = histories[key] else { return }
        if let last = history.last, !last.isDeleteMarker {
            current.update(last, forKey: key)
        } else {
            current.remove(key)
        }
        let isPlain =
            history.count == 1 && history[0].version == ObjectRecord.noVersion && !history[0].isDeleteMarker
        if history.isEmpty || isPlain { histories.remove(key) }
    }

    private func count(_ record: ObjectRecord, _ sign: Int) {
        if record.isDeleteMarker { markerCount += sign } else { objectCount += sign }
        bytes = sign > 0 ? bytes + record.size : bytes - record.size
    }
}

// MARK: Listing of versions

/// What a listing of versions asks for: keys like any listing, and of the key that `keys.after` names the versions
/// that are older than this one.
struct VersionQuery: Sendable {
    var keys = ListQuery()
    var versionMarker: String?
}

/// One page of versions: these and common prefixes together are at most what was asked for.
struct VersionPage: Sendable {
    struct Entry: Sendable {
        let record: ObjectRecord
        let isLatest: Bool
    }

    private(set) var entries: [Entry] = []
    private(set) var commonPrefixes: [[UInt8]] = []
    private(set) var isTruncated = false
    /// Of the last entry, when more follows; a common prefix has no version.
    private(set) var nextKey: [UInt8] = []
    private(set) var nextVersion = ""

    /// False when the page is full; then it ends before this entry.
    mutating func add(_ entry: Entry, countMax: Int) -> Bool {
        guard hasRoom(countMax) else { return false }
        entries.append(entry)
        (nextKey, nextVersion) = (entry.record.key, entry.record.version)
        return true
    }

    mutating func add(prefix: [UInt8], countMax: Int) -> Bool {
        guard hasRoom(countMax) else { return false }
        commonPrefixes.append(prefix)
        (nextKey, nextVersion) = (prefix, "")
        return true
    }

    private mutating func hasRoom(_ countMax: Int) -> Bool {
        isTruncated = entries.count + commonPrefixes.count >= countMax
        return !isTruncated
    }

    mutating func end() { if !isTruncated { (nextKey, nextVersion) = ([], "") } }
}

extension ObjectIndex {
    /// A page by key, and the versions of a key from the newest to the oldest.
    func listVersions(_ query: VersionQuery) -> VersionPage {
        var page = VersionPage()
        let keys = query.keys
        var plain = current.cursor(notBefore: keys.start)
        var kept = histories.cursor(notBefore: keys.start)
        while let key = Self.least(plain.key, kept.key), key.starts(with: keys.prefix) {
            if let group = keys.group(of: key) {
                if !keys.isPassed(group), !page.add(prefix: group, countMax: keys.countMax) { return page }
                plain = current.cursor(notBefore: ListQuery.end(of: group))
                kept = histories.cursor(notBefore: ListQuery.end(of: group))
                continue
            }
            let history = kept.key == key ? kept.entry?.value : plain.entry.map { [$0.value] }
            for entry in Self.entries(key, history ?? [], query) {
                guard page.add(entry, countMax: keys.countMax) else { return page }
            }
            if plain.key == key { plain.advance() }
            if kept.key == key { kept.advance() }
        }
        page.end()
        return page
    }

    /// The versions of one key that follow the markers. If the marked version is gone meanwhile, all of them follow:
    /// twice is better than never.
    private static func entries(
        _ key: [UInt8], _ history: [ObjectRecord], _ query: VersionQuery
    ) -> [VersionPage.Entry] {
        var end = history.count
        if let marker = query.versionMarker, key == query.keys.after {
            end = history.firstIndex { $0.version == marker } ?? end
        } else if query.keys.isPassed(key) {
            return []
        }
        return (0..<end).reversed().map {
            VersionPage.Entry(record: history[$0], isLatest: $0 == history.count - 1)
        }
    }

    private static func least(_ left: [UInt8]?, _ right: [UInt8]?) -> [UInt8]? {
        guard let left, let right else { return left ?? right }
        return right.precedes(left) ? right : left
    }
}

/// The objects of a bucket in the byte order of their keys, as listings want them.
struct SortedObjects: Sendable {
    private var keys: [[UInt8]] = []
    private var records: [[UInt8]: ObjectRecord] = [:]

    var count: Int { keys.count }
    var all: Dictionary<[UInt8], ObjectRecord>.Values { records.values }

    subscript(key: [UInt8]) -> ObjectRecord? { records[key] }

    /// Stores a record under its key; returns the one that was there.
    mutating func update(_ record: ObjectRecord) -> ObjectRecord? {
        let old = records.updateValue(record, forKey: record.key)
        if old == nil { keys.insert(record.key, at: position(notBefore: record.key)) }
        return old
    }

    mutating func remove(_ key: [UInt8]) -> ObjectRecord? {
        guard let old = records.removeValue(forKey: key) else { return nil }
        keys.remove(at: position(notBefore: key))
        return old
    }

    /// The index of the first key that is not less than `bound`.
    func position(notBefore bound: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].lexicographicallyPrecedes(bound) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func key(at index: Int) -> [UInt8]? { index < keys.count ? keys[index] : nil }
}

/// What a listing asks for; all texts decoded.
struct ListQuery: Sendable {
    var prefix: [UInt8] = []
    var delimiter: [UInt8] = []
    /// Keys and common prefixes up to and including this one are passed by.
    var after: [UInt8] = []
    var countMax = 100
}

/// One page of a listing.
struct ListPage: Sendable {
    var objects: [ObjectRecord] = []
    var commonPrefixes: [[UInt8]] = []
    /// The last key or prefix of the page, when more follows.
    var next: [UInt8]?

    var count: Int { objects.count + commonPrefixes.count }
}

extension SortedObjects {
    /// A page in key order. A common prefix is passed in one step, so that a page costs a logarithmic search for
    /// each of its entries however many keys a prefix hides.
    func list(_ query: ListQuery) -> ListPage {
        var page = ListPage()
        guard query.countMax > 0 else { return page }
        var last: [UInt8] = []
        var index = position(
            notBefore: max(query.prefix, query.after, by: { $0.lexicographicallyPrecedes($1) }))
        while let key = key(at: index), key.starts(with: query.prefix) {
            let group = commonPrefix(of: key, query)
            let entry = group ?? key
            guard query.after.isEmpty || query.after.lexicographicallyPrecedes(entry) else {
                index = group.map { position(notBefore: Self.end(of: $0)) } ?? index + 1
                continue
            }
            if page.count == query.countMax {
                page.next = last
                return page
            }
            last = entry
            if let group {
                page.commonPrefixes.append(group)
                index = position(notBefore: Self.end(of: group))
            } else {
                if let record = self[key] { page.objects.append(record) }
                index += 1
            }
        }
        return page
    }

    private func commonPrefix(of key: [UInt8], _ query: ListQuery) -> [UInt8]? {
        guard !query.delimiter.isEmpty else { return nil }
        let rest = key[query.prefix.count...]
        guard let found = rest.firstRange(of: query.delimiter) else { return nil }
        return Array(key[..<found.upperBound])
    }

    /// The least text that is greater than every text with this prefix.
    private static func end(of prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let byte = end.popLast() {
            if byte < .max { return end + [byte + 1] }
        }
        // Bytes 0xFF alone do not occur in UTF-8 keys; a bound of them would be passed by nothing.
        return prefix + [.max]
    }

    private func max(
        _ left: [UInt8], _ right: [UInt8], by precedes: ([UInt8], [UInt8]) -> Bool
    ) -> [UInt8] { precedes(left, right) ? right : left }
}

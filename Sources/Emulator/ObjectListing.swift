import Bytes

/// What a listing asks for; all texts decoded.
struct ListQuery: Sendable {
    var prefix: [UInt8] = []
    var delimiter: [UInt8] = []
    /// Keys and common prefixes up to and including this one are passed by.
    var after: [UInt8] = []
    var countMax = 100

    /// Where to begin: nothing before it is asked for.
    var start: [UInt8] { prefix.precedes(after) ? after : prefix }

    /// The common prefix that stands for `key`, which begins with `prefix`; nil when the key stands for itself.
    func group(of key: [UInt8]) -> [UInt8]? {
        guard !delimiter.isEmpty, let found = key[prefix.count...].firstRange(of: delimiter) else {
            return nil
        }
        return Array(key[..<found.upperBound])
    }

    func isPassed(_ entry: [UInt8]) -> Bool { !after.isEmpty && !after.precedes(entry) }

    /// The least text that is greater than every text with this prefix.
    static func end(of prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let byte = end.popLast() {
            if byte < .max { return end + [byte + 1] }
        }
        // Bytes 0xFF alone do not occur in UTF-8 keys; a bound of them would be passed by nothing.
        return prefix + [.max]
    }
}

/// One page of a listing.
struct ListPage: Sendable {
    var objects: [ObjectRecord] = []
    var commonPrefixes: [[UInt8]] = []
    /// The last key or prefix of the page, when more follows.
    var next: [UInt8]?

    var count: Int { objects.count + commonPrefixes.count }
}

extension OrderedIndex where Value == ObjectRecord {
    /// A page in key order. A common prefix is passed in one step, so that a page costs a logarithmic search for
    /// each of its prefixes, however many keys these hide, and a step for each of its keys.
    func list(_ query: ListQuery) -> ListPage {
        var page = ListPage()
        guard query.countMax > 0 else { return page }
        var last: [UInt8] = []
        var cursor = cursor(notBefore: query.start)
        while let (key, record) = cursor.entry, key.starts(with: query.prefix) {
            let group = query.group(of: key)
            let entry = group ?? key
            if !query.isPassed(entry) {
                if page.count == query.countMax {
                    page.next = last
                    return page
                }
                last = entry
                if let group { page.commonPrefixes.append(group) } else { page.objects.append(record) }
            }
            if let group {
                cursor = self.cursor(notBefore: ListQuery.end(of: group))
            } else {
                cursor.advance()
            }
        }
        return page
    }
}

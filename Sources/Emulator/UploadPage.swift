/// What a listing of uploads asks for; all texts decoded.
struct UploadQuery {
    var prefix: [UInt8] = []
    var delimiter: [UInt8] = []
    var keyMarker: [UInt8] = []
    /// Together with `keyMarker`: uploads of that key after this id still follow.
    var idMarker = ""
    var countMax = 1000
}

/// One page of the uploads of a bucket: uploads and common prefixes together are at most what was asked for.
struct UploadPage {
    private(set) var uploads: [UploadRecord] = []
    private(set) var commonPrefixes: [[UInt8]] = []
    private(set) var isTruncated = false
    /// Of the last entry, when more follows; a common prefix has no id.
    private(set) var nextKey: [UInt8] = []
    private(set) var nextID = ""

    /// `sorted` are uploads by key and id.
    init(_ sorted: [UploadRecord], _ query: UploadQuery) {
        for upload in sorted where upload.key.starts(with: query.prefix) {
            let group = Self.group(of: upload.key, query)
            guard Self.isAfterMarker(group ?? upload.key, id: group == nil ? upload.id : "", query),
                group == nil || group != commonPrefixes.last
            else { continue }
            guard uploads.count + commonPrefixes.count < query.countMax else {
                isTruncated = true
                return
            }
            if let group { commonPrefixes.append(group) } else { uploads.append(upload) }
            (nextKey, nextID) = (group ?? upload.key, group == nil ? upload.id : "")
        }
        (nextKey, nextID) = ([], "")
    }

    private static func isAfterMarker(_ key: [UInt8], id: String, _ query: UploadQuery) -> Bool {
        if query.keyMarker.isEmpty || query.keyMarker.lexicographicallyPrecedes(key) { return true }
        return key == query.keyMarker && !query.idMarker.isEmpty && id > query.idMarker
    }

    private static func group(of key: [UInt8], _ query: UploadQuery) -> [UInt8]? {
        guard !query.delimiter.isEmpty,
            let found = key[query.prefix.count...].firstRange(of: query.delimiter)
        else { return nil }
        return Array(key[..<found.upperBound])
    }
}

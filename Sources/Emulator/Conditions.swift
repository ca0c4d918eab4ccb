import Bytes
import HTTPModel
import OSSModel

/// The conditional fields of a download, or with a prefix those of a copy's source (RFC 9110, section 13, in the
/// order that the service evaluates them). Dates that cannot be read are ignored.
struct Conditions {
    private let match: String?
    private let noneMatch: String?
    private let modifiedSince: Int64?
    private let unmodifiedSince: Int64?
    private let isCopy: Bool

    init(_ request: EmulatorRequest, _ prefix: String) {
        func value(_ name: String) -> ByteSlice? {
            let wanted = Array((prefix + name).utf8)
            let fields = request.head.fields
            let index = fields.entries.indices.first { index in
                fields.name(at: index).map(ASCII.lowercased).elementsEqual(wanted)
            }
            return index.map { fields.value(at: $0) }
        }
        match = value("if-match")?.text
        noneMatch = value("if-none-match")?.text
        modifiedSince = value("if-modified-since").flatMap { OSSTime.parseHTTPDate($0) }
        unmodifiedSince = value("if-unmodified-since").flatMap { OSSTime.parseHTTPDate($0) }
        isCopy = !prefix.isEmpty
    }

    /// Throws 412 or 304 when a condition does not hold.
    func check(_ record: ObjectRecord) throws(OSSError) {
        if let match, !Self.matches(match, record.etag) { throw failed("If-Match") }
        if let unmodifiedSince, record.modified > unmodifiedSince { throw failed("If-Unmodified-Since") }
        if let noneMatch, Self.matches(noneMatch, record.etag) { throw CatalogueRow.notModified.error }
        if let modifiedSince, noneMatch == nil, record.modified <= modifiedSince {
            throw CatalogueRow.notModified.error
        }
    }

    private func failed(_ condition: String) -> OSSError {
        CatalogueRow.preconditionFailed.with(
            "Condition", isCopy ? "x-oss-copy-source-\(condition)" : condition)
    }

    private static func matches(_ list: String, _ etag: String) -> Bool {
        list.split(separator: ",").contains { item in
            let bare = item.filter { $0 != " " && $0 != "\"" }
            return bare == "*" || bare.uppercased() == etag.uppercased()
        }
    }
}

/// The Range field of a download (RFC 9110, section 14): one range of bytes.
enum ByteRange {
    /// nil for the whole object: no range, one of another unit, several, or an unusable one, unless
    /// `x-oss-range-behavior: standard` asks for 416.
    static func requested(_ request: EmulatorRequest, size: UInt64) throws(OSSError) -> Range<UInt64>? {
        guard let field = request.head.fields.first("range") else { return nil }
        if let range = parse(field, size: size) { return range }
        guard request.field("x-oss-range-behavior") == "standard" else { return nil }
        throw CatalogueRow.invalidRange.with("ActualObjectSize", "\(size)").with("RangeRequested", field.text)
    }

    /// nil when the field is malformed or nothing of it lies within the object.
    static func parse(_ field: ByteSlice, size: UInt64) -> Range<UInt64>? {
        guard field.hasPrefixIgnoringCase("bytes=") else { return nil }
        let parts = field.dropFirst(6).split(separator: ASCII.hyphen, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0].isEmpty {
            guard let suffix = parts[1].decimal, suffix > 0, size > 0 else { return nil }
            return size - min(suffix, size)..<size
        }
        guard let first = parts[0].decimal, first < size else { return nil }
        guard !parts[1].isEmpty else { return first..<size }
        guard let last = parts[1].decimal, last >= first else { return nil }
        return first..<min(last, size - 1) + 1
    }
}

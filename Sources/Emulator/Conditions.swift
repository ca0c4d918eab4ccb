import Bytes
import HTTPModel
import OSSModel

/// The conditional fields of a download, or with a prefix those of a copy's source (RFC 9110, section 13.2.2:
/// a date does not matter beside a tag). Dates that cannot be read are ignored.
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
        if let unmodifiedSince, match == nil, record.modified > unmodifiedSince {
            throw failed("If-Unmodified-Since")
        }
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
    /// nil for the whole object: no range, one of another unit, several, or one that does not lie within the object.
    /// `x-oss-range-behavior: standard` asks for the standard instead: such a range is cut, or answered with 416.
    static func requested(_ request: EmulatorRequest, size: UInt64) throws(OSSError) -> Range<UInt64>? {
        guard let field = request.head.fields.first("range") else { return nil }
        let isStandard = request.field("x-oss-range-behavior")?.lowercased() == "standard"
        switch parse(field, size: size, isStandard: isStandard) {
        case .whole: return nil
        case .part(let range): return range
        case .unsatisfiable:
            throw CatalogueRow.invalidRange.with("ActualObjectSize", "\(size)")
                .with("RangeRequested", field.text)
        }
    }

    /// The range of a copy's source; nil for the whole of it.
    static func ofSource(_ request: EmulatorRequest, size: UInt64) -> Range<UInt64>? {
        guard let field = request.head.fields.first("x-oss-copy-source-range"),
            case .part(let range) = parse(field, size: size, isStandard: false)
        else { return nil }
        return range
    }

    private enum Outcome {
        case whole
        case part(Range<UInt64>)
        case unsatisfiable
    }

    private static func parse(_ field: ByteSlice, size: UInt64, isStandard: Bool) -> Outcome {
        guard field.hasPrefixIgnoringCase("bytes=") else { return .whole }
        let parts = field.dropFirst(6).split(separator: ASCII.hyphen, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .whole }
        if parts[0].isEmpty {
            guard let suffix = parts[1].decimal else { return .whole }
            guard suffix > 0, size > 0 else { return isStandard ? .unsatisfiable : .whole }
            guard suffix <= size || isStandard else { return .whole }
            return .part(size - min(suffix, size)..<size)
        }
        let isOpen = parts[1].isEmpty
        guard let first = parts[0].decimal, let last = isOpen ? .max : parts[1].decimal, first <= last else {
            return .whole
        }
        guard first < size else { return isStandard ? .unsatisfiable : .whole }
        guard last < size || isOpen || isStandard else { return .whole }
        return .part(first..<min(last, size - 1) + 1)
    }
}

import Bytes
import OSSModel

extension HeadRule {
    /// `x-oss-copy-source` is `/bucket/key`, percent-encoded, with an optional `?versionId=` ("CopyObject" page).
    static let copySource = HeadRule(
        "copy-source-format", on: copies,
        check: { view throws(Refusal) in
            let field: Literal = "x-oss-copy-source"
            guard let value = try view.sole(field, orRefuse: .copySourceFormat) else { return }
            let (source, version) = parts(of: value)
            guard namesBucketAndKey(source) else {
                throw Refusal(
                    .copySourceFormat, argument: field.description, value: value, expected: "/bucket/key")
            }
            if let version { try requireVersionID(version, argument: field.description) }
        })

    /// The times of the conditions on a copy source: an HTTP date or ISO 8601 with milliseconds, not before 1970, and
    /// that of `if-modified-since` not in the future.
    static let copySourceTime = HeadRule(
        "copy-source-date", on: copies,
        check: { view throws(Refusal) in
            try requireTime(view, "x-oss-copy-source-if-modified-since", mayBeInFuture: false)
            try requireTime(view, "x-oss-copy-source-if-unmodified-since", mayBeInFuture: true)
        })

    /// The time span of the vod operations is given in Unix seconds of the past.
    static let vodTimeSpan = HeadRule(
        "vod-time", on: [.getVodPlaylist, .postVodPlaylist],
        check: { view throws(Refusal) in
            for name in ["startTime", "endTime"] as [Literal] {
                guard let value = view.query.value(name) else { continue }
                try requireTime(value, name, seconds: signedDecimal(value), now: view.now)
            }
        })

    private static let copies: OperationSet = [.copyObject, .uploadPartCopy]

    /// The source and, if there is one, its version id, decoded.
    private static func parts(of value: ByteSlice) -> (source: ByteSlice, version: ByteSlice?) {
        let mark: Literal = "?versionId="
        for index in value.indices where value[index] == ASCII.question && value[index...].hasPrefix(mark) {
            return (decoded(value[..<index]), decoded(value[(index + mark.count)...]))
        }
        return (decoded(value), nil)
    }

    private static func decoded(_ text: ByteSlice) -> ByteSlice { (PercentEncoding.decode(text) ?? [])[...] }

    private static func namesBucketAndKey(_ source: ByteSlice) -> Bool {
        guard source.first == ASCII.slash else { return false }
        let name = source.dropFirst()
        guard let slash = name.firstIndex(of: ASCII.slash) else { return false }
        return slash > name.startIndex && slash + 1 < name.endIndex
    }

    private static func requireTime(
        _ view: HeadView, _ field: Literal, mayBeInFuture: Bool
    ) throws(Refusal) {
        guard let value = try view.sole(field, orRefuse: .dateBadFormat) else { return }
        let seconds = OSSTime.parseHTTPDate(value) ?? OSSTime.parseExtended(value)
        try requireTime(value, field, seconds: seconds, now: mayBeInFuture ? .max : view.now)
    }

    private static func requireTime(
        _ value: ByteSlice, _ name: Literal, seconds: Int64?, now: Int64
    ) throws(Refusal) {
        let row: CatalogueRow
        if let seconds {
            if seconds < 0 {
                row = .dateBeforeEpoch
            } else if seconds > now {
                row = .dateInFuture
            } else {
                return
            }
        } else {
            row = .dateBadFormat
        }
        throw Refusal(row, argument: name.description, value: value, expected: "a time from 1970 until now")
    }

    /// Digits, with a minus sign perhaps; a number too large for us is in the far future.
    private static func signedDecimal(_ value: ByteSlice) -> Int64? {
        let isNegative = value.first == ASCII.hyphen
        let digits = isNegative ? value.dropFirst() : value
        guard !digits.isEmpty, digits.allSatisfy({ ASCII.isDigit($0) }) else { return nil }
        let magnitude = Int64(clamping: digits.decimal ?? .max)
        return isNegative ? -magnitude : magnitude
    }
}

import Bytes
import HTTPModel

/// Reads the two fields that frame a body (RFC 9112, section 6), refusing all that two readers could read in two
/// ways.
enum MessageFraming {
    /// nil when neither field is there.
    static func read(
        _ section: FieldSection, _ bytes: Span<UInt8>, version: HTTPVersion, acceptsRepeatedLength: Bool
    ) throws(DecodeError) -> BodyFraming? {
        if section.transferEncoding.count > 0 {
            guard section.contentLength.count == 0 else {
                throw .malformed("Content-Length together with Transfer-Encoding")
            }
            guard version != .http10 else { throw .malformed("Transfer-Encoding in HTTP/1.0") }
            guard section.transferEncoding.count == 1 else {
                throw .malformed("several Transfer-Encoding fields")
            }
            try checkChunked(bytes.extracting(section.entries[section.transferEncoding.first].value))
            return .chunked
        }
        let length = try contentLength(section, bytes, acceptsRepeated: acceptsRepeatedLength)
        return length.map { .length($0) }
    }

    /// The one Content-Length: digits only, at most `Int64.max`. With `acceptsRepeated`, fields that are equal
    /// byte for byte count as one.
    static func contentLength(
        _ section: FieldSection, _ bytes: Span<UInt8>, acceptsRepeated: Bool
    ) throws(DecodeError) -> UInt64? {
        guard section.contentLength.count > 0 else { return nil }
        let first = bytes.extracting(section.entries[section.contentLength.first].value)
        if section.contentLength.count > 1 {
            guard acceptsRepeated else { throw .malformed("several Content-Length fields") }
            for entry in section.entries[section.contentLength.first...] {
                let name = bytes.extracting(entry.name)
                guard ("content-length" as Literal).matchesIgnoringCase(name) else { continue }
                guard isEqual(bytes.extracting(entry.value), first) else {
                    throw .malformed("Content-Length fields that differ")
                }
            }
        }
        guard let length = Decimal.parse(first), length <= UInt64(Int64.max) else {
            throw .malformed("invalid Content-Length")
        }
        return length
    }

    private static func checkChunked(_ value: Span<UInt8>) throws(DecodeError) {
        var cursor = ListCursor()
        var chunked = 0
        var unknown = false
        while let range = cursor.member(of: value) {
            let coding = value.extracting(range)
            guard isToken(coding) else { throw .malformed("invalid Transfer-Encoding") }
            if ("chunked" as Literal).matchesIgnoringCase(coding) { chunked += 1 } else { unknown = true }
        }
        if chunked > 1 { throw .malformed("chunked applied twice") }
        if unknown { throw DecodeError(status: 501, reason: "transfer coding other than chunked") }
    }

    private static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left[index] != right[index] { return false }
        return true
    }
}

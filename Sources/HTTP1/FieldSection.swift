import Bytes
import HTTPModel

/// The field lines of a head or of trailers, parsed, and where the fields are that the codec itself must read.
struct FieldSection {
    private(set) var entries: [Fields.Entry] = []
    /// Indices into `entries` of the first field of each name, and how many there are.
    private(set) var host = Found()
    private(set) var contentLength = Found()
    private(set) var transferEncoding = Found()
    private(set) var connection = Found()
    private(set) var expect = Found()
    /// A name becomes one that OSS or the framing goes by when `_` is read as `-`, as gateways of programs do.
    private(set) var hasLookAlike = false

    /// One name among the entries.
    struct Found {
        private(set) var first = 0
        private(set) var count = 0

        mutating func add(_ index: Int) {
            if count == 0 { first = index }
            count += 1
        }
    }

    /// Parses from `start` to the empty line that ends `bytes`, which a `SectionReader` has gathered.
    init(_ bytes: Span<UInt8>, from start: Int, fieldsMax: Int) throws(DecodeError) {
        entries.reserveCapacity(min(fieldsMax, 24))
        let end = bytes.count - 2
        var index = start
        while index < end {
            if entries.count == fieldsMax { throw DecodeError(status: 431, reason: "too many fields") }
            let entry = try Self.line(bytes, &index)
            note(bytes.extracting(entry.name))
            entries.append(entry)
        }
    }

    /// One field line (RFC 9112, section 5) at `index`, which goes past its CRLF.
    private static func line(_ bytes: Span<UInt8>, _ index: inout Int) throws(DecodeError) -> Fields.Entry {
        let (nameEnd, control) = bytes.fieldLine(from: index)
        let name = index..<nameEnd
        guard bytes[nameEnd] == ASCII.colon, !name.isEmpty else {
            throw nameError(bytes[nameEnd], isFirst: name.isEmpty)
        }
        guard let stop = control else { throw .malformed("field line without an end") }
        var valueStart = nameEnd + 1
        while ASCII.isBlank(bytes[valueStart]) { valueStart += 1 }
        try expectLineEnd(bytes, at: stop)
        var valueEnd = stop
        while valueEnd > valueStart, ASCII.isBlank(bytes[valueEnd - 1]) { valueEnd -= 1 }
        index = stop + 2
        return Fields.Entry(name: name, value: valueStart..<valueEnd, of: bytes)
    }

    private static func nameError(_ byte: UInt8, isFirst: Bool) -> DecodeError {
        if ASCII.isBlank(byte) {
            return .malformed(isFirst ? "folded field line" : "blank between field name and colon")
        }
        if byte == ASCII.colon { return .malformed("empty field name") }
        if byte == ASCII.carriageReturn { return .malformed("field line without a colon") }
        return .malformed("invalid byte in a field name")
    }

    /// The control byte at `index` must be the CR of a CRLF.
    static func expectLineEnd(_ bytes: Span<UInt8>, at index: Int) throws(DecodeError) {
        guard bytes[index] == ASCII.carriageReturn else { throw .malformed("control byte in the head") }
        guard index + 1 < bytes.count, bytes[index + 1] == ASCII.lineFeed else { throw .malformed("bare CR") }
    }

    /// By single bytes first: this runs for every field.
    private static func isLookAlike(_ name: Span<UInt8>) -> Bool {
        let count = name.count
        guard count > 5 else { return false }
        if name[1] == ASCII.underscore || name[5] == ASCII.underscore {
            return ASCII.lowercased(name[0]) == UInt8(ascii: "x") && isDash(name[1]) && isDash(name[5])
                && ("oss" as Literal).matchesIgnoringCase(name.extracting(2..<5))
        }
        if count == 14, name[7] == ASCII.underscore {
            return ("content" as Literal).matchesIgnoringCase(name.extracting(0..<7))
                && ("length" as Literal).matchesIgnoringCase(name.extracting(8..<14))
        }
        if count == 17, name[8] == ASCII.underscore {
            return ("transfer" as Literal).matchesIgnoringCase(name.extracting(0..<8))
                && ("encoding" as Literal).matchesIgnoringCase(name.extracting(9..<17))
        }
        return false
    }

    private static func isDash(_ byte: UInt8) -> Bool { byte == ASCII.hyphen || byte == ASCII.underscore }

    private mutating func note(_ name: Span<UInt8>) {
        let index = entries.count
        if Self.isLookAlike(name) { hasLookAlike = true }
        switch name.count {
        case 4: if ("host" as Literal).matchesIgnoringCase(name) { host.add(index) }
        case 6: if ("expect" as Literal).matchesIgnoringCase(name) { expect.add(index) }
        case 10: if ("connection" as Literal).matchesIgnoringCase(name) { connection.add(index) }
        case 14: if ("content-length" as Literal).matchesIgnoringCase(name) { contentLength.add(index) }
        case 17: if ("transfer-encoding" as Literal).matchesIgnoringCase(name) { transferEncoding.add(index) }
        default: break
        }
    }
}

import Bytes
import OSSModel

/// Takes a `multipart/form-data` body apart as it comes (RFC 7578, RFC 2046 section 5.1): the emulator's own
/// reading, shared with nobody. Fields are gathered up to their limits, the file is handed on piece by piece, what
/// comes after it is read and dropped.
struct FormReader {
    /// One field that is not the file.
    struct Field: Equatable {
        /// In lower case: names of fields have none.
        let name: String
        let value: [UInt8]
    }

    /// The head of the part that is the file.
    struct FileHead: Equatable {
        let filename: [UInt8]
        let contentType: [UInt8]
    }

    enum Event: Equatable {
        /// The file begins: all fields that count are known.
        case file(FileHead)
        case data([UInt8])
        /// The file is complete.
        case fileEnd
    }

    private static let nameBytesMax = 8 << 10
    private static let valueBytesMax = 2 << 20
    private static let valuesBytesMax = 8 << 20
    private static let headBytesMax = 16 << 10

    private(set) var fields: [Field] = []
    /// The closing boundary has come.
    private(set) var isClosed = false
    private var hasFile = false
    private var state = State.start
    private var buffer: [UInt8] = []
    /// Bytes of `buffer` in which no delimiter begins.
    private var scanned = 0
    private var valuesBytes = 0
    private let delimiter: [UInt8]

    private enum State: Equatable {
        /// Before the first boundary.
        case start
        /// Right after a boundary: another part, or the end.
        case boundary
        case head
        case field(String)
        case file
        /// A part after the file.
        case dropped
        case end
    }

    /// nil when the content type names no boundary of 1 to 70 bytes.
    init?(contentType: ByteSlice) {
        guard let boundary = Self.parameter("boundary", of: contentType), (1...70).contains(boundary.count)
        else { return nil }
        delimiter = Array("\r\n--".utf8) + boundary
    }

    /// What a piece of the body brings.
    mutating func read(_ bytes: Span<UInt8>) throws(OSSError) -> [Event] {
        if state == .end { return [] }
        buffer.append(bytes)
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// One step; false when more is needed.
    private mutating func step(_ events: inout [Event]) throws(OSSError) -> Bool {
        switch state {
        case .start: return try readStart()
        case .boundary: return try readBoundary()
        case .head: return try readHead(&events)
        case .field(let name):
            guard let value = try takeContent(limit: Self.valueBytesMax) else { return false }
            valuesBytes += value.count
            try checkValues()
            fields.append(Field(name: name, value: value))
            state = .boundary
            return true
        case .file: return readFile(&events)
        case .dropped:
            guard let found = findDelimiter() else {
                drop(scanned)
                return false
            }
            drop(found + delimiter.count)
            state = .boundary
            return true
        case .end:
            buffer = []
            return false
        }
    }

    /// Anything may come before the first boundary, which stands at the start of a line.
    private mutating func readStart() throws(OSSError) -> Bool {
        let first = delimiter.dropFirst(2)
        if buffer.starts(with: first) {
            drop(first.count)
            state = .boundary
            return true
        }
        guard let found = findDelimiter() else {
            guard buffer.count <= Self.headBytesMax else { throw CatalogueRow.malformedPostRequest.error }
            return false
        }
        drop(found + delimiter.count)
        state = .boundary
        return true
    }

    private mutating func readBoundary() throws(OSSError) -> Bool {
        guard buffer.count >= 2 else { return false }
        if buffer[0] == ASCII.hyphen, buffer[1] == ASCII.hyphen {
            isClosed = true
            state = .end
            return true
        }
        // Blanks may follow a boundary in its line.
        var index = 0
        while index < buffer.count, ASCII.isBlank(buffer[index]) { index += 1 }
        guard index < 256 else { throw CatalogueRow.malformedPostRequest.error }
        guard index + 1 < buffer.count else { return false }
        guard buffer[index] == ASCII.carriageReturn, buffer[index + 1] == ASCII.lineFeed else {
            throw CatalogueRow.malformedPostRequest.error
        }
        drop(index + 2)
        state = .head
        return true
    }

    private mutating func readHead(_ events: inout [Event]) throws(OSSError) -> Bool {
        let isEmpty = buffer.starts(with: [ASCII.carriageReturn, ASCII.lineFeed])
        guard let end = isEmpty ? 0 : buffer.firstRange(of: Array("\r\n\r\n".utf8))?.lowerBound else {
            guard buffer.count <= Self.headBytesMax else { throw CatalogueRow.fieldItemTooLong.error }
            return false
        }
        let lines = Array(buffer[..<end])
        drop(end + (isEmpty ? 2 : 4))
        let disposition = Self.field("content-disposition", in: lines[...])
        guard let disposition, let name = Self.parameter("name", of: disposition), !name.isEmpty else {
            throw CatalogueRow.malformedPostRequest.error
        }
        guard name.count <= Self.nameBytesMax else { throw CatalogueRow.fieldItemTooLong.error }
        let isFile = name[...].matchesIgnoringCase("file")
        if hasFile {
            if isFile { throw CatalogueRow.postFileCount.error }
            state = .dropped
        } else if isFile {
            hasFile = true
            state = .file
            events.append(
                .file(
                    FileHead(
                        filename: Self.parameter("filename", of: disposition) ?? [],
                        contentType: Array(Self.field("content-type", in: lines[...]) ?? []))))
        } else {
            valuesBytes += name.count
            try checkValues()
            state = .field(String(decoding: name, as: UTF8.self).lowercased())
        }
        return true
    }

    private func checkValues() throws(OSSError) {
        guard valuesBytes <= Self.valuesBytesMax, fields.count < 10_000 else {
            throw CatalogueRow.postPreDataTooLarge.error
        }
    }

    private mutating func readFile(_ events: inout [Event]) -> Bool {
        if let found = findDelimiter() {
            if found > 0 { events.append(.data(Array(buffer[..<found]))) }
            events.append(.fileEnd)
            drop(found + delimiter.count)
            state = .boundary
            return true
        }
        if scanned > 0 {
            events.append(.data(Array(buffer[..<scanned])))
            drop(scanned)
        }
        return false
    }

    /// The content up to the next delimiter, which is passed; nil when it is not complete.
    private mutating func takeContent(limit: Int) throws(OSSError) -> [UInt8]? {
        guard let found = findDelimiter() else {
            guard scanned <= limit else { throw CatalogueRow.fieldItemTooLong.error }
            return nil
        }
        guard found <= limit else { throw CatalogueRow.fieldItemTooLong.error }
        let content = Array(buffer[..<found])
        drop(found + delimiter.count)
        return content
    }

    private mutating func drop(_ count: Int) {
        buffer.removeFirst(count)
        scanned = 0
    }

    /// Where the delimiter begins. What has been looked at is not looked at again.
    private mutating func findDelimiter() -> Int? {
        let (found, end) = Self.find(delimiter.span, in: buffer.span, from: scanned)
        scanned = end
        return found
    }

    /// The first place of `delimiter`, and the place before which none begins.
    private static func find(
        _ delimiter: Span<UInt8>, in span: Span<UInt8>, from start: Int
    ) -> (found: Int?, end: Int) {
        var index = start
        while let found = span.firstIndex(of: ASCII.carriageReturn, in: index..<span.count) {
            var matched = 1
            while matched < delimiter.count, found + matched < span.count,
                span[found + matched] == delimiter[matched]
            { matched += 1 }
            if matched == delimiter.count { return (found, found) }
            if found + matched == span.count { return (nil, found) }
            index = found + 1
        }
        return (nil, span.count)
    }

    // MARK: Heads of parts

    private static func field(_ name: Literal, in lines: ByteSlice) -> ByteSlice? {
        var rest = lines
        while !rest.isEmpty {
            let end = rest.firstRange(of: Array("\r\n".utf8))
            let line = rest[..<(end?.lowerBound ?? rest.endIndex)]
            rest = rest[(end?.upperBound ?? rest.endIndex)...]
            guard let colon = line.firstIndex(of: ASCII.colon) else { continue }
            if line[..<colon].trimmingBlanks().matchesIgnoringCase(name) {
                return line[(colon + 1)...].trimmingBlanks()
            }
        }
        return nil
    }

    /// `name=value` or `name="value"` after a semicolon. A quoted value may hold semicolons and escaped quotes.
    static func parameter(_ name: Literal, of value: ByteSlice) -> [UInt8]? {
        var index = value.firstIndex(of: ASCII.semicolon) ?? value.endIndex
        while index < value.endIndex {
            index += 1
            let start = index
            while index < value.endIndex, value[index] != ASCII.equals, value[index] != ASCII.semicolon {
                index += 1
            }
            let found = value[start..<index].trimmingBlanks()
            guard index < value.endIndex, value[index] == ASCII.equals else { continue }
            index += 1
            let text = parameterValue(value, &index)
            if found.matchesIgnoringCase(name) { return text }
        }
        return nil
    }

    /// Leaves `index` at the semicolon after the value, or at the end.
    private static func parameterValue(_ value: ByteSlice, _ index: inout Int) -> [UInt8] {
        while index < value.endIndex, ASCII.isBlank(value[index]) { index += 1 }
        guard index < value.endIndex, value[index] == ASCII.quote else {
            let start = index
            index = value[start...].firstIndex(of: ASCII.semicolon) ?? value.endIndex
            return Array(value[start..<index].trimmingBlanks())
        }
        var text: [UInt8] = []
        index += 1
        while index < value.endIndex, value[index] != ASCII.quote {
            let isEscape =
                value[index] == ASCII.backslash && index + 1 < value.endIndex
                && (value[index + 1] == ASCII.quote || value[index + 1] == ASCII.backslash)
            if isEscape { index += 1 }
            text.append(value[index])
            index += 1
        }
        index = value[index...].firstIndex(of: ASCII.semicolon) ?? value.endIndex
        return text
    }
}

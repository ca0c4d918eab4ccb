package import Bytes

/// The head of one part of a form: its name, and what a file part adds. Byte for byte but for escaped quotes.
package struct FormPartHead: Sendable {
    /// The name of a field ("PostObject" page, EC 0006-00000110).
    static let nameBytesMax = 8_192

    package private(set) var name: ByteSlice = []
    /// nil when there is none; browsers send one, perhaps empty, for every file input.
    package private(set) var filename: ByteSlice?
    package private(set) var contentType: ByteSlice?

    /// A part without a name.
    init() {}

    /// Reads lines that each end in CRLF, without the empty one that ends a head. `Content-Disposition: form-data`
    /// with a name is required, `Content-Type`, `Content-Transfer-Encoding` and `Content-Length` are allowed.
    init(_ lines: ByteSlice) throws(FormFault) {
        var disposition: ByteSlice?
        for line in Self.unfolded(lines) {
            guard !line.contains(where: { ASCII.isControl($0) && $0 != ASCII.tab }) else {
                throw .malformed("a control character in the head of a part")
            }
            guard let colon = line.firstIndex(of: ASCII.colon), colon > line.startIndex else {
                throw .malformed("a line without a name in the head of a part")
            }
            let name = line[..<colon].trimmingBlanks()
            let value = line[(colon + 1)...].trimmingBlanks()
            if name.matchesIgnoringCase("content-disposition") {
                guard disposition == nil else {
                    throw .malformed("a part with two Content-Disposition lines")
                }
                disposition = value
            } else if name.matchesIgnoringCase("content-type") {
                contentType = contentType ?? value
            } else if !name.matchesIgnoringCase("content-transfer-encoding"),
                !name.matchesIgnoringCase("content-length")
            {
                throw .unknownHeader(name.text)
            }
        }
        guard let disposition else { throw .malformed("a part without Content-Disposition") }
        try read(disposition)
    }

    /// The lines, with those that go on in a line that begins with a blank made one (RFC 5322, section 2.2.3).
    private static func unfolded(_ lines: ByteSlice) -> [ByteSlice] {
        var found: [ByteSlice] = []
        var rest = lines
        while let end = rest.firstIndex(of: ASCII.lineFeed) {
            let line = rest[..<end].dropLast()
            rest = rest[(end + 1)...]
            if let first = line.first, ASCII.isBlank(first), !found.isEmpty {
                found[found.count - 1].append(contentsOf: line)
            } else {
                found.append(line)
            }
        }
        return found
    }

    /// `form-data; name="..."; filename="..."` (RFC 7578, section 4.2). Other parameters are passed over.
    private mutating func read(_ disposition: ByteSlice) throws(FormFault) {
        let end = disposition.firstIndex(of: ASCII.semicolon) ?? disposition.endIndex
        guard disposition[..<end].trimmingBlanks().matchesIgnoringCase("form-data") else {
            throw .malformed("a part that is not form-data")
        }
        var rest = disposition[end...]
        var found: ByteSlice?
        while let parameter = try Self.parameter(&rest) {
            if parameter.name.matchesIgnoringCase("name") {
                found = found ?? parameter.value
            } else if parameter.name.matchesIgnoringCase("filename") {
                filename = filename ?? parameter.value
            }
        }
        guard let found else { throw .malformed("a part without a name") }
        guard found.count <= Self.nameBytesMax else { throw .nameTooLong(found.count) }
        name = found
    }

    /// Takes the next `; name=value`; nil at the end.
    private static func parameter(
        _ rest: inout ByteSlice
    ) throws(FormFault) -> (name: ByteSlice, value: ByteSlice)? {
        while let first = rest.first, first == ASCII.semicolon || ASCII.isBlank(first) { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        let isNameEnd: (UInt8) -> Bool = { $0 == ASCII.equals || $0 == ASCII.semicolon }
        let nameEnd = rest.firstIndex(where: isNameEnd) ?? rest.endIndex
        let name = rest[..<nameEnd].trimmingBlanks()
        rest = rest[nameEnd...]
        // A word without a value.
        guard rest.first == ASCII.equals else { return (name, []) }
        rest.removeFirst()
        while let first = rest.first, ASCII.isBlank(first) { rest.removeFirst() }
        if rest.first == ASCII.quote { return (name, try quoted(&rest)) }
        let end = rest.firstIndex(of: ASCII.semicolon) ?? rest.endIndex
        let value = rest[..<end].trimmingBlanks()
        rest = rest[end...]
        return (name, value)
    }

    /// A quoted value. Only a quote is taken for escaped: old browsers send paths with backslashes as they are.
    private static func quoted(_ rest: inout ByteSlice) throws(FormFault) -> ByteSlice {
        let start = rest.startIndex + 1
        var index = start
        var hasEscape = false
        while index < rest.endIndex {
            if rest[index] == ASCII.quote {
                let value = rest[start..<index]
                rest = rest[(index + 1)...]
                return hasEscape ? unescaped(value) : value
            }
            if rest[index] == ASCII.backslash, index + 1 < rest.endIndex, rest[index + 1] == ASCII.quote,
                rest[(index + 2)...].contains(ASCII.quote)
            {
                hasEscape = true
                index += 1
            }
            index += 1
        }
        throw .malformed("a quoted value without an end in the head of a part")
    }

    private static func unescaped(_ value: ByteSlice) -> ByteSlice {
        var out: [UInt8] = []
        var rest = value
        while let byte = rest.popFirst() {
            if byte == ASCII.backslash, let next = rest.first, next == ASCII.quote { continue }
            out.append(byte)
        }
        return out[...]
    }
}

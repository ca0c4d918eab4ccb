import Bytes

/// A strict parser of JSON (RFC 8259) for what people write and strangers send: every error has its line and column,
/// a repeated member is an error, depth and size are bounded. The platform's parser keeps the last of two equal keys
/// in silence.
package struct JSONParser {
    package struct Failure: Error, Equatable {
        /// Both count from 1; a column is a byte.
        package let line: Int
        package let column: Int
        package let message: String

        package init(line: Int, column: Int, message: String) {
            self.line = line
            self.column = column
            self.message = message
        }
    }

    package static let depthMax = 32
    /// In bytes; no configuration and no document of the service is longer.
    package static let textBytesMax = 2 << 20

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value of the text; nothing but white space may follow it. A caller with a limit of its own below
    /// `textBytesMax` looks at the length first.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes)
        guard bytes.count <= textBytesMax else { throw parser.failure("longer than \(textBytesMax) bytes") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.index = 3 }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == bytes.count else { throw parser.failure("unexpected text after the end") }
        return value
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        skipSpace()
        guard depth < Self.depthMax else { throw failure("nested more than \(Self.depthMax) deep") }
        guard let byte = peek else { throw failure("the text ends where a value is expected") }
        switch byte {
        case 0x7B: return try object(depth: depth)
        case ASCII.leftBracket: return try array(depth: depth)
        case ASCII.quote: return .string(try string())
        case ASCII.hyphen, ASCII.zero...ASCII.nine: return .number(try number())
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(0x7D) { return .object([]) }
        while true {
            skipSpace()
            guard peek == ASCII.quote else { throw failure("expected a key in double quotes") }
            let start = index
            let name = try string()
            guard names.insert(name).inserted else {
                throw failure("the key \"\(name)\" is repeated", at: start)
            }
            skipSpace()
            guard take(ASCII.colon) else { throw failure("expected ':' after the key \"\(name)\"") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if take(ASCII.comma) { continue }
            guard take(0x7D) else { throw failure("expected ',' or '}' after the value of \"\(name)\"") }
            return .object(members)
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        index += 1
        var items: [JSONValue] = []
        skipSpace()
        if take(ASCII.rightBracket) { return .array([]) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(ASCII.comma) { continue }
            guard take(ASCII.rightBracket) else { throw failure("expected ',' or ']' in the list") }
            return .array(items)
        }
    }

    private mutating func string() throws(Failure) -> String {
        let start = index
        index += 1
        var out: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case ASCII.quote:
                guard out[...].isUTF8 else { throw failure("the string is not UTF-8", at: start) }
                return String(decoding: out, as: UTF8.self)
            case ASCII.backslash: try escape(into: &out)
            case 0..<ASCII.space: throw failure("a control character in a string", at: index - 1)
            default: out.append(byte)
            }
        }
        throw failure("the string has no end", at: start)
    }

    private mutating func escape(into out: inout [UInt8]) throws(Failure) {
        let start = index - 1
        guard let byte = peek else { throw failure("the string has no end", at: start) }
        index += 1
        switch byte {
        case ASCII.quote, ASCII.backslash, ASCII.slash: out.append(byte)
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(ASCII.lineFeed)
        case 0x72: out.append(ASCII.carriageReturn)
        case 0x74: out.append(ASCII.tab)
        case 0x75:
            var unit = try hexUnit(from: start)
            if unit & 0xFC00 == 0xD800, peek == ASCII.backslash {
                index += 1
                guard take(0x75) else { throw failure("half of a surrogate pair", at: start) }
                let low = try hexUnit(from: start)
                guard low & 0xFC00 == 0xDC00 else { throw failure("half of a surrogate pair", at: start) }
                unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
            }
            guard let scalar = Unicode.Scalar(unit) else {
                throw failure("half of a surrogate pair", at: start)
            }
            out.append(contentsOf: String(Character(scalar)).utf8)
        default: throw failure("unknown escape in a string", at: start)
        }
    }

    private mutating func hexUnit(from start: Int) throws(Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Hex.value(byte) else {
                throw failure("\\u needs four hexadecimal digits", at: start)
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    private mutating func number() throws(Failure) -> String {
        let start = index
        _ = take(ASCII.hyphen)
        let whole = digits()
        var isValid = whole > 0 && (whole == 1 || bytes[index - whole] != ASCII.zero)
        if take(ASCII.dot) { isValid = digits() > 0 && isValid }
        if let byte = peek, byte | 0x20 == 0x65 {
            index += 1
            if !take(ASCII.plus) { _ = take(ASCII.hyphen) }
            isValid = digits() > 0 && isValid
        }
        guard isValid else { throw failure("malformed number", at: start) }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = peek, ASCII.isDigit(byte) { index += 1 }
        return index - start
    }

    private mutating func word() throws(Failure) -> JSONValue {
        let start = index
        while let byte = peek, ASCII.isAlphanumeric(byte) { index += 1 }
        switch bytes[start..<index] {
        case let text where text.matches("true"): return .bool(true)
        case let text where text.matches("false"): return .bool(false)
        case let text where text.matches("null"): return .null
        default: throw failure("expected a value", at: start)
        }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek,
            ASCII.isBlank(byte) || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
        {
            index += 1
        }
    }

    private func failure(_ message: String, at place: Int? = nil) -> Failure {
        let before = bytes[..<min(place ?? index, bytes.count)]
        let lineStart = before.lastIndex(of: ASCII.lineFeed).map { $0 + 1 } ?? 0
        return Failure(
            line: before.count(where: { $0 == ASCII.lineFeed }) + 1, column: before.count - lineStart + 1,
            message: message)
    }
}

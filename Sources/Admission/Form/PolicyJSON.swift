import Bytes

/// A value of the JSON text of a policy.
indirect enum PolicyJSON: Sendable, Equatable {
    case string([UInt8])
    /// As written.
    case number(ByteSlice)
    case bool(Bool)
    case null
    case array([PolicyJSON])
    /// In order, repeated names included.
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: [UInt8]
        let value: PolicyJSON
    }

    /// The last member of this name, which is the one that most readers keep.
    func member(_ name: Literal) -> PolicyJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name[...].matches(name) }?.value
    }
}

/// Why a policy is no JSON, in the words of the service ("common errors of PostObject" page).
enum PolicyJSONFault: Error, Sendable, Equatable {
    /// No token begins with this character.
    case unknownCharacter(String)
    /// `, or ]` in an array; of an object by analogy.
    case expected(String)
    /// A fault that no page has words for.
    case other(String)
    /// Too large to be judged here: deeper or of more values than any policy.
    case tooLarge
}

/// A reader of the JSON of policies, bounded in depth and number of values. It takes what the service is known to
/// take beyond RFC 8259: the escape `\$`, control characters in strings, and anything after the value.
struct PolicyJSONReader {
    static let depthMax = 32
    static let valuesMax = 10_000

    private let bytes: [UInt8]
    private var index = 0
    private var values = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func parse(_ bytes: [UInt8]) throws(PolicyJSONFault) -> PolicyJSON {
        var reader = PolicyJSONReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        return try reader.value(depth: 0)
    }

    private mutating func value(depth: Int) throws(PolicyJSONFault) -> PolicyJSON {
        values += 1
        guard depth < Self.depthMax, values <= Self.valuesMax else { throw .tooLarge }
        switch try peekToken() {
        case 0x7B: return try object(depth: depth)
        case ASCII.leftBracket: return try array(depth: depth)
        case ASCII.quote: return .string(try string())
        case ASCII.hyphen, ASCII.zero...ASCII.nine: return .number(try number())
        case 0x74: return try word("true", .bool(true))
        case 0x66: return try word("false", .bool(false))
        case 0x6E: return try word("null", .null)
        default: throw unknownCharacter()
        }
    }

    private mutating func object(depth: Int) throws(PolicyJSONFault) -> PolicyJSON {
        index += 1
        var members: [PolicyJSON.Member] = []
        if try peekToken() == 0x7D {
            index += 1
            return .object([])
        }
        while true {
            guard try peekToken() == ASCII.quote else { throw unknownCharacter() }
            let name = try string()
            skipSpace()
            guard take(ASCII.colon) else { throw .expected(":") }
            members.append(PolicyJSON.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if take(ASCII.comma) { continue }
            guard take(0x7D) else { throw .expected(", or }") }
            return .object(members)
        }
    }

    private mutating func array(depth: Int) throws(PolicyJSONFault) -> PolicyJSON {
        index += 1
        var items: [PolicyJSON] = []
        if try peekToken() == ASCII.rightBracket {
            index += 1
            return .array([])
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(ASCII.comma) { continue }
            guard take(ASCII.rightBracket) else { throw .expected(", or ]") }
            return .array(items)
        }
    }

    private mutating func string() throws(PolicyJSONFault) -> [UInt8] {
        index += 1
        var out: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case ASCII.quote: return out
            case ASCII.backslash: try escape(into: &out)
            default: out.append(byte)
            }
        }
        throw .other("unterminated string")
    }

    private mutating func escape(into out: inout [UInt8]) throws(PolicyJSONFault) {
        guard let byte = peek else { throw .other("unterminated string") }
        index += 1
        switch byte {
        case ASCII.quote, ASCII.backslash, ASCII.slash, 0x24: out.append(byte)
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(ASCII.lineFeed)
        case 0x72: out.append(ASCII.carriageReturn)
        case 0x74: out.append(ASCII.tab)
        case 0x75: out.append(contentsOf: String(Character(try scalar())).utf8)
        default: throw .other("unknown escape")
        }
    }

    /// After `\u`; half of a pair becomes the replacement character.
    private mutating func scalar() throws(PolicyJSONFault) -> Unicode.Scalar {
        let unit = try hexUnit()
        guard unit & 0xFC00 == 0xD800, bytes[index...].hasPrefix("\\u") else {
            return Unicode.Scalar(unit) ?? "\u{FFFD}"
        }
        let before = index
        index += 2
        let low = try hexUnit()
        guard low & 0xFC00 == 0xDC00 else {
            index = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
    }

    private mutating func hexUnit() throws(PolicyJSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Hex.value(byte) else { throw .other("unknown escape") }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    /// Digits with what numbers have between them; what they are worth is the reader's of the number to say.
    private mutating func number() throws(PolicyJSONFault) -> ByteSlice {
        let start = index
        while let byte = peek,
            ASCII.isDigit(byte) || byte == ASCII.hyphen || byte == ASCII.plus || byte == ASCII.dot
                || byte | 0x20 == 0x65
        {
            index += 1
        }
        return bytes[start..<index]
    }

    private mutating func word(_ text: Literal, _ value: PolicyJSON) throws(PolicyJSONFault) -> PolicyJSON {
        guard bytes[index...].hasPrefix(text) else { throw unknownCharacter() }
        index += text.count
        return value
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// The first byte of the next token.
    private mutating func peekToken() throws(PolicyJSONFault) -> UInt8 {
        skipSpace()
        guard let byte = peek else { throw .other("unexpected end") }
        return byte
    }

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

    /// The character at the reader, whole when it takes several bytes.
    private func unknownCharacter() -> PolicyJSONFault {
        let text = String(decoding: bytes[index...].prefix(4), as: UTF8.self)
        return .unknownCharacter(text.unicodeScalars.first.map { String(Character($0)) } ?? "")
    }
}

import Bytes

/// Writes one JSON object on one line (RFC 8259), field by field. Text from the network is cut to a bound, and what
/// could disturb a terminal or a parser is escaped; the line holds no line feed but the one that ends it.
struct JSONLine {
    private(set) var bytes: [UInt8]

    init() {
        bytes = []
        // As long as most lines are: growing a dozen times costs more than writing.
        bytes.reserveCapacity(1024)
        bytes.append(0x7B)
    }

    /// Bytes that one field may take after escaping, unless its caller says otherwise.
    static let valueBytesMax = 1024

    mutating func field(_ name: Literal, text: String?, bytesMax: Int = valueBytesMax) {
        guard let text else { return }
        field(name, bytes: ArraySlice(text.utf8), bytesMax: bytesMax)
    }

    /// Bytes that are not UTF-8 appear as a backslash, `x` and two digits.
    mutating func field(_ name: Literal, bytes value: ByteSlice?, bytesMax: Int = valueBytesMax) {
        guard let value else { return }
        begin(name)
        bytes.append(ASCII.quote)
        JSONText.append(value, bytesMax: bytesMax, to: &bytes)
        bytes.append(ASCII.quote)
    }

    mutating func field(_ name: Literal, number: UInt64?) {
        guard let number else { return }
        begin(name)
        Decimal.append(number, to: &bytes)
    }

    /// Microseconds written as seconds with three decimals, rounded down.
    mutating func field(_ name: Literal, secondsOfMicroseconds microseconds: UInt64) {
        begin(name)
        Decimal.append(microseconds / 1_000_000, to: &bytes)
        bytes.append(ASCII.dot)
        JSONText.appendDigits(microseconds / 1000 % 1000, count: 3, to: &bytes)
    }

    /// The whole line with its line feed.
    consuming func ended() -> [UInt8] {
        bytes.append(0x7D)
        bytes.append(ASCII.lineFeed)
        return bytes
    }

    private mutating func begin(_ name: Literal) {
        if bytes.count > 1 { bytes.append(ASCII.comma) }
        bytes.append(ASCII.quote)
        bytes.append(name)
        bytes.append(ASCII.quote)
        bytes.append(ASCII.colon)
    }
}

/// The inside of a JSON string.
enum JSONText {
    /// Appends `value` escaped. It never takes more than `bytesMax` bytes; a cut value ends with `…`.
    static func append(_ value: ByteSlice, bytesMax: Int, to out: inout [UInt8]) {
        let limit = out.count + bytesMax
        // The last place where the mark still fits after what is written.
        var cut = out.count
        var index = value.startIndex
        while index < value.endIndex {
            index = appendCharacter(of: value, at: index, to: &out)
            if out.count > limit {
                out.removeSubrange(cut...)
                return out.append(contentsOf: ellipsis)
            }
            if out.count <= limit - ellipsis.count { cut = out.count }
        }
    }

    /// `value` in exactly `count` decimal digits.
    static func appendDigits(_ value: UInt64, count: Int, to out: inout [UInt8]) {
        var divisor: UInt64 = 1
        for _ in 1..<count { divisor *= 10 }
        for _ in 0..<count {
            out.append(ASCII.zero &+ UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    private static let ellipsis = Array("…".utf8)

    /// Appends the character that starts at `index`; gives the index after it.
    private static func appendCharacter(of value: ByteSlice, at index: Int, to out: inout [UInt8]) -> Int {
        let byte = value[index]
        if byte < 0x80 {
            switch byte {
            case ASCII.quote, ASCII.backslash:
                out.append(ASCII.backslash)
                out.append(byte)
            case _ where ASCII.isControl(byte): appendEscape(UInt32(byte), to: &out)
            default: out.append(byte)
            }
            return index + 1
        }
        let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        guard index + width <= value.endIndex, value[index..<index + width].isUTF8 else {
            out.append("\\\\x")
            out.append(Hex.digit(byte &>> 4, upper: false))
            out.append(Hex.digit(byte & 15, upper: false))
            return index + 1
        }
        let sequence = value[index..<index + width]
        let scalar = sequence.dropFirst().reduce(UInt32(byte) & (0xFF >> UInt32(width + 1))) {
            $0 << 6 | UInt32($1 & 0x3F)
        }
        if isInvisible(scalar) { appendEscape(scalar, to: &out) } else { out.append(contentsOf: sequence) }
        return index + width
    }

    /// C1 controls, line and paragraph separators, and marks that turn the direction of the text around them.
    private static func isInvisible(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x80...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func appendEscape(_ unit: UInt32, to out: inout [UInt8]) {
        out.append("\\u")
        for shift in [UInt32(12), 8, 4, 0] {
            out.append(Hex.digit(UInt8(truncatingIfNeeded: unit >> shift) & 15, upper: false))
        }
    }
}

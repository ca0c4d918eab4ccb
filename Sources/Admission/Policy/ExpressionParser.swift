import Bytes

/// Reads a regular expression: characters, `.`, classes, groups, `|`, `*`, `+`, `?`, `{n,m}`, the escapes `\d \w \s`
/// with their opposites, and `(?i)` at the beginning. It matches a whole text, so anchors at its ends say nothing
/// new. What needs backtracking (back-references, look-around) does not exist. Expressions are over bytes: a
/// character that is not ASCII stands for its UTF-8 bytes, and `.` is one byte.
struct ExpressionParser {
    static let textBytesMax = 1_000
    private static let depthMax = 32
    private static let repetitionMax = 255

    private let text: ByteSlice
    private var index: Int
    private var depth = 0

    private init(_ text: ByteSlice) {
        self.text = text
        index = text.startIndex
    }

    /// The tree of an expression, and whether it ignores case.
    static func parse(_ text: ByteSlice) throws(PatternFault) -> (Expression, ignoresCase: Bool) {
        guard text.count <= textBytesMax else {
            throw PatternFault("the expression is longer than \(textBytesMax) bytes")
        }
        var rest = text
        let ignoresCase = rest.hasPrefix("(?i)")
        if ignoresCase { rest = rest.dropFirst(4) }
        if rest.first == 0x5E { rest = rest.dropFirst() }
        if rest.last == 0x24, !isEscaped(at: rest.endIndex - 1, in: rest) { rest = rest.dropLast() }
        var parser = ExpressionParser(rest)
        let expression = try parser.choice()
        guard parser.index == rest.endIndex else { throw PatternFault("a \")\" without its \"(\"") }
        return (expression, ignoresCase)
    }

    private static func isEscaped(at place: Int, in text: ByteSlice) -> Bool {
        let slashes = text[..<place].reversed().prefix { $0 == ASCII.backslash }.count
        return !slashes.isMultiple(of: 2)
    }

    private mutating func choice() throws(PatternFault) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw PatternFault("groups nested too deep") }
        var branches = [try sequence()]
        while peek == Self.bar {
            index += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternFault) -> Expression {
        var parts: [Expression] = []
        while let byte = peek, byte != Self.bar, byte != Self.close {
            parts.append(try repeated(try atom(byte)))
        }
        return .sequence(parts)
    }

    private mutating func repeated(_ atom: Expression) throws(PatternFault) -> Expression {
        let result: Expression
        switch peek {
        case Self.star: result = .repeated(atom, min: 0, max: nil)
        case ASCII.plus: result = .repeated(atom, min: 1, max: nil)
        case ASCII.question: result = .repeated(atom, min: 0, max: 1)
        case Self.openBrace: return try counted(atom)
        default: return atom
        }
        index += 1
        return try once(result)
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    private mutating func counted(_ atom: Expression) throws(PatternFault) -> Expression {
        index += 1
        let low = try number()
        var high: Int? = low
        if peek == ASCII.comma {
            index += 1
            high = peek == Self.closeBrace ? nil : try number()
        }
        guard peek == Self.closeBrace else { throw PatternFault("a repetition is {n}, {n,} or {n,m}") }
        index += 1
        if let high, high < low {
            throw PatternFault("a repetition {\(low),\(high)} that ends before it begins")
        }
        return try once(.repeated(atom, min: low, max: high))
    }

    private func once(_ result: Expression) throws(PatternFault) -> Expression {
        switch peek {
        case Self.star, ASCII.plus, ASCII.question, Self.openBrace:
            throw PatternFault("a repetition of a repetition; use a group")
        default: return result
        }
    }

    private mutating func number() throws(PatternFault) -> Int {
        let digits = text[index...].prefix { ASCII.isDigit($0) }
        guard let value = digits.decimal, value <= UInt64(Self.repetitionMax) else {
            throw PatternFault("a repetition needs a number up to \(Self.repetitionMax)")
        }
        index += digits.count
        return Int(value)
    }

    private mutating func atom(_ byte: UInt8) throws(PatternFault) -> Expression {
        index += 1
        switch byte {
        case Self.open: return try group()
        case ASCII.leftBracket: return .byte(try byteClass())
        case ASCII.dot: return .byte(.allBytes)
        case ASCII.backslash: return .byte(try escape())
        case Self.star, ASCII.plus, ASCII.question, Self.openBrace:
            throw PatternFault("nothing before \"\(Character(Unicode.Scalar(byte)))\" to repeat")
        case 0x5E, 0x24:
            throw PatternFault("an anchor inside the expression; it always matches the whole text")
        default: return .byte(BitSet256(byte: byte))
        }
    }

    private mutating func group() throws(PatternFault) -> Expression {
        if peek == ASCII.question {
            guard text[index...].hasPrefix("?:") else {
                throw PatternFault("a group that begins with \"(?\"; only \"(?:\" is known")
            }
            index += 2
        }
        let inner = try choice()
        guard peek == Self.close else { throw PatternFault("a \"(\" without its \")\"") }
        index += 1
        return inner
    }

    private mutating func escape() throws(PatternFault) -> BitSet256 {
        guard let byte = peek else { throw PatternFault("a backslash at the end") }
        index += 1
        if let set = Self.classes(byte) { return set }
        switch byte {
        case 0x6E: return BitSet256(byte: ASCII.lineFeed)
        case 0x72: return BitSet256(byte: ASCII.carriageReturn)
        case 0x74: return BitSet256(byte: ASCII.tab)
        case _ where ASCII.isAlphanumeric(byte):
            throw PatternFault("the escape \"\\\(Character(Unicode.Scalar(byte)))\" is not known")
        default: return BitSet256(byte: byte)
        }
    }

    private static func classes(_ letter: UInt8) -> BitSet256? {
        let digits = BitSet256(bytes: 0x30...0x39)
        let word =
            digits | BitSet256(bytes: 0x41...0x5A) | BitSet256(bytes: 0x61...0x7A)
            | BitSet256(byte: ASCII.underscore)
        let space = BitSet256(bytes: 0x09...0x0D) | BitSet256(byte: ASCII.space)
        switch letter {
        case 0x64: return digits
        case 0x44: return digits.inverted
        case 0x77: return word
        case 0x57: return word.inverted
        case 0x73: return space
        case 0x53: return space.inverted
        default: return nil
        }
    }

    /// After `[`.
    private mutating func byteClass() throws(PatternFault) -> BitSet256 {
        var set = BitSet256()
        let isInverted = peek == 0x5E
        if isInverted { index += 1 }
        var isFirst = true
        while true {
            guard let byte = peek else { throw PatternFault("a \"[\" without its \"]\"") }
            if byte == ASCII.rightBracket, !isFirst { break }
            isFirst = false
            let (low, members) = try classMember()
            set |= members
            guard let low, peek == ASCII.hyphen, index + 1 < text.endIndex,
                text[index + 1] != ASCII.rightBracket
            else { continue }
            index += 1
            guard let high = try classMember().0, high >= low else {
                throw PatternFault("a range in a class that ends before it begins")
            }
            set |= BitSet256(bytes: low...high)
        }
        index += 1
        return isInverted ? set.inverted : set
    }

    /// A byte of a class, nil for an escape that stands for several, and what it stands for.
    private mutating func classMember() throws(PatternFault) -> (UInt8?, BitSet256) {
        guard let byte = peek else { throw PatternFault("a \"[\" without its \"]\"") }
        guard byte < 0x80 else { throw PatternFault("a class has ASCII characters only") }
        index += 1
        guard byte == ASCII.backslash else { return (byte, BitSet256(byte: byte)) }
        let next = peek
        let set = try escape()
        if let next, Self.classes(next) != nil { return (nil, set) }
        let only = (0..<256).first { set.contains($0) }.map { UInt8($0) }
        return (only, set)
    }

    private var peek: UInt8? { index < text.endIndex ? text[index] : nil }

    private static let open: UInt8 = 0x28
    private static let close: UInt8 = 0x29
    private static let star: UInt8 = 0x2A
    private static let openBrace: UInt8 = 0x7B
    private static let closeBrace: UInt8 = 0x7D
    private static let bar: UInt8 = 0x7C
}

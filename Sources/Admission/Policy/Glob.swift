import Bytes

/// One glob, made of what a key or another text begins with, what it ends with, and what may lie between. The usual
/// ones (`incoming/**`, `**.jpg`, `photos/*`) need no automaton.
struct Glob: Sendable {
    let edges: PatternEdges
    private let middle: Middle

    private enum Middle: Sendable {
        /// The text is prefix and suffix and no more.
        case nothing
        case anything
        case noSlash
        case automaton(Automaton)
    }

    /// True when it is one text and matches no other.
    var isLiteral: Bool { if case .nothing = middle { true } else { false } }

    func matches(_ text: Span<UInt8>) -> Bool {
        let prefix = edges.prefix
        let suffix = edges.suffix
        let rest = text.count - prefix.count - suffix.count
        guard rest >= 0, Self.equal(text, at: 0, prefix),
            Self.equal(text, at: text.count - suffix.count, suffix)
        else { return false }
        switch middle {
        case .nothing: return rest == 0
        case .anything: return true
        case .noSlash:
            return text.firstIndex(of: ASCII.slash, in: prefix.count..<(prefix.count + rest)) == nil
        case .automaton(let automaton):
            return automaton.matches(text.extracting(prefix.count..<(prefix.count + rest)))
        }
    }

    private static func equal(_ text: Span<UInt8>, at start: Int, _ wanted: [UInt8]) -> Bool {
        // From the end: what keys share is mostly at their beginning.
        var index = wanted.count - 1
        while index >= 0 {
            if text[start + index] != wanted[index] { return false }
            index -= 1
        }
        return true
    }

    // MARK: Reading

    static let textBytesMax = 2_048
    /// What braces may be written out to.
    private static let alternativesMax = 64

    /// The globs that a text with braces stands for: `*` is anything without a slash (anything where texts have no
    /// segments), `**` anything, `**/` any
    /// directories or none, `?` one character but a slash, `[a-z]` and `[!a-z]` one ASCII character of a class,
    /// `{a,b}` one of several, and a backslash takes the meaning from what follows.
    static func parse(
        _ text: ByteSlice, ignoringCase: Bool, hasSegments: Bool
    ) throws(PatternFault) -> [Glob] {
        guard text.count <= textBytesMax else {
            throw PatternFault("the pattern is longer than \(textBytesMax) bytes")
        }
        var globs: [Glob] = []
        for alternative in try alternatives(of: text) {
            var reader = GlobReader(alternative, hasSegments: hasSegments)
            globs.append(try Glob(try reader.tokens(), ignoringCase))
        }
        return globs
    }

    private init(_ tokens: [GlobToken], _ ignoringCase: Bool) throws(PatternFault) {
        var head: [UInt8] = []
        var tail: [UInt8] = []
        var rest = tokens[...]
        while case .byte(let byte)? = rest.first {
            head.append(ignoringCase ? ASCII.lowercased(byte) : byte)
            rest.removeFirst()
        }
        while case .byte(let byte)? = rest.last {
            tail.append(ignoringCase ? ASCII.lowercased(byte) : byte)
            rest.removeLast()
        }
        edges = PatternEdges(prefix: head, suffix: tail.reversed())
        switch rest.count {
        case 0: middle = .nothing
        case 1:
            switch rest.first {
            case .anything: middle = .anything
            case .segment: middle = .noSlash
            default: middle = .automaton(try Self.automaton(rest, ignoringCase))
            }
        default: middle = .automaton(try Self.automaton(rest, ignoringCase))
        }
    }

    private static func automaton(
        _ tokens: ArraySlice<GlobToken>, _ ignoringCase: Bool
    ) throws(PatternFault) -> Automaton {
        try Automaton(.sequence(tokens.map(\.expression)), ignoringCase: ignoringCase)
    }

    /// Braces written out; they may lie in one another.
    private static func alternatives(of text: ByteSlice) throws(PatternFault) -> [ByteSlice] {
        var done: [ByteSlice] = []
        var open = [text]
        while let next = open.popLast() {
            guard let (start, end, commas) = try brace(in: next) else {
                done.append(next)
                continue
            }
            guard done.count + open.count + commas.count < alternativesMax else {
                throw PatternFault("more than \(alternativesMax) alternatives in braces")
            }
            let borders = [start] + commas + [end]
            for (left, right) in zip(borders, borders.dropFirst()).reversed() {
                open.append((next[..<start] + next[(left + 1)..<right] + next[(end + 1)...])[...])
            }
        }
        return done
    }

    /// The first outermost pair of braces, and the commas that are its own.
    private static func brace(
        in text: ByteSlice
    ) throws(PatternFault) -> (start: Int, end: Int, commas: [Int])? {
        var start: Int?
        var commas: [Int] = []
        var depth = 0
        var isEscaped = false
        for index in text.indices {
            let byte = text[index]
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case ASCII.backslash: isEscaped = true
            case 0x7B:
                depth += 1
                if depth == 1 { start = index }
            case 0x7D where depth == 1:
                guard let start else { return nil }
                return (start, index, commas)
            case 0x7D where depth > 1: depth -= 1
            case 0x7D: throw PatternFault("a \"}\" without its \"{\"")
            case ASCII.comma where depth == 1: commas.append(index)
            default: break
            }
        }
        guard depth == 0 else { throw PatternFault("a \"{\" without its \"}\"") }
        return nil
    }
}

/// A piece of a glob without braces.
private enum GlobToken {
    case byte(UInt8)
    /// `*`
    case segment
    /// `**`
    case anything
    /// `**/` where a segment begins: nothing, or anything up to a slash.
    case directories
    /// `?`
    case character
    case byteClass(BitSet256)

    var expression: Expression {
        let slash = BitSet256(byte: ASCII.slash)
        switch self {
        case .byte(let byte): return .byte(BitSet256(byte: byte))
        case .segment: return .repeated(.byte(slash.inverted), min: 0, max: nil)
        case .anything: return .repeated(.byte(.allBytes), min: 0, max: nil)
        case .directories:
            let directory = Expression.sequence([
                .repeated(.byte(.allBytes), min: 0, max: nil), .byte(slash),
            ])
            return .repeated(directory, min: 0, max: 1)
        case .character: return Self.oneCharacter
        case .byteClass(let set): return .byte(set)
        }
    }

    /// One character in UTF-8, but a slash.
    private static let oneCharacter: Expression = {
        let ascii = BitSet256(bytes: 0x00...0x7F) & BitSet256(byte: ASCII.slash).inverted
        let tail = Expression.byte(BitSet256(bytes: 0x80...0xBF))
        return .choice([
            .byte(ascii),
            .sequence([.byte(BitSet256(bytes: 0xC2...0xDF)), tail]),
            .sequence([.byte(BitSet256(bytes: 0xE0...0xEF)), tail, tail]),
            .sequence([.byte(BitSet256(bytes: 0xF0...0xF4)), tail, tail, tail]),
        ])
    }()
}

private struct GlobReader {
    private let text: ByteSlice
    private let hasSegments: Bool
    private var index: Int

    init(_ text: ByteSlice, hasSegments: Bool) {
        self.text = text
        self.hasSegments = hasSegments
        index = text.startIndex
    }

    mutating func tokens() throws(PatternFault) -> [GlobToken] {
        var tokens: [GlobToken] = []
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            switch byte {
            case 0x2A: stars(&tokens)
            case ASCII.question: tokens.append(.character)
            case ASCII.leftBracket: tokens.append(.byteClass(try byteClass()))
            case ASCII.backslash:
                guard index < text.endIndex else { throw PatternFault("a backslash at the end") }
                tokens.append(.byte(text[index]))
                index += 1
            default: tokens.append(.byte(byte))
            }
        }
        return tokens
    }

    /// After the first star.
    private mutating func stars(_ tokens: inout [GlobToken]) {
        let more = text[index...].prefix { $0 == 0x2A }.count
        index += more
        guard more > 0 else { return tokens.append(hasSegments ? .segment : .anything) }
        let beginsSegment =
            switch tokens.last {
            case nil, .byte(ASCII.slash), .directories: true
            default: false
            }
        if beginsSegment, index < text.endIndex, text[index] == ASCII.slash {
            index += 1
            tokens.append(.directories)
        } else {
            tokens.append(.anything)
        }
    }

    /// After `[`.
    private mutating func byteClass() throws(PatternFault) -> BitSet256 {
        var set = BitSet256()
        let isInverted = index < text.endIndex && (text[index] == 0x21 || text[index] == 0x5E)
        if isInverted { index += 1 }
        var isFirst = true
        while true {
            let low = try classByte()
            if low == ASCII.rightBracket, !isFirst { break }
            isFirst = false
            if index + 1 < text.endIndex, text[index] == ASCII.hyphen, text[index + 1] != ASCII.rightBracket {
                index += 1
                let high = try classByte()
                guard high >= low else {
                    throw PatternFault("a range in a class that ends before it begins")
                }
                set |= BitSet256(bytes: low...high)
            } else {
                set.insert(Int(low))
            }
        }
        // A class stands within a segment, like every other single character.
        return (isInverted ? set.inverted & BitSet256(bytes: 0x00...0x7F) : set)
            & BitSet256(byte: ASCII.slash).inverted
    }

    private mutating func classByte() throws(PatternFault) -> UInt8 {
        guard index < text.endIndex else { throw PatternFault("a \"[\" without its \"]\"") }
        guard text[index] < 0x80 else { throw PatternFault("a class has ASCII characters only") }
        defer { index += 1 }
        return text[index]
    }
}

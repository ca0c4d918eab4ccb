import Bytes

/// What a pattern of the policy cannot be.
package struct PatternFault: Error, Sendable, Equatable {
    /// For the operator; starts in lower case, without a full stop.
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// A pattern over bytes as a tree. Its depth is bounded by whoever parses it.
indirect enum Expression: Sendable {
    /// One byte of a set.
    case byte(BitSet256)
    case sequence([Expression])
    case choice([Expression])
    /// At least `min` times, at most `max`; without a bound when that is nil.
    case repeated(Expression, min: Int, max: Int?)

    static let nothing = Expression.sequence([])
    static func text(_ bytes: some Sequence<UInt8>) -> Expression {
        .sequence(bytes.map { .byte(BitSet256(byte: $0)) })
    }

    /// What all that it matches begins and ends with, as far as it is written down as single bytes.
    var edges: PatternEdges {
        let parts = parts
        let prefix = parts.prefix { $0.byte != nil }.compactMap(\.byte)
        let suffix = parts.reversed().prefix { $0.byte != nil }.compactMap(\.byte)
        return PatternEdges(prefix: prefix, suffix: suffix.reversed())
    }

    /// What it is a sequence of, sequences within it resolved.
    private var parts: [Expression] {
        if case .sequence(let parts) = self { parts.flatMap(\.parts) } else { [self] }
    }

    /// The only byte that it matches, if it is one.
    private var byte: UInt8? {
        guard case .byte(let set) = self else { return nil }
        let members = (UInt8.min...UInt8.max).filter { set.contains(Int($0)) }
        return members.count == 1 ? members[0] : nil
    }
}

/// A matcher of whole texts that cannot be made slow: the position automaton of Glushkov (1961) held in bits. Each
/// byte of the text costs at most one step for each position, and there are at most `positionsMax` of them; nothing
/// is ever tried twice.
struct Automaton: Sendable {
    /// Single bytes that the pattern consists of after its repetitions are written out.
    static let positionsMax = 256

    private var first = BitSet256()
    private var last = BitSet256()
    private var acceptsEmpty = false
    /// By position: what may come after it.
    private var follow: [BitSet256] = []
    /// By byte: the positions that it can stand at.
    private var byByte = [BitSet256](repeating: BitSet256(), count: 256)

    init(_ expression: Expression, ignoringCase: Bool = false) throws(PatternFault) {
        let whole = try add(expression, ignoringCase)
        first = whole.first
        last = whole.last
        acceptsEmpty = whole.isNullable
    }

    func matches(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return acceptsEmpty }
        var state = first & byByte[Int(text[0])]
        for index in 1..<max(1, text.count) {
            if state == BitSet256() { return false }
            state = next(state) & byByte[Int(text[index])]
        }
        return state & last != BitSet256()
    }

    private func next(_ state: BitSet256) -> BitSet256 {
        var reached = BitSet256()
        for word in 0..<4 {
            var bits = state[word]
            while bits != 0 {
                reached |= follow[word &<< 6 | bits.trailingZeroBitCount]
                bits &= bits &- 1
            }
        }
        return reached
    }

    // MARK: Making

    private struct Part {
        var first = BitSet256()
        var last = BitSet256()
        var isNullable = true
    }

    private mutating func add(_ expression: Expression, _ ignoringCase: Bool) throws(PatternFault) -> Part {
        switch expression {
        case .byte(let set): return try position(ignoringCase ? set.foldingCase : set)
        case .sequence(let parts):
            var whole = Part()
            for part in parts { whole = joined(whole, try add(part, ignoringCase)) }
            return whole
        case .choice(let parts):
            var whole = Part(isNullable: false)
            for part in parts {
                let added = try add(part, ignoringCase)
                whole.first |= added.first
                whole.last |= added.last
                whole.isNullable = whole.isNullable || added.isNullable
            }
            return whole
        case .repeated(let part, let min, let max):
            return try addRepeated(part, min, max, ignoringCase)
        }
    }

    /// Writes a repetition out: the copies that must be, then those that may be, or a loop.
    private mutating func addRepeated(
        _ part: Expression, _ min: Int, _ max: Int?, _ ignoringCase: Bool
    ) throws(PatternFault) -> Part {
        var whole = Part()
        let before = follow.count
        for _ in 0..<(max == nil ? Swift.max(min - 1, 0) : min) {
            whole = joined(whole, try add(part, ignoringCase))
            // What has no position matches only nothing, however often.
            if follow.count == before { return whole }
        }
        guard let max else {
            var loop = try add(part, ignoringCase)
            connect(loop.last, loop.first)
            if min == 0 { loop.isNullable = true }
            return joined(whole, loop)
        }
        var optional = Part()
        for _ in min..<Swift.max(min, max) {
            var added = try add(part, ignoringCase)
            if follow.count == before { return whole }
            added.isNullable = true
            optional = joined(optional, added)
        }
        return joined(whole, optional)
    }

    private mutating func position(_ set: BitSet256) throws(PatternFault) -> Part {
        let place = follow.count
        guard place < Self.positionsMax else {
            throw PatternFault(
                "the pattern is too long: more than \(Self.positionsMax) characters when repetitions are "
                    + "written out")
        }
        follow.append(BitSet256())
        for byte in 0..<256 where set.contains(byte) { byByte[byte].insert(place) }
        var only = BitSet256()
        only.insert(place)
        return Part(first: only, last: only, isNullable: false)
    }

    private mutating func joined(_ left: Part, _ right: Part) -> Part {
        connect(left.last, right.first)
        return Part(
            first: left.isNullable ? left.first | right.first : left.first,
            last: right.isNullable ? left.last | right.last : right.last,
            isNullable: left.isNullable && right.isNullable)
    }

    private mutating func connect(_ from: BitSet256, _ to: BitSet256) {
        for place in follow.indices where from.contains(place) { follow[place] |= to }
    }
}

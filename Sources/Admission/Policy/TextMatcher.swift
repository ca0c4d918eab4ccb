package import Bytes

/// A list of patterns for one text, as the policy writes it: globs, `re:` and a regular expression, either of them
/// after `!` for what must not match. A text matches if one pattern does, or there are only such with `!`, and none
/// with `!` does.
package final class TextMatcher: Sendable {
    private enum Pattern: Sendable {
        case glob(Glob)
        case expression(Automaton, PatternEdges)

        func matches(_ text: Span<UInt8>) -> Bool {
            switch self {
            case .glob(let glob): glob.matches(text)
            case .expression(let automaton, _): automaton.matches(text)
            }
        }
    }

    /// As written, for messages.
    let spelling: String
    let ignoresCase: Bool
    private let wanted: [Pattern]
    private let unwanted: [Pattern]

    private init(
        _ spelling: String, wanted: [Pattern], unwanted: [Pattern], ignoringCase: Bool
    ) {
        self.spelling = spelling
        self.wanted = wanted
        self.unwanted = unwanted
        ignoresCase = ignoringCase
    }

    /// Compiles the texts; `hasSegments` is true for keys, in which a slash ends what `*` stands
    /// for. The fault tells which of them is wrong.
    package static func compile(
        _ texts: [String], ignoringCase: Bool = false, hasSegments: Bool = true
    ) -> Result<TextMatcher, Fault> {
        var wanted: [Pattern] = []
        var unwanted: [Pattern] = []
        for (index, text) in texts.enumerated() {
            let bytes = [UInt8](text.utf8)[...]
            let isUnwanted = bytes.first == 0x21
            do throws(PatternFault) {
                let found = try patterns(isUnwanted ? bytes.dropFirst() : bytes, ignoringCase, hasSegments)
                if isUnwanted { unwanted += found } else { wanted += found }
            } catch {
                return .failure(Fault(index: index, message: error.message))
            }
        }
        return .success(
            TextMatcher(
                texts.joined(separator: ", "), wanted: wanted, unwanted: unwanted, ignoringCase: ignoringCase)
        )
    }

    package struct Fault: Error, Sendable, Equatable {
        package let index: Int
        package let message: String
    }

    private static func patterns(
        _ text: ByteSlice, _ ignoringCase: Bool, _ hasSegments: Bool
    ) throws(PatternFault) -> [Pattern] {
        guard !text.isEmpty else { throw PatternFault("must not be empty") }
        guard text.hasPrefix("re:") else {
            return try Glob.parse(text, ignoringCase: ignoringCase, hasSegments: hasSegments).map {
                .glob($0)
            }
        }
        let (expression, ignoresCase) = try ExpressionParser.parse(text.dropFirst(3))
        let automaton = try Automaton(expression, ignoringCase: ignoresCase || ignoringCase)
        var edges = ignoresCase ? PatternEdges() : expression.edges
        if ignoringCase { edges.foldCase() }
        return [.expression(automaton, edges)]
    }

    package func matches(_ text: ByteSlice) -> Bool {
        guard ignoresCase else { return judge(text.span) }
        let folded = text.map { ASCII.lowercased($0) }
        return judge(folded.span)
    }

    private func judge(_ text: Span<UInt8>) -> Bool {
        for index in wanted.indices where wanted[index].matches(text) {
            return !isUnwanted(text)
        }
        return wanted.isEmpty && !isUnwanted(text)
    }

    private func isUnwanted(_ text: Span<UInt8>) -> Bool {
        for index in unwanted.indices where unwanted[index].matches(text) { return true }
        return false
    }

    /// For each pattern what the texts that it matches begin and end with; one of the patterns has to match. Empty
    /// when any text may. Texts are in lower case when case is ignored.
    var edges: [PatternEdges] {
        wanted.map {
            switch $0 {
            case .glob(let glob): glob.edges
            case .expression(_, let edges): edges
            }
        }
    }

    /// The texts that match, when they can be told; there may be others among them that do not.
    var literals: [[UInt8]]? {
        guard !ignoresCase, !wanted.isEmpty else { return nil }
        var found: [[UInt8]] = []
        for pattern in wanted {
            guard case .glob(let glob) = pattern, glob.isLiteral else { return nil }
            found.append(glob.edges.prefix)
        }
        return found
    }
}

import Bytes
import TestSupport
import Testing

@testable import Admission

/// Patterns made at random, from seeds.
@Suite struct PatternPropertyTests {
    /// An expression, and what it matches by trying everything.
    private indirect enum Tree {
        case letter(Character)
        case any
        case oneOf(String)
        case sequence([Tree])
        case choice([Tree])
        case repeated(Tree, Int, Int?)

        var text: String {
            switch self {
            case .letter(let letter): String(letter)
            case .any: "."
            case .oneOf(let letters): "[\(letters)]"
            case .sequence(let parts): parts.map(\.text).joined()
            case .choice(let parts): "(" + parts.map(\.text).joined(separator: "|") + ")"
            case .repeated(let part, let low, let high):
                "(?:\(part.text))"
                    + (low == 0 && high == nil
                        ? "*" : low == 1 && high == nil ? "+" : "{\(low),\(high.map(String.init) ?? "")}")
            }
        }

        /// Every place where a match that begins at `start` can end.
        func ends(_ text: [Character], _ start: Int) -> Set<Int> {
            switch self {
            case .letter(let letter): return start < text.count && text[start] == letter ? [start + 1] : []
            case .any: return start < text.count ? [start + 1] : []
            case .oneOf(let letters):
                return start < text.count && letters.contains(text[start]) ? [start + 1] : []
            case .sequence(let parts):
                return parts.reduce([start]) { places, part in
                    places.reduce(into: []) { $0.formUnion(part.ends(text, $1)) }
                }
            case .choice(let parts): return parts.reduce(into: []) { $0.formUnion($1.ends(text, start)) }
            case .repeated(let part, let low, let high):
                var found: Set<Int> = low == 0 ? [start] : []
                var places: Set<Int> = [start]
                for count in 1...max(high ?? text.count + low + 1, 1) where high != 0 {
                    places = places.reduce(into: []) { $0.formUnion(part.ends(text, $1)) }
                    if count >= low { found.formUnion(places) }
                }
                return found
            }
        }
    }

    private func tree(_ depth: Int, _ generator: inout SeededGenerator) -> Tree {
        let count = Int.random(in: 1...3, using: &generator)
        switch Int.random(in: 0..<(depth == 0 ? 3 : 7), using: &generator) {
        case 0: return .letter("abc".randomElement(using: &generator) ?? "a")
        case 1: return .any
        case 2: return .oneOf("ab")
        case 3, 4: return .sequence((0..<count).map { _ in tree(depth - 1, &generator) })
        case 5: return .choice((0..<count).map { _ in tree(depth - 1, &generator) })
        default:
            let low = Int.random(in: 0...2, using: &generator)
            let high = Bool.random(using: &generator) ? nil : low + Int.random(in: 0...2, using: &generator)
            return .repeated(tree(depth - 1, &generator), low, high)
        }
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func expressionsMatchWhatTryingFinds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let tree = tree(3, &generator)
        guard case .success(let matcher) = TextMatcher.compile(["re:\(tree.text)"]) else {
            // Written out it may be too long; nothing else can be wrong with it.
            #expect(tree.text.contains("{") || tree.text.contains("+"))
            return
        }
        for _ in 0..<30 {
            let count = Int.random(in: 0...7, using: &generator)
            let text = (0..<count).compactMap { _ in "abc".randomElement(using: &generator) }
            let expected = tree.ends(text, 0).contains(text.count)
            #expect(
                matcher.matches(Array(String(text).utf8)[...]) == expected, "\(tree.text) on \(String(text))")
        }
    }

    /// Whatever is written as a pattern is compiled or refused, and then matches or does not.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func anyTextIsAPatternOrAFault(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("ab/.*?+{}[]()|\\^$!-,:019ére")
        var compiled = 0
        for round in 0..<500 {
            let count = Int.random(in: 0...20, using: &generator)
            let text = String((0..<count).compactMap { _ in alphabet.randomElement(using: &generator) })
            let pattern = round.isMultiple(of: 2) ? "re:\(text)" : text
            guard case .success(let matcher) = TextMatcher.compile([pattern], ignoringCase: round % 3 == 0)
            else {
                continue
            }
            compiled += 1
            _ = matcher.matches(Array(text.utf8)[...])
            _ = matcher.matches([])
        }
        #expect(compiled > 0)
    }
}

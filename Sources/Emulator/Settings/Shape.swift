import Bytes
import OSSModel
import XML

/// What an element must hold, said in the emulator's own words: the gateway's schemas are no part of it. Elements
/// that a shape does not name are let be, as the service ignores them.
indirect enum Shape: Sendable {
    case anything
    /// So many bytes of text.
    case text(ClosedRange<Int>)
    /// One of these words.
    case word([String])
    case number(ClosedRange<UInt64>)
    /// `true` or `false`.
    case truth
    /// A day: `YYYY-MM-DDT00:00:00.000Z`.
    case midnight
    case parts([Part])

    /// The child elements of one name.
    struct Part: Sendable {
        let name: Literal
        let count: ClosedRange<Int>
        let shape: Shape

        static func one(_ name: Literal, _ shape: Shape = .anything) -> Part {
            Part(name: name, count: 1...1, shape: shape)
        }
        static func maybe(_ name: Literal, _ shape: Shape = .anything) -> Part {
            Part(name: name, count: 0...1, shape: shape)
        }
        static func many(
            _ name: Literal, _ count: ClosedRange<Int> = 0...10_000, _ shape: Shape = .anything
        ) -> Part { Part(name: name, count: count, shape: shape) }
    }

    /// A text that is not empty.
    static let filled = Shape.text(1...4096)
    static let days = Shape.number(1...UInt64(Int32.max))

    /// The element as it is kept: words, numbers and truths without the white space around them, and in lower case
    /// what is read in any.
    func normalized(_ element: XMLElement) -> XMLElement {
        var element = element
        switch self {
        case .anything, .text: break
        case .word, .number, .midnight: element.text = Array(element.trimmedText)
        case .truth: element.text = element.trimmedText.map(ASCII.lowercased)
        case .parts(let parts):
            for index in element.children.indices {
                let child = element.children[index]
                guard let part = parts.first(where: { child.isNamed($0.name) }) else { continue }
                element.children[index] = part.shape.normalized(child)
            }
        }
        return element
    }

    func fits(_ element: XMLElement) -> Bool {
        let text = element.trimmedText
        switch self {
        case .anything: return true
        case .text(let count): return count.contains(element.text.count)
        case .word(let words): return words.contains(text.text)
        case .number(let range): return text.decimal.map(range.contains) ?? false
        case .truth: return text.matchesIgnoringCase("true") || text.matchesIgnoringCase("false")
        case .midnight:
            return (OSSTime.parseExtended(text) ?? 1) % 86_400 == 0
        case .parts(let parts):
            return parts.allSatisfy { part in
                let found = element.children(part.name)
                return part.count.contains(found.count) && found.allSatisfy(part.shape.fits)
            }
        }
    }
}

import Bytes
import OSSModel
import XML

/// One element that a document may or must have, as data. What a schema does not name is ignored, for the service
/// adds elements from year to year; so are attributes, namespaces, and the order of elements.
struct ElementSchema: Sendable {
    let name: Literal
    /// How often it may stand in its parent.
    let count: ClosedRange<Int>
    let content: ElementContent

    /// Exactly once.
    static func one(_ name: Literal, _ content: ElementContent = .text) -> ElementSchema {
        ElementSchema(name: name, count: 1...1, content: content)
    }

    /// At most once. An empty one counts as absent, wherever a value is asked for.
    static func optional(_ name: Literal, _ content: ElementContent = .text) -> ElementSchema {
        ElementSchema(name: name, count: 0...1, content: content)
    }

    /// As often as one likes.
    static func any(_ name: Literal, _ content: ElementContent = .text) -> ElementSchema {
        ElementSchema(name: name, count: 0...Int.max, content: content)
    }

    /// At least once.
    static func some(_ name: Literal, _ content: ElementContent = .text) -> ElementSchema {
        ElementSchema(name: name, count: 1...Int.max, content: content)
    }

    static func counted(
        _ name: Literal, _ count: ClosedRange<Int>, _ content: ElementContent = .text
    ) -> ElementSchema {
        ElementSchema(name: name, count: count, content: content)
    }
}

/// What may stand inside an element. White space around enumerations, numbers, truth values and dates is ignored.
indirect enum ElementContent: Sendable {
    /// Anything, also nothing.
    case text
    /// Text of so many bytes of UTF-8.
    case bytes(ClosedRange<Int>)
    /// Text of so many characters.
    case characters(ClosedRange<Int>)
    /// Text that begins so.
    case prefixed(Literal)
    case choice([Literal])
    /// As `choice`, but for ASCII case.
    case choiceOfAnyCase([Literal])
    /// Values of a set with commas between them.
    case list([Literal])
    /// `true` or `false`, in any case: the SDKs write both forms.
    case bool
    /// A decimal number of digits.
    case integer(ClosedRange<UInt64>)
    /// A day, or midnight of it in UTC.
    case midnight
    /// Elements; of the names in `exactlyOne` one must be there, of those in `atLeastOne` any.
    case elements([ElementSchema], exactlyOne: [Literal] = [], atLeastOne: [Literal] = [])
}

/// Where and how a document departs from its schema.
struct SchemaViolation: Error {
    /// From the root to the element, with slashes.
    var path: String
    let expected: String
    /// The value, where it is one of a schema's own; nil for free text, which could be a secret.
    let actual: String?

    /// The same seen from the parent of this name.
    func inside(_ name: Literal) -> SchemaViolation {
        SchemaViolation(path: "\(name)/\(path)", expected: expected, actual: actual)
    }
}

extension ElementContent {
    /// Throws what is wrong with the content of `element`, called `name` in its schema. The depth of a schema, not
    /// that of the document, bounds the recursion.
    func check(_ element: XMLElement, name: Literal, isRequired: Bool) throws(SchemaViolation) {
        if case .elements(let schemas, let exactlyOne, let atLeastOne) = self {
            do {
                try Self.check(element, schemas, exactlyOne, atLeastOne)
            } catch {
                throw error.inside(name)
            }
            return
        }
        let value = element.trimmedText
        if value.isEmpty, !isRequired { return }
        guard let expected = complaint(about: value, raw: element.text[...]) else { return }
        throw SchemaViolation(path: name.description, expected: expected, actual: value.prefix(64).text)
    }

    private static func check(
        _ element: XMLElement, _ schemas: [ElementSchema], _ exactlyOne: [Literal], _ atLeastOne: [Literal]
    ) throws(SchemaViolation) {
        var counts = [Int](repeating: 0, count: schemas.count)
        for child in element.children {
            guard let index = schemas.firstIndex(where: { child.isNamed($0.name) }) else { continue }
            let schema = schemas[index]
            counts[index] += 1
            guard counts[index] <= schema.count.upperBound else {
                throw SchemaViolation(
                    path: schema.name.description, expected: "at most \(schema.count.upperBound)",
                    actual: "more")
            }
            try schema.content.check(child, name: schema.name, isRequired: schema.count.lowerBound > 0)
        }
        for (schema, count) in zip(schemas, counts) where count < schema.count.lowerBound {
            throw SchemaViolation(
                path: schema.name.description, expected: "at least \(schema.count.lowerBound)",
                actual: "\(count)")
        }
        try checkChoices(element, exactlyOne, atLeastOne)
    }

    private static func checkChoices(
        _ element: XMLElement, _ exactlyOne: [Literal], _ atLeastOne: [Literal]
    ) throws(SchemaViolation) {
        for (names, most) in [(exactlyOne, 1), (atLeastOne, Int.max)] where !names.isEmpty {
            let present = names.filter { element.child($0) != nil }
            let filled = present.filter { element.child($0)?.isEmpty == false }
            guard present.isEmpty || filled.count > most else { continue }
            throw SchemaViolation(
                path: "*",
                expected: (most == 1 ? "one of " : "any of ") + Self.listed(names),
                actual: present.isEmpty ? "none" : Self.listed(filled))
        }
    }

    /// What should stand there instead; nil when the value is right.
    private func complaint(about value: ByteSlice, raw: ByteSlice) -> String? {
        switch self {
        case .text, .elements: nil
        case .bytes(let range):
            range.contains(raw.count) ? nil : "\(range.lowerBound) to \(range.upperBound) bytes"
        case .characters(let range):
            range.contains(Self.characters(raw))
                ? nil : "\(range.lowerBound) to \(range.upperBound) characters"
        case .prefixed(let prefix): value.hasPrefix(prefix) ? nil : "text that begins with \(prefix)"
        case .choice(let values): values.contains { value.matches($0) } ? nil : Self.listed(values)
        case .choiceOfAnyCase(let values):
            values.contains { value.matchesIgnoringCase($0) } ? nil : Self.listed(values)
        case .list(let values): Self.isList(value, of: values) ? nil : "a list of \(Self.listed(values))"
        case .bool:
            value.matchesIgnoringCase("true") || value.matchesIgnoringCase("false") ? nil : "true or false"
        case .integer(let range):
            value.decimal.map { range.contains($0) } ?? false
                ? nil : "a number from \(range.lowerBound) to \(range.upperBound)"
        case .midnight: Self.isMidnight(value) ? nil : "midnight UTC, as 2020-01-31T00:00:00.000Z"
        }
    }

    private static func listed(_ values: [Literal]) -> String {
        values.map(\.description).joined(separator: ", ")
    }

    /// Bytes that begin a character; the reader lets only well-formed UTF-8 through.
    private static func characters(_ text: ByteSlice) -> Int {
        text.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }

    /// `2020-01-31`, or midnight of a day in UTC with or without a fraction.
    private static func isMidnight(_ value: ByteSlice) -> Bool {
        var text = value
        if text.count == 10 { text += [UInt8]("T00:00:00Z".utf8) }
        guard let seconds = OSSTime.parseExtended(text) else { return false }
        return seconds % 86_400 == 0
    }

    private static func isList(_ value: ByteSlice, of values: [Literal]) -> Bool {
        value.split(separator: ASCII.comma).allSatisfy { item in
            let item = item.trimmingBlanks()
            return values.contains { item.matches($0) }
        }
    }
}

import JSON

/// Reads the members of one object of the file by the table of keys. What is absent takes its default; what is
/// wrong is reported and takes its default too, so that reading goes on and finds the rest.
struct ObjectReader {
    /// As in the file, such as `listeners[0]`.
    let path: String
    /// As in the table of keys, such as `listeners[]`.
    let table: String
    let problems: ProblemList
    /// False when something else stands where the object should.
    let isObject: Bool
    private let members: [JSONValue.Member]

    init(_ value: JSONValue?, path: String, table: String, problems: ProblemList) {
        self.path = path
        self.table = table
        self.problems = problems
        switch value {
        case nil:
            members = []
            isObject = true
        case .object(let members):
            self.members = members
            isObject = true
        case .some(let other):
            members = []
            isObject = false
            problems.add(path, "must be an object, not \(other.kind)")
        }
        reportUnknownKeys()
    }

    private func reportUnknownKeys() {
        let names = ConfigurationKey.names(under: table)
        guard names != ["*"] else { return }
        for member in members where !names.contains(member.name) {
            let place = Self.join(path, member.name)
            if ConfigurationKey.later.contains(Self.join(table, member.name)) {
                problems.add(place, "is not supported by this version")
            } else if let nearest = Suggestion.nearest(to: member.name, among: names) {
                problems.add(place, "unknown key; did you mean \"\(nearest)\"?")
            } else {
                problems.add(place, "unknown key; known here: \(names.joined(separator: ", "))")
            }
        }
    }

    static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The object under a key; an empty one if it is absent.
    func object(_ name: String) -> ObjectReader {
        ObjectReader(
            member(name), path: Self.join(path, name), table: Self.join(table, name), problems: problems)
    }

    /// One reader for each object of a list; nil if it is absent or no list.
    func objects(_ name: String) -> [ObjectReader]? {
        items(name)?.enumerated().map { index, value in
            ObjectReader(
                value, path: "\(Self.join(path, name))[\(index)]", table: Self.join(table, name) + "[]",
                problems: problems)
        }
    }

    /// The texts of a list with their paths; nil if it is absent or no list.
    func texts(_ name: String) -> [(path: String, text: String)]? {
        let key = key(name + "[]")
        return items(name)?.enumerated().compactMap { index, value in
            let place = "\(Self.join(path, name))[\(index)]"
            return text(value, key, at: place).map { (place, $0) }
        }
    }

    /// The members of a map in order, with their paths and checked by the kind of the table.
    func map() -> [(path: String, name: String, text: String)] {
        let key = key("*")
        return members.compactMap { member in
            let place = Self.join(path, member.name)
            return text(member.value, key, at: place).map { (place, member.name, $0) }
        }
    }

    /// A text or a choice, or its default; nil if there is neither.
    func text(_ name: String) -> (path: String, text: String)? {
        let key = key(name)
        let place = Self.join(path, name)
        if let value = member(name), let text = text(value, key, at: place) { return (place, text) }
        return key.fallback.map { (place, $0) }
    }

    /// A text, its default, or the texts of a list; none for a list without any.
    func textOrList(_ name: String) -> [(path: String, text: String)] {
        let place = Self.join(path, name)
        guard case .array(let items)? = member(name) else { return text(name).map { [$0] } ?? [] }
        let key = key(name)
        return items.enumerated().compactMap { index, value in
            text(value, key, at: "\(place)[\(index)]").map { ("\(place)[\(index)]", $0) }
        }
    }

    /// A choice of the table as a case of an enumeration with the same words.
    func choice<Value: RawRepresentable<String>>(_ name: String, as type: Value.Type) -> Value {
        guard let value = text(name).flatMap({ Value(rawValue: $0.text) }) else {
            preconditionFailure("\(table).\(name) allows what \(type) has no case for")
        }
        return value
    }

    func boolean(_ name: String) -> Bool {
        let fallback = key(name).fallback == "true"
        switch member(name) {
        case nil: return fallback
        case .bool(let value): return value
        case .some(let other):
            problems.add(Self.join(path, name), "must be true or false, not \(other.kind)")
            return fallback
        }
    }

    /// A count, a size in bytes or a duration in milliseconds, within the bounds of the table; nil if it is absent
    /// and has no default.
    func quantity(_ name: String) -> Int? {
        let key = key(name)
        let fallback = key.fallback.flatMap { Self.parse($0, key.kind) }
        guard let value = member(name) else { return fallback }
        let place = Self.join(path, name)
        let spelling: String
        switch (value, key.kind) {
        case (.number(let text), _): spelling = text
        case (.string(let text), .size), (.string(let text), .duration): spelling = text
        default:
            problems.add(place, "must be \(Self.form(key.kind)), not \(value.kind)")
            return fallback
        }
        guard let parsed = Self.parse(spelling, key.kind) else {
            problems.add(place, "must be \(Self.form(key.kind)), not \"\(spelling)\"")
            return fallback
        }
        if let (bounds, spelled) = Self.bounds(key.kind), !bounds.contains(parsed) {
            problems.add(
                place,
                "must be from \(spelled(bounds.lowerBound)) to \(spelled(bounds.upperBound)), not \(spelling)"
            )
            return fallback
        }
        return parsed
    }

    /// Something stands under the key.
    func contains(_ name: String) -> Bool { member(name) != nil }

    /// What stands under a key, as it is; nil if it is absent.
    func value(_ name: String) -> JSONValue? {
        if ConfigurationKey.named(Self.join(table, name)) != nil { _ = key(name) }
        return member(name)
    }

    /// The number of items of a list; nil if no list stands there.
    func itemCount(_ name: String) -> Int? {
        if case .array(let items) = member(name) { items.count } else { nil }
    }

    private func key(_ name: String) -> ConfigurationKey {
        let path = Self.join(table, name)
        guard let key = ConfigurationKey.named(path) else {
            preconditionFailure("no key \(path) in the table")
        }
        problems.asked.insert(path)
        return key
    }

    private func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    private func items(_ name: String) -> [JSONValue]? {
        switch member(name) {
        case nil: return nil
        case .array(let items): return items
        case .some(let other):
            problems.add(Self.join(path, name), "must be a list, not \(other.kind)")
            return nil
        }
    }

    private func text(_ value: JSONValue, _ key: ConfigurationKey, at place: String) -> String? {
        guard case .string(let text) = value else {
            problems.add(place, "must be a string, not \(value.kind)")
            return nil
        }
        guard case .choice(let words, let later) = key.kind, !words.contains(text) else { return text }
        if later.contains(text) {
            problems.add(place, "\"\(text)\" is not supported by this version")
        } else {
            let known = words.map { "\"\($0)\"" }.joined(separator: ", ")
            let hint = Suggestion.nearest(to: text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
            problems.add(place, "must be \(words.count > 1 ? "one of " : "")\(known), not \"\(text)\"\(hint)")
        }
        return nil
    }

    private static func parse(_ text: String, _ kind: ConfigurationKey.Kind) -> Int? {
        switch kind {
        case .count: Int(text)
        case .size: Quantity.bytes(text)
        case .duration: Quantity.milliseconds(text)
        case .text, .textOrList, .boolean, .choice, .conditions: nil
        }
    }

    private static func bounds(_ kind: ConfigurationKey.Kind) -> (ClosedRange<Int>, (Int) -> String)? {
        switch kind {
        case .count(let bounds): (bounds, { "\($0)" })
        case .size(let bounds): (bounds, Quantity.size)
        case .duration(let bounds): (bounds, Quantity.duration)
        case .text, .textOrList, .boolean, .choice, .conditions: nil
        }
    }

    private static func form(_ kind: ConfigurationKey.Kind) -> String {
        switch kind {
        case .size: "a size such as \"64KiB\" or a number of bytes"
        case .duration: "a duration such as \"30s\" or a number of seconds"
        default: "a whole number"
        }
    }
}

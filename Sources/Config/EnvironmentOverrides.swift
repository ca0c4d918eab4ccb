import JSON

/// Lays environment variables over the file: `OSSGATE_ADMIN__BIND` sets `admin.bind`, `OSSGATE_LISTENERS__0__BIND`
/// the first listener's, `OSSGATE_DOMAINS=a,b` a whole list of texts. Letters are compared in upper case, and a
/// hyphen in a name is an underscore.
struct EnvironmentOverrides {
    static let prefix = "OSSGATE_"

    let ruleNames: [String]
    let problems: ProblemList

    func apply(_ environment: [String: String], to root: inout JSONValue) {
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Self.prefix) {
            let segments = name.dropFirst(Self.prefix.count).components
            // Kubernetes sets variables such as OSSGATE_PORT by itself for a service of that name: a name of one
            // segment that is no key is not for us.
            let isForeign = segments.count == 1 && child(of: "", named: segments[0]) == nil
            if isForeign { continue }
            guard let changed = assign(text, segments[...], to: root, table: "", path: "", variable: name)
            else {
                problems.add("", "the environment variable \(name) names no key of the configuration")
                continue
            }
            root = changed
        }
    }

    /// The value with the text laid over what the segments lead to; nil if they lead nowhere.
    private func assign(
        _ text: String, _ segments: ArraySlice<String>, to value: JSONValue?, table: String, path: String,
        variable: String
    ) -> JSONValue? {
        guard let segment = segments.first else {
            let leaf = leaf(text, table: table)
            if leaf != nil { problems.variables[path] = variable }
            return leaf
        }
        if ConfigurationKey.all.contains(where: { $0.path.hasPrefix(table + "[]") }) && !table.isEmpty {
            guard let index = Int(segment), segment == "\(index)" else { return nil }
            var items: [JSONValue] = []
            if case .array(let existing) = value { items = existing }
            guard (0...items.count).contains(index) else { return nil }
            let item = assign(
                text, segments.dropFirst(), to: index < items.count ? items[index] : nil, table: table + "[]",
                path: "\(path)[\(index)]", variable: variable)
            guard let item else { return nil }
            items.replaceSubrange(index..<min(index + 1, items.count), with: [item])
            return .array(items)
        }
        guard let (name, below) = child(of: table, named: segment) else { return nil }
        var members: [JSONValue.Member] = []
        if case .object(let existing) = value { members = existing }
        let place = members.firstIndex { $0.name == name }
        let changed = assign(
            text, segments.dropFirst(), to: place.map { members[$0].value }, table: below,
            path: ObjectReader.join(path, name), variable: variable)
        guard let changed else { return nil }
        if let place {
            members[place].value = changed
        } else {
            members.append(.init(name: name, value: changed))
        }
        return .object(members)
    }

    /// The member of a path that a segment means, and its path in the table.
    private func child(of table: String, named segment: String) -> (name: String, table: String)? {
        let names = ConfigurationKey.names(under: table)
        if names == ["*"] {
            guard table == "rules", let rule = ruleNames.first(where: { $0.variable == segment }) else {
                return nil
            }
            return (rule, table + ".*")
        }
        guard let name = names.first(where: { $0.variable == segment }) else { return nil }
        return (name, ObjectReader.join(table, name))
    }

    /// The text as the kind of the key wants it in the file; nil if the path is no single key.
    private func leaf(_ text: String, table: String) -> JSONValue? {
        if let key = ConfigurationKey.named(table) { return value(text, key.kind) }
        guard let item = ConfigurationKey.named(table + "[]") else { return nil }
        return .array(text.split(separator: ",").map { value($0.description, item.kind) })
    }

    private func value(_ text: String, _ kind: ConfigurationKey.Kind) -> JSONValue {
        switch kind {
        case .boolean where text == "true": .bool(true)
        case .boolean where text == "false": .bool(false)
        case .count where Int(text) != nil: .number(text)
        default: .string(text)
        }
    }
}

extension StringProtocol {
    /// Upper case, hyphens as underscores.
    fileprivate var variable: String { uppercased().replacing("-", with: "_") }

    /// The parts between double underscores.
    fileprivate var components: [String] {
        split(separator: "__", omittingEmptySubsequences: false).map { String($0) }
    }
}

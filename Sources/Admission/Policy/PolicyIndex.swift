import Bytes
import OSSModel

/// Finds the rules that can match a request without looking at each: by operation, then by bucket where rules name
/// theirs, then by the text that tells most rules apart, at last by numbers. What it finds are candidates; conditions
/// still decide.
struct PolicyIndex: Sendable {
    /// By the raw value of the operation, what is no operation last; operations with the same rules share tables.
    private let tablesOf: [Int]
    private let tables: [(named: [ByteSlice: ClueTable], others: ClueTable)]

    init(_ rules: [PolicyRule]) {
        let ways = rules.map { $0.head.compactMap(\.way) }
        let screens = rules.map { PolicyScreen($0) }
        var known: [[Int32]: Int] = [:]
        var tables: [(named: [ByteSlice: ClueTable], others: ClueTable)] = []
        tablesOf = (OSSOperation.allCases.map { Optional($0) } + [nil]).map { operation in
            let own = rules.indices.filter { place in
                guard let operations = rules[place].operations else { return true }
                return operation.map { operations.contains($0) } ?? false
            }.map { Int32($0) }
            if let table = known[own] { return table }
            known[own] = tables.count
            tables.append(Self.tables(own, rules, ways, screens))
            return tables.count - 1
        }
        self.tables = tables
    }

    private static func tables(
        _ own: [Int32], _ rules: [PolicyRule], _ ways: [[PolicyWay]], _ screens: [PolicyScreen]
    ) -> (named: [ByteSlice: ClueTable], others: ClueTable) {
        var named: [[UInt8]: [Int32]] = [:]
        var others: [Int32] = []
        for place in own {
            guard let buckets = rules[Int(place)].bucket?.literals else {
                others.append(place)
                continue
            }
            for bucket in Set(buckets) { named[bucket, default: []].append(place) }
        }
        let pairs = named.map { ($0.key[...], ClueTable($0.value, ways, screens)) }
        return (Dictionary(uniqueKeysWithValues: pairs), ClueTable(others, ways, screens))
    }

    /// Places of rules in ascending order, each once.
    func candidates(_ subject: PolicySubject, _ facts: BodyFacts) -> [Int32] {
        let numbers = PolicyScreen.Numbers(subject, facts)
        let (named, others) = tables[
            tablesOf[subject.view.operation.map { Int($0.rawValue) } ?? tablesOf.count - 1]]
        var found: [Int32] = []
        others.collect(subject, numbers, into: &found)
        if !named.isEmpty, let bucket = subject.bucket {
            named[bucket]?.collect(subject, numbers, into: &found)
        }
        for place in found.indices.dropFirst() where found[place - 1] >= found[place] {
            return Set(found).sorted()
        }
        return found
    }
}

/// Some rules, each under the clue that it shares with the fewest others.
private struct ClueTable: Sendable {
    /// The rules that no text tells apart.
    private var always: [(rule: Int32, screen: PolicyScreen)] = []
    private var trees: [(clue: PolicyClue, tree: PrefixTree)] = []

    init(_ rules: [Int32], _ ways: [[PolicyWay]], _ screens: [PolicyScreen]) {
        var sharing: [PolicyWay.Place: Int] = [:]
        for rule in rules {
            let places = ways[Int(rule)].flatMap { $0.patterns.joined() }
            for place in Set(places) { sharing[place, default: 0] += 1 }
        }
        func count(_ place: PolicyWay.Place) -> Int { sharing[place] ?? 0 }
        var trees: [PolicyClue: PrefixTree] = [:]
        for rule in rules {
            let choices = ways[Int(rule)].map { way in
                way.patterns.compactMap { $0.min { count($0) < count($1) } }
            }
            let best = choices.min { ($0.map(count).max() ?? 0) < ($1.map(count).max() ?? 0) }
            guard let best else {
                always.append((rule, screens[Int(rule)]))
                continue
            }
            for place in Set(best) {
                trees[place.clue, default: PrefixTree()].insert(rule, under: place.bytes)
            }
        }
        self.trees = trees.map { (clue: $0.key, tree: $0.value) }
    }

    func collect(_ subject: PolicySubject, _ numbers: PolicyScreen.Numbers, into found: inout [Int32]) {
        for (rule, screen) in always where screen.passes(numbers) { found.append(rule) }
        for (clue, tree) in trees {
            for text in subject.texts(clue.text) {
                if clue.ignoresCase {
                    let folded = text.map { ASCII.lowercased($0) }
                    tree.collect(folded.span, fromEnd: clue.fromEnd, into: &found)
                } else {
                    tree.collect(text.span, fromEnd: clue.fromEnd, into: &found)
                }
            }
        }
    }
}

/// Rules by what a text begins with, or, of texts that are read from their end, ends with: a tree with one byte a
/// step, but that chains without a choice are one node. A look-up costs a step for each byte of the text at most.
private struct PrefixTree: Sendable {
    private struct Node: Sendable {
        /// What leads here after the byte that the parent chose by.
        var label: [UInt8] = []
        var rules: [Int32] = []
        /// The bytes that lead on, in no order, and where to.
        var bytes: [UInt8] = []
        var children: [Int] = []
    }

    private var nodes = [Node()]

    mutating func insert(_ rule: Int32, under prefix: [UInt8]) {
        var node = 0
        var rest = prefix[...]
        while let byte = rest.popFirst() {
            guard let child = child(of: node, byte) else {
                nodes.append(Node(label: Array(rest), rules: [rule]))
                nodes[node].bytes.append(byte)
                nodes[node].children.append(nodes.count - 1)
                return
            }
            let label = nodes[child].label
            let shared = zip(label, rest).prefix { $0 == $1 }.count
            if shared < label.count { split(child, at: shared) }
            rest = rest.dropFirst(shared)
            node = child
        }
        nodes[node].rules.append(rule)
    }

    /// Makes a node for the first bytes of a label, with the old node under it.
    private mutating func split(_ node: Int, at count: Int) {
        var lower = nodes[node]
        let byte = lower.label[count]
        let label = Array(lower.label[..<count])
        lower.label = Array(lower.label[(count + 1)...])
        nodes.append(lower)
        nodes[node] = Node(label: label, bytes: [byte], children: [nodes.count - 1])
    }

    func collect(_ text: Span<UInt8>, fromEnd: Bool, into found: inout [Int32]) {
        func byte(_ place: Int) -> UInt8 { text[fromEnd ? text.count - 1 - place : place] }
        var node = 0
        var place = 0
        while true {
            found.append(contentsOf: nodes[node].rules)
            guard place < text.count, let child = child(of: node, byte(place)) else { return }
            place += 1
            let length = nodes[child].label.count
            guard text.count - place >= length else { return }
            for index in 0..<length where nodes[child].label[index] != byte(place + index) { return }
            place += length
            node = child
        }
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        nodes[node].bytes.firstIndex(of: byte).map { nodes[node].children[$0] }
    }
}

import Bytes
import OSSModel

/// Finds the rules that can match a request without looking at each: by operation, then by bucket where rules name
/// theirs, then by what the key begins with. What it finds are candidates; conditions still decide.
struct PolicyIndex: Sendable {
    /// By the raw value of the operation, what is no operation last; operations with the same rules share a table.
    private let tableOf: [Int]
    private let tables: [Table]

    private struct Table: Sendable {
        var named: [ByteSlice: PrefixTree] = [:]
        var others = PrefixTree()
    }

    init(_ rules: [PolicyRule]) {
        var known: [[Int32]: Int] = [:]
        var tables: [Table] = []
        var tableOf: [Int] = []
        for operation in OSSOperation.allCases.map({ Optional($0) }) + [nil] {
            let own = rules.indices.filter { place in
                guard let operations = rules[place].operations else { return true }
                return operation.map { operations.contains($0) } ?? false
            }.map { Int32($0) }
            if known[own] == nil {
                known[own] = tables.count
                tables.append(Self.table(own, rules))
            }
            tableOf.append(known[own] ?? 0)
        }
        self.tableOf = tableOf
        self.tables = tables
    }

    private static func table(_ own: [Int32], _ rules: [PolicyRule]) -> Table {
        var table = Table()
        for place in own {
            let rule = rules[Int(place)]
            let prefixes = Set(rule.key?.prefixes ?? [[]])
            guard let buckets = rule.bucket?.literals else {
                for prefix in prefixes { table.others.insert(place, under: prefix) }
                continue
            }
            for bucket in Set(buckets) {
                for prefix in prefixes {
                    table.named[bucket[...], default: PrefixTree()].insert(place, under: prefix)
                }
            }
        }
        return table
    }

    /// Places of rules in ascending order, each once.
    func candidates(_ operation: OSSOperation?, bucket: ByteSlice?, key: ByteSlice?) -> [Int32] {
        let table = tables[tableOf[operation.map { Int($0.rawValue) } ?? tableOf.count - 1]]
        var found: [Int32] = []
        let key = key ?? []
        table.others.collect(key, into: &found)
        if !table.named.isEmpty, let bucket, let tree = table.named[bucket] {
            tree.collect(key, into: &found)
        }
        for place in found.indices.dropFirst() where found[place - 1] >= found[place] {
            return Set(found).sorted()
        }
        return found
    }
}

/// Rules by the text that a key begins with: a tree with one byte a step, but that chains without a choice are one
/// node. A look-up costs a step for each byte of the key at most.
struct PrefixTree: Sendable {
    private struct Node: Sendable {
        /// What leads here after the byte that the parent chose by.
        var label: [UInt8] = []
        var rules: [Int32] = []
        var children: [(byte: UInt8, node: Int)] = []
    }

    private var nodes = [Node()]

    mutating func insert(_ rule: Int32, under prefix: [UInt8]) {
        var node = 0
        var rest = prefix[...]
        while let byte = rest.popFirst() {
            guard let child = nodes[node].children.first(where: { $0.byte == byte })?.node else {
                nodes.append(Node(label: Array(rest), rules: [rule]))
                nodes[node].children.append((byte, nodes.count - 1))
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
        nodes[node] = Node(label: label, rules: [], children: [(byte, nodes.count - 1)])
    }

    func collect(_ key: ByteSlice, into found: inout [Int32]) {
        let key = key.span
        var node = 0
        var place = 0
        while true {
            found.append(contentsOf: nodes[node].rules)
            guard place < key.count else { return }
            let byte = key[place]
            guard let child = child(of: node, byte) else { return }
            place += 1
            let length = nodes[child].label.count
            guard key.count - place >= length else { return }
            for index in 0..<length where nodes[child].label[index] != key[place + index] { return }
            place += length
            node = child
        }
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        for index in nodes[node].children.indices where nodes[node].children[index].byte == byte {
            return nodes[node].children[index].node
        }
        return nil
    }
}

import Bytes

/// Values by byte strings, in the order of these: a B+tree. To find, to store and to remove take time by the logarithm
/// of the count, and so does finding a place to read on from. A node that loses its last entry is removed; nodes that
/// lose some are left as they are, so that the height follows the number of insertions, never their order.
final class OrderedIndex<Value> {
    /// Entries of a leaf and children of a branch, at most.
    private static var widthMax: Int { 64 }

    fileprivate final class Node {
        /// Of a leaf, the keys of its values. Of a branch, the least key that may be below each child but the first.
        var keys: [[UInt8]] = []
        var values: [Value] = []
        /// Empty in a leaf.
        var children: [Node] = []

        var isLeaf: Bool { children.isEmpty }
        var isEmpty: Bool { keys.isEmpty && children.isEmpty }

        /// How many keys come before `bound`.
        func position(notBefore bound: [UInt8]) -> Int {
            var low = 0
            var high = keys.count
            while low < high {
                let middle = (low + high) / 2
                if keys[middle].precedes(bound) { low = middle + 1 } else { high = middle }
            }
            return low
        }

        /// The child below which `key` belongs.
        func child(for key: [UInt8]) -> Int {
            let position = position(notBefore: key)
            return holds(key, at: position) ? position + 1 : position
        }

        /// `position` is that of the first key that does not come before this one.
        func holds(_ key: [UInt8], at position: Int) -> Bool {
            position < keys.count && !key.precedes(keys[position])
        }
    }

    private var root = Node()
    private(set) var count = 0

    subscript(key: [UInt8]) -> Value? {
        let leaf = leaf(of: key)
        let position = leaf.position(notBefore: key)
        return leaf.holds(key, at: position) ? leaf.values[position] : nil
    }

    /// Stores a value; returns the one that was there.
    @discardableResult
    func update(_ value: Value, forKey key: [UInt8]) -> Value? {
        let (old, sibling) = insert(value, key, into: root)
        if let sibling {
            let top = Node()
            top.keys = [sibling.least]
            top.children = [root, sibling.node]
            root = top
        }
        if old == nil { count += 1 }
        return old
    }

    /// Changes a value where it lies; nil when there is none.
    func modify<R>(_ key: [UInt8], _ change: (inout Value) throws -> R) rethrows -> R? {
        let leaf = leaf(of: key)
        let position = leaf.position(notBefore: key)
        guard leaf.holds(key, at: position) else { return nil }
        return try change(&leaf.values[position])
    }

    @discardableResult
    func remove(_ key: [UInt8]) -> Value? {
        guard let old = remove(key, from: root) else { return nil }
        count -= 1
        while root.children.count == 1 { root = root.children[0] }
        if root.isEmpty { root = Node() }
        return old
    }

    /// The place of the first key that does not come before `bound`.
    func cursor(notBefore bound: [UInt8]) -> Cursor {
        var cursor = Cursor()
        var node = root
        while !node.isLeaf {
            let place = node.child(for: bound)
            cursor.path.append((node, place))
            node = node.children[place]
        }
        cursor.path.append((node, node.position(notBefore: bound)))
        cursor.settle()
        return cursor
    }

    /// A place between the entries. It is of no use after the index has changed.
    struct Cursor {
        fileprivate var path: [(node: Node, place: Int)] = []

        /// The entry that follows; nil at the end.
        var entry: (key: [UInt8], value: Value)? {
            guard let (leaf, place) = path.last else { return nil }
            return (leaf.keys[place], leaf.values[place])
        }

        var key: [UInt8]? { path.last.map { $0.node.keys[$0.place] } }

        mutating func advance() {
            guard !path.isEmpty else { return }
            path[path.count - 1].place += 1
            settle()
        }

        /// From behind the last entry of a leaf to the first of the next one, or to the end.
        fileprivate mutating func settle() {
            while let (node, place) = path.last,
                place >= (node.isLeaf ? node.keys.count : node.children.count)
            {
                path.removeLast()
                guard !path.isEmpty else { return }
                path[path.count - 1].place += 1
            }
            while let (node, place) = path.last, !node.isLeaf { path.append((node.children[place], 0)) }
        }
    }

    // MARK: Nodes

    private func leaf(of key: [UInt8]) -> Node {
        var node = root
        while !node.isLeaf { node = node.children[node.child(for: key)] }
        return node
    }

    /// A new right-hand neighbour of a node that was full, and the least key that may be below it.
    private typealias Sibling = (least: [UInt8], node: Node)

    private func insert(_ value: Value, _ key: [UInt8], into node: Node) -> (Value?, Sibling?) {
        if node.isLeaf {
            let position = node.position(notBefore: key)
            if node.holds(key, at: position) {
                let old = node.values[position]
                node.values[position] = value
                return (old, nil)
            }
            node.keys.insert(key, at: position)
            node.values.insert(value, at: position)
            return (nil, node.keys.count > Self.widthMax ? splitLeaf(node, at: position) : nil)
        }
        let place = node.child(for: key)
        let (old, sibling) = insert(value, key, into: node.children[place])
        if let sibling {
            node.keys.insert(sibling.least, at: place)
            node.children.insert(sibling.node, at: place + 1)
        }
        return (old, node.children.count > Self.widthMax ? splitBranch(node) : nil)
    }

    /// In halves; but where keys come in order, the full part is left alone and the new key begins the next leaf.
    private func splitLeaf(_ node: Node, at inserted: Int) -> Sibling {
        let sibling = Node()
        let middle = inserted == node.keys.count - 1 ? inserted : node.keys.count / 2
        sibling.keys = Array(node.keys[middle...])
        sibling.values = Array(node.values[middle...])
        node.keys.removeSubrange(middle...)
        node.values.removeSubrange(middle...)
        return (sibling.keys[0], sibling)
    }

    private func splitBranch(_ node: Node) -> Sibling {
        let sibling = Node()
        let middle = node.children.count / 2
        let least = node.keys[middle - 1]
        sibling.children = Array(node.children[middle...])
        sibling.keys = Array(node.keys[middle...])
        node.children.removeSubrange(middle...)
        node.keys.removeSubrange((middle - 1)...)
        return (least, sibling)
    }

    private func remove(_ key: [UInt8], from node: Node) -> Value? {
        if node.isLeaf {
            let position = node.position(notBefore: key)
            guard node.holds(key, at: position) else { return nil }
            node.keys.remove(at: position)
            return node.values.remove(at: position)
        }
        let place = node.child(for: key)
        let old = remove(key, from: node.children[place])
        if node.children[place].isEmpty {
            node.children.remove(at: place)
            // With a child goes the key that parted it from its neighbour.
            if !node.keys.isEmpty { node.keys.remove(at: max(0, place - 1)) }
        }
        return old
    }
}

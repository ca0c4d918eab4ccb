/// Bytes that one owner holds because somebody is slow: counted among those of its shard until it lets go of them, or goes
/// away. See `ShardCore.isFull` for what their number does.
package struct HeldMemory: ~Copyable {
    private let core: ShardCore
    private var count = 0

    package init(_ core: ShardCore) { self.core = core }

    deinit { core.held(-count) }

    /// It holds so many bytes from now on.
    package mutating func set(_ count: Int) {
        guard count != self.count else { return }
        core.held(count - self.count)
        self.count = count
    }
}

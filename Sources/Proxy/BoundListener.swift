import Reactor

/// A listener of a running gateway.
struct BoundListener: Sendable {
    /// What the servers of the shards call it by.
    let id: Int
    /// As the configuration has it.
    let bind: BindAddress
    let sockets: ListenerSockets

    /// Those of `before` whose addresses are in `plans` are kept, with their sockets; the others are bound, for all
    /// shards. One for each plan, in order. When one cannot be bound nothing is.
    static func bind(
        _ plans: [ListenerPlan], shards: Int, keeping before: [BoundListener] = []
    ) throws(TransportError) -> [BoundListener] {
        var left = before
        var nextID = (before.map(\.id).max() ?? -1) + 1
        var bound: [BoundListener] = []
        var made: [ListenerSockets] = []
        for plan in plans {
            if let index = left.firstIndex(where: { $0.bind == plan.bind }) {
                bound.append(left.remove(at: index))
                continue
            }
            do throws(TransportError) {
                let sockets = try ListenerSockets.bind(plan.bind, count: shards)
                made.append(sockets)
                bound.append(BoundListener(id: nextID, bind: plan.bind, sockets: sockets))
                nextID += 1
            } catch {
                for sockets in made { sockets.discard() }
                throw error
            }
        }
        return bound
    }
}

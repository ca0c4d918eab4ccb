/// A moment at which something is given up unless it is moved or cancelled first. It belongs to one shard.
/// Moving it later costs one store: the wheel looks at the instant only when the old slot comes round.
package final class Deadline {
    private let core: ShardCore
    private var action: (() -> Void)?
    /// Monotonic nanoseconds; `.max` while it is not set.
    private(set) var instant: UInt64 = .max
    /// The instant whose slot holds it, `.max` while no slot does.
    var queuedFor: UInt64 = .max

    /// `action` runs on the shard. It may hold its owner unowned if that calls `retire` when it is done.
    package init(_ core: ShardCore, _ action: @escaping () -> Void) {
        self.core = core
        self.action = action
    }

    /// Does nothing when it is due, until `act` has said what. An owner that has it from its own beginning need not
    /// look on each use whether it is there.
    package init(_ core: ShardCore) { self.core = core }

    /// What is to be done when it is due; as for `init`.
    package func act(_ action: @escaping () -> Void) { self.action = action }

    package var isSet: Bool { instant != .max }

    /// Sets or moves the deadline to `nanoseconds` from now; at least one tick of the wheel passes.
    package func set(after nanoseconds: UInt64) {
        instant = core.now &+ nanoseconds
        if instant < queuedFor { core.wheel.insert(self) }
    }

    package func cancel() { instant = .max }

    /// Cancels for good and lets go of the action, and so of its hold on the owner: the wheel may keep a
    /// cancelled deadline until its slot comes round.
    package func retire() {
        instant = .max
        action = nil
    }

    /// Sets the instant without queueing, for tests that drive a wheel by hand.
    func setForTest(instant: UInt64) { self.instant = instant }

    /// Acts if it is still due: another deadline of the same turn may have moved or cancelled this one.
    func fire(at now: UInt64) {
        guard instant <= now else { return }
        instant = .max
        action?()
    }
}

/// A hashed wheel of deadlines: insertion and expiry in constant time, a resolution of one tick. Deadlines
/// further than one round away stay in their slot until their round comes.
struct TimerWheel {
    static let tickNanoseconds: UInt64 = 20_000_000
    private static let slotCount = 1024

    /// `instant` is what the deadline was queued for: an entry that no longer agrees with it is stale, because
    /// the deadline was queued again for an earlier slot.
    private struct Entry {
        let deadline: Deadline
        let instant: UInt64
    }

    private var slots: [[Entry]] = Array(repeating: [], count: slotCount)
    /// The tick up to which slots have been emptied.
    private var tick: UInt64
    /// How many entries the slots hold, stale ones included.
    private(set) var count = 0

    init(now: UInt64) { tick = now / Self.tickNanoseconds }

    mutating func insert(_ deadline: Deadline) {
        let due = max(deadline.instant / Self.tickNanoseconds &+ 1, tick &+ 1)
        slots[Int(due % UInt64(Self.slotCount))].append(Entry(deadline: deadline, instant: deadline.instant))
        deadline.queuedFor = deadline.instant
        count += 1
    }

    /// Takes out what is due at `now`; the caller fires it, so that an action may set deadlines anew.
    mutating func advance(to now: UInt64) -> [Deadline] {
        let target = now / Self.tickNanoseconds
        guard target > tick else { return [] }
        var slots = SlotRange(from: tick, through: target, count: UInt64(Self.slotCount))
        tick = target
        var due: [Deadline] = []
        while let slot = slots.next() { sweep(slot, now, &due) }
        return due
    }

    private mutating func sweep(_ slot: Int, _ now: UInt64, _ due: inout [Deadline]) {
        guard !slots[slot].isEmpty else { return }
        var entries: [Entry] = []
        swap(&entries, &slots[slot])
        count -= entries.count
        for entry in entries where entry.instant == entry.deadline.queuedFor {
            let deadline = entry.deadline
            deadline.queuedFor = .max
            guard deadline.isSet else { continue }
            if deadline.instant <= now { due.append(deadline) } else { insert(deadline) }
        }
    }
}

/// The slots from one tick to another, each at most once.
private struct SlotRange {
    private var tick: UInt64
    private let last: UInt64
    private let count: UInt64

    init(from start: UInt64, through last: UInt64, count: UInt64) {
        tick = max(start, last > count ? last - count : 0)
        self.last = last
        self.count = count
    }

    mutating func next() -> Int? {
        guard tick < last else { return nil }
        tick += 1
        return Int(tick % count)
    }
}

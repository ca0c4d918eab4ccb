import CKernels
import Glibc

/// What a shard owns: the epoll descriptor, the connections and listeners registered with it, the deadlines, the
/// receive buffer that all its connections share, and the clock. It is not `Sendable`: only its shard can reach
/// it, and everything it calls runs synchronously on that shard's queue.
@safe package final class ShardCore {
    // Safe: the receive buffer lives as long as the core, and only one read at a time fills it.
    /// One read takes at most this much: half of it costs a tenth more, 16 KiB cost double.
    static let receiveBytesMax = 256 * 1024
    /// Rounds of events before the shard returns to Dispatch, so that timers and messages run.
    private static let roundsMax = 1024
    /// What one round does for connections with much traffic: what such a connection has is left until all events have
    /// been handled, so that a small request waits for this and not for whole bodies. Less, and small requests that
    /// come again at once would leave large bodies half of the processor.
    private static let bulkBytesPerRound = 768 << 10
    private static let bulkNanosecondsPerRound: UInt64 = 300_000
    /// How long a busy shard waits for further events before it returns to Dispatch: waking up through Dispatch
    /// costs twice as much as staying.
    private static let waitMilliseconds: Int32 = 20
    /// After so many events there is a look at what they have put off: what they brought is in the processor's caches still.
    private static let eventsBeforeDeferred = 8

    /// Monotonic nanoseconds, read once a round.
    package var now: UInt64 { time.monotonic }
    /// Unix seconds, read with `now`.
    package var unixSeconds: Int64 { time.unixSeconds }
    /// Stored out of sight of other modules: reads of what only this one can change need no check of exclusivity.
    private var time: (monotonic: UInt64, unixSeconds: Int64)
    package let index: Int

    /// Monotonic nanoseconds as of this call, for durations in records.
    package var nowPrecise: UInt64 { clock.read().monotonic }
    /// Unix milliseconds as of this call, for records.
    package var unixMilliseconds: Int64 { clock.unixMilliseconds() }

    /// What runs here and is drained with the process; kept alive by being here.
    package var services: [any ShardService] = []
    private var idleAction: (() -> Void)?
    /// What goes on while the others drain.
    package var adminServices: [any ShardService] = []

    /// What is done once in a round, for all that its events have brought.
    private var deferredWork: [any DeferredWork] = []

    let epoll: Descriptor
    private let clock: ShardClock
    var wheel: TimerWheel
    let pool = BufferPool()
    let receiveBuffer: UnsafeMutableRawBufferPointer
    private var decryptedBuffer: UnsafeMutableRawBufferPointer?
    /// Bytes that connections, and what they serve, hold here because somebody is slow.
    package var heldBytes: Int { memory.held }
    /// What may be held before the shard is full.
    package var heldBytesMax: Int {
        get { memory.max }
        set { memory.max = newValue }
    }
    /// Too much is held: connections read little at once, stop as soon as anything waits for their peers, and whoever takes
    /// requests takes none. What was taken on goes on, and so makes room.
    package var isFull: Bool { memory.held > memory.max }
    /// Out of sight, like `time`: every read and write asks for it.
    private var memory = (held: 0, max: Int.max)
    /// Bytes that went from one connection to another without being copied back into the kernel.
    package var bytesPassedOn: UInt64 = 0
    /// Made when a connection lends first; nil where it cannot be had.
    var pages: PagePipe?
    /// What is being handled has filled the receive buffer, so what it gives rise to is hardly the end of anything.
    var moreFollows = false
    /// The receive buffer has what `pages` holds, while a handler looks at it.
    var isLending = false
    private let executor: ShardExecutor
    private var registrations: [Registration] = []
    /// A queue; what stands before `readyStart` has had its turn.
    private var ready: [any EventTarget] = []
    private var readyStart = 0
    private var unflushed: [Connection] = []
    private var flushing: [Connection] = []
    /// Bytes received in this round.
    private var roundBytes = 0
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)
    private var isTimerArmed = false
    /// Connections that are open.
    package private(set) var connectionCount = 0

    /// Who hears the events of a descriptor; the generation tells a reused number from the one before.
    private struct Registration {
        var target: (any EventTarget)?
        var generation: UInt32 = 0
    }

    init(executor: ShardExecutor, index: Int, clock: ShardClock) {
        guard let made = Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC))) else {
            preconditionFailure("no descriptor for a shard's epoll set")
        }
        epoll = made
        self.executor = executor
        self.index = index
        self.clock = clock
        unsafe receiveBuffer = .allocate(byteCount: Self.receiveBytesMax, alignment: 64)
        time = clock.read()
        wheel = TimerWheel(now: time.monotonic)
        var event = unsafe epoll_event()
        unsafe event.events = UInt32(OSSGATE_EPOLLIN) | OSSGATE_EPOLLET
        unsafe event.data.u64 = .max
        _ = unsafe epoll_ctl(epoll.number, EPOLL_CTL_ADD, executor.wakeDescriptor, &event)
    }

    deinit {
        unsafe receiveBuffer.deallocate()
        unsafe decryptedBuffer?.deallocate()
    }

    /// Where one read's worth of records is decrypted to, made when TLS is used first: a read, and what a session has
    /// kept of a record before it.
    var dataBuffer: UnsafeMutableRawBufferPointer {
        if let made = unsafe decryptedBuffer { return unsafe made }
        let made = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.receiveBytesMax + 32 * 1024, alignment: 64)
        unsafe decryptedBuffer = made
        return unsafe made
    }

    /// Lends bytes that are kept for the next caller, so that a head that is sent at once costs no allocation.
    package func withScratch(_ body: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        swap(&bytes, &scratch)
        bytes.removeAll(keepingCapacity: true)
        body(&bytes)
        if bytes.capacity <= Self.scratchBytesMax { swap(&bytes, &scratch) }
    }

    private static let scratchBytesMax = 64 * 1024
    private var scratch: [UInt8] = []

    // MARK: Registration

    /// Adds a descriptor, edge-triggered for all events.
    func register(_ descriptor: Int32, _ target: any EventTarget) -> Bool {
        let slot = Int(descriptor)
        while registrations.count <= slot { registrations.append(Registration()) }
        registrations[slot].generation &+= 1
        registrations[slot].target = target
        var event = unsafe epoll_event()
        unsafe event.events =
            UInt32(OSSGATE_EPOLLIN) | UInt32(OSSGATE_EPOLLOUT)
            | UInt32(OSSGATE_EPOLLRDHUP) | OSSGATE_EPOLLET
        unsafe event.data.u64 = UInt64(registrations[slot].generation) << 32 | UInt64(UInt32(descriptor))
        let failed = unsafe epoll_ctl(epoll.number, EPOLL_CTL_ADD, descriptor, &event)
        if failed != 0 { registrations[slot].target = nil }
        return failed == 0
    }

    /// Forgets a descriptor that is about to be closed; events already fetched for it are dropped.
    func unregister(_ descriptor: Int32) {
        let slot = Int(descriptor)
        guard slot < registrations.count else { return }
        registrations[slot].target = nil
        registrations[slot].generation &+= 1
        // Closing would do this too, unless another process or a duplicate holds the description.
        _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// So much more is held, or less.
    func held(_ change: Int) { memory.held += change }

    func connectionOpened() { connectionCount += 1 }
    func connectionClosed() { connectionCount -= 1 }

    /// From now on the shard does this, too, in each round.
    package func deferWork(to work: any DeferredWork) { deferredWork.append(work) }

    /// Puts a target on the list of those that have work which no event will announce.
    func markReady(_ target: any EventTarget) { ready.append(target) }

    /// Does something in the next round, after what has come meanwhile: long work is cut into steps with it.
    package func later(_ action: @escaping () -> Void) { ready.append(LaterAction(action)) }

    /// The connection has output to be written at the end of this round.
    func markUnflushed(_ connection: Connection) {
        // Taken out meanwhile: the access to it is over before anything is called.
        var list: [Connection] = []
        swap(&list, &unflushed)
        list.append(connection)
        swap(&list, &unflushed)
    }

    /// A connection has received so many bytes.
    func received(_ count: Int) { roundBytes += count }

    var hasReadyWork: Bool { readyStart < ready.count || isWorkDeferred }
    private var isWorkDeferred: Bool { deferredWork.contains { $0.isWaiting } }

    /// Reads the clock outside of a turn, for what a message does.
    func refreshClock() { time = clock.read() }

    // MARK: Turns

    /// Takes events and ready work until there is none or the budget is spent. While traffic flows it waits for
    /// the next event here rather than in Dispatch, for a bounded time and not while a message waits.
    func turn() {
        var wasBusy = false
        for _ in 0..<Self.roundsMax {
            // The wait finds events that are there already, so that nothing has to ask for them before it.
            let waits = wasBusy && !hasReadyWork && executor.beginWait()
            let worked = round(waitMilliseconds: waits ? Self.waitMilliseconds : 0)
            if waits { executor.endWait() }
            if !worked || executor.hasJobs { return }
            wasBusy = true
        }
        // The epoll descriptor may still be readable: Dispatch calls again at once.
    }

    /// One batch of events, then a share of the ready list, then expired deadlines and what was put off. True if
    /// anything was done.
    private func round(waitMilliseconds: Int32) -> Bool {
        let count = unsafe epoll_wait(epoll.number, &events, Int32(events.count), waitMilliseconds)
        time = clock.read()
        roundBytes = 0
        var worked = count > 0
        for index in 0..<Int(max(count, 0)) {
            let event = unsafe events[index]
            deliver(token: unsafe event.data.u64, flags: unsafe event.events)
            if index % Self.eventsBeforeDeferred == Self.eventsBeforeDeferred - 1 {
                for work in deferredWork where work.isWaiting { work.workAhead() }
            }
        }
        // What small requests have brought goes out before large bodies take their share.
        if readyStart < ready.count { flush() }
        worked = continueReady() || worked
        for deadline in wheel.advance(to: now) {
            worked = true
            deadline.fire(at: now)
        }
        worked = workDeferred(isIdle: !worked) || worked
        flush()
        return worked
    }

    private func workDeferred(isIdle: Bool) -> Bool {
        var worked = false
        for work in deferredWork where work.isWaiting {
            work.work(isIdle: isIdle && !worked)
            worked = true
        }
        return worked
    }

    /// Those that were ready before, in turn, until the share of this round is taken. The others come first next time.
    private func continueReady() -> Bool {
        let start = readyStart
        let end = ready.count
        let startedAt = start < end ? nowPrecise : 0
        while readyStart < end,
            readyStart == start
                || roundBytes < Self.bulkBytesPerRound
                    && nowPrecise &- startedAt < Self.bulkNanosecondsPerRound
        {
            readyStart += 1
            ready[readyStart - 1].continueWork()
        }
        let worked = readyStart > start
        if readyStart == ready.count {
            ready.removeAll(keepingCapacity: true)
            readyStart = 0
        } else if readyStart > 64 {
            ready.removeFirst(readyStart)
            readyStart = 0
        }
        return worked
    }

    private func deliver(token: UInt64, flags: UInt32) {
        guard token != .max else {
            var value: UInt64 = 0
            _ = unsafe read(executor.wakeDescriptor, &value, 8)
            return
        }
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < registrations.count, registrations[slot].generation == UInt32(token >> 32),
            let target = registrations[slot].target
        else { return }
        target.handle(EventFlags(rawValue: flags))
    }

    /// Writes what was buffered since the last flush.
    func flush() {
        while !unflushed.isEmpty {
            swap(&flushing, &unflushed)
            for connection in flushing { connection.flush() }
            flushing.removeAll(keepingCapacity: true)
        }
    }

    /// Drains the services; `whenIdle` is called once, as soon as none of them has an open connection.
    package func drainServices(whenIdle: @escaping () -> Void) {
        idleAction = whenIdle
        for service in services { service.drain() }
        serviceBecameIdle()
    }

    /// A service that is drained has closed its last connection.
    package func serviceBecameIdle() {
        guard let action = idleAction, services.allSatisfy({ $0.openConnections == 0 }) else { return }
        idleAction = nil
        action()
    }

    func closeAll() {
        for slot in registrations.indices { registrations[slot].target?.shutDown() }
        flush()
        ready.removeAll()
        readyStart = 0
        services = []
        deferredWork = []
        adminServices = []
        // Deadlines hold the shard.
        wheel = TimerWheel(now: now)
    }

    // MARK: Timer

    enum TimerChange {
        case none
        case arm
        case disarm
    }

    /// What the shard's timer source must do so that deadlines fire while the shard is idle.
    func timerChange() -> TimerChange {
        let isWanted = wheel.count > 0
        guard isWanted != isTimerArmed else { return .none }
        isTimerArmed = isWanted
        return isWanted ? .arm : .disarm
    }
}

/// Something that runs on a shard for as long as the process.
package protocol ShardService: AnyObject {
    /// Takes nothing new and ends what is idle; what is in progress goes on.
    func drain()
    /// Connections whose end a drain waits for.
    var openConnections: Int { get }
}

/// Work that is better done for many connections together than for each when its bytes come.
package protocol DeferredWork: AnyObject {
    var isWaiting: Bool { get }
    /// Some events of a round have been handled, and others will be: for what is better done soon than in a row.
    func workAhead()
    /// All events of a round have been handled, before what they gave rise to is written. With `isIdle` there were none:
    /// the shard would wait now, so nothing may be put off any further.
    func work(isIdle: Bool)
}

/// The events of epoll.
struct EventFlags: OptionSet {
    let rawValue: UInt32

    static let readable = EventFlags(rawValue: UInt32(OSSGATE_EPOLLIN))
    static let writable = EventFlags(rawValue: UInt32(OSSGATE_EPOLLOUT))
    static let peerEnded = EventFlags(rawValue: UInt32(OSSGATE_EPOLLRDHUP))
    static let hungUp = EventFlags(rawValue: UInt32(OSSGATE_EPOLLHUP))
    static let failed = EventFlags(rawValue: UInt32(OSSGATE_EPOLLERR))
}

/// What a shard can deliver events to.
protocol EventTarget: AnyObject {
    func handle(_ flags: EventFlags)
    /// Goes on with work that was left over when a budget was spent.
    func continueWork()
    /// The shard stops: close without further ado.
    func shutDown()
}

/// One action that waits for the next round.
private final class LaterAction: EventTarget {
    private let action: () -> Void

    init(_ action: @escaping () -> Void) { self.action = action }

    func handle(_ flags: EventFlags) {}
    func continueWork() { action() }
    func shutDown() {}
}

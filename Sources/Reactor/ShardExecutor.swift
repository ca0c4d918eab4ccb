import CKernels
import Dispatch
import Glibc
import Synchronization

/// Runs a shard's jobs on its serial Dispatch queue (Dispatch has no serial executor of its own on Linux). A
/// shard may sit in a bounded wait for events on that queue; a new job ends the wait through an event descriptor.
final class ShardExecutor: SerialExecutor {
    let queue: DispatchQueue
    /// Readable when a job is waiting; part of the shard's epoll set.
    let wakeDescriptor: Int32
    private let jobs = Atomic<Int>(0)
    private let isWaiting = Atomic<Bool>(false)

    init(label: String) {
        queue = DispatchQueue(label: label)
        wakeDescriptor = ossgate_eventfd()
        precondition(wakeDescriptor >= 0, "no descriptor for a shard")
    }

    deinit { _ = close(wakeDescriptor) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        post { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Runs a block on the queue, ending a wait.
    func post(_ block: @escaping @Sendable () -> Void) {
        jobs.add(1, ordering: .sequentiallyConsistent)
        queue.async {
            self.jobs.subtract(1, ordering: .sequentiallyConsistent)
            block()
        }
        if isWaiting.load(ordering: .sequentiallyConsistent) { wake() }
    }

    /// True while a block waits for the queue: the shard must return to Dispatch soon.
    var hasJobs: Bool { jobs.load(ordering: .sequentiallyConsistent) > 0 }

    /// Announces a wait; false when a job is there already, so that the wait must not begin.
    func beginWait() -> Bool {
        isWaiting.store(true, ordering: .sequentiallyConsistent)
        guard !hasJobs else {
            endWait()
            return false
        }
        return true
    }

    func endWait() { isWaiting.store(false, ordering: .sequentiallyConsistent) }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    private func wake() {
        var one: UInt64 = 1
        _ = unsafe write(wakeDescriptor, &one, 8)
    }
}

/// One serial queue and all that lives on it: an epoll descriptor, its connections and its timers. Other
/// isolation domains reach it only through `run`, and only with values.
package actor Shard {
    private nonisolated let executor: ShardExecutor
    private let core: ShardCore
    private let source: any DispatchSourceRead
    private let timer: any DispatchSourceTimer
    private var isTurnPosted = false
    package nonisolated let index: Int

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    package init(index: Int, clock: ShardClock = .system) {
        let executor = ShardExecutor(label: "ossgate.shard.\(index)")
        self.executor = executor
        self.index = index
        let core = ShardCore(executor: executor, index: index, clock: clock)
        self.core = core
        let source = DispatchSource.makeReadSource(fileDescriptor: core.epoll.number, queue: executor.queue)
        let timer = DispatchSource.makeTimerSource(queue: executor.queue)
        self.source = source
        self.timer = timer
        source.setEventHandler { [weak self] in self?.assumeIsolated { $0.turn() } }
        timer.setEventHandler { [weak self] in self?.assumeIsolated { $0.turn() } }
        source.activate()
        timer.activate()
    }

    /// Runs `body` on the shard with all that it owns. Only values get out.
    package func run<R: Sendable>(_ body: @Sendable (ShardCore) throws -> R) rethrows -> R {
        defer { settle() }
        core.refreshClock()
        return try body(core)
    }

    /// Has `body` run on the shard, after all that was posted before, and does not wait for it. What a shard posts
    /// before it writes to a peer comes before all that this peer does in answer.
    package nonisolated func post(_ body: @escaping @Sendable (ShardCore) -> Void) {
        executor.post { [weak self] in self?.assumeIsolated { $0.run(body) } }
    }

    /// Closes every connection and listener and stops the sources; the shard is of no use afterwards.
    package func stop() async {
        guard !source.isCancelled else { return }
        core.closeAll()
        timer.cancel()
        // Dispatch watches the epoll descriptor until then, and it must not be closed or reused while it does.
        await withCheckedContinuation { continuation in
            source.setCancelHandler { continuation.resume() }
            source.cancel()
        }
    }

    private func turn() {
        core.turn()
        settle()
    }

    private func postedTurn() {
        isTurnPosted = false
        turn()
    }

    /// Flushes what was written, comes back soon if work is left over, and keeps the timer armed only while
    /// there is a deadline.
    private func settle() {
        core.flush()
        if core.hasReadyWork, !isTurnPosted {
            isTurnPosted = true
            executor.post { [weak self] in self?.assumeIsolated { $0.postedTurn() } }
        }
        switch core.timerChange() {
        case .none: break
        case .arm:
            let tick = DispatchTimeInterval.nanoseconds(Int(TimerWheel.tickNanoseconds))
            timer.schedule(deadline: .now() + tick, repeating: tick, leeway: tick)
        case .disarm: timer.schedule(deadline: .distantFuture)
        }
    }
}

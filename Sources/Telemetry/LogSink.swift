import Bytes
import Dispatch
import Synchronization

/// A log that never slows its writers. Lines wait in a queue of bounded count and size; one serial queue of its own
/// hands them on in order, a few milliseconds' worth at once: a write for every line would take a thread's wake-up and
/// a system call each from the requests that the lines tell of. When the queue is full, or a line cannot be delivered,
/// lines are dropped and counted, and the log goes on with the next ones. The process must ignore SIGPIPE.
package final class LogSink: Sendable {
    /// What may wait, including what is being written.
    package struct Bounds: Sendable {
        package var lines: Int
        package var bytes: Int

        package init(lines: Int = 8192, bytes: Int = 4 << 20) {
            self.lines = lines
            self.bytes = bytes
        }
    }

    /// What the writer does.
    private enum Phase {
        /// Nothing waits.
        case idle
        /// Lines wait for more of their kind.
        case collecting
        /// Lines are handed on, or will be without any more collecting.
        case writing
    }

    private struct State {
        var waiting: [UInt8] = []
        var waitingLines = 0
        /// What the writer has taken, how much of it is out, and how many lines of it are not.
        var taken: [UInt8] = []
        var takenOut = 0
        var takenLines = 0
        var phase = Phase.idle
        var isClosed = false
        var dropped: UInt64 = 0
        var written: UInt64 = 0
        /// Who waits until nothing waits.
        var flushing: [DispatchSemaphore] = []

        /// What is taken and not out, and whether a line begins there.
        var rest: (bytes: ByteSlice, startsLine: Bool) {
            (taken[takenOut...], takenOut == 0 || taken[takenOut - 1] == ASCII.lineFeed)
        }

        mutating func take() {
            // The room that was made for one batch serves the next but one.
            swap(&taken, &waiting)
            waiting.removeAll(keepingCapacity: true)
            takenOut = 0
            takenLines = waitingLines
            waitingLines = 0
        }

        /// After all that was taken: true if lines wait for more of their kind.
        mutating func settle() -> Bool {
            taken.removeAll(keepingCapacity: waitingLines > 0)
            takenOut = 0
            guard waitingLines == 0 else {
                phase = .collecting
                return true
            }
            waiting = []
            phase = .idle
            for waiter in flushing { waiter.signal() }
            flushing = []
            return false
        }
    }

    /// The name of the log in metrics.
    package let name: String
    private let output: any LogOutput
    /// What precedes each line, for syslog.
    private let header: SyslogHeader?
    private let bounds: Bounds
    private let state = Mutex(State())
    private let queue: DispatchQueue
    private static let collecting = DispatchTimeInterval.milliseconds(5)

    /// A log in the file at `path`, or on the standard output when that is nil.
    package convenience init(
        name: String, path: String?, rotation: LogRotation = LogRotation(), bounds: Bounds = Bounds()
    ) throws(LogFile.Failure) {
        self.init(name: name, output: try FileOutput(path: path, rotation: rotation), bounds: bounds)
    }

    /// A log that goes to a syslog server, which need not be there yet.
    package convenience init(
        name: String, syslog place: SyslogPlace, header: SyslogHeader, bounds: Bounds = Bounds()
    ) {
        self.init(name: name, output: SyslogOutput(place), header: header, bounds: bounds)
    }

    convenience init(name: String, file: LogFile, bounds: Bounds = Bounds()) {
        self.init(name: name, output: FileOutput(file: file), bounds: bounds)
    }

    init(name: String, output: any LogOutput, header: SyslogHeader? = nil, bounds: Bounds = Bounds()) {
        self.name = name
        self.output = output
        self.header = header
        self.bounds = bounds
        queue = DispatchQueue(label: "ossgate.log.\(name)")
    }

    /// Lines that were dropped so far, because the queue was full or they could not be delivered.
    package var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Lines that were handed on whole so far.
    package var written: UInt64 { state.withLock { $0.written } }

    /// Queues one line, which ends with its only line feed; `unixMilliseconds` is the time that it tells of. Never waits
    /// for the writer.
    package func enqueue(_ line: [UInt8], at unixMilliseconds: Int64 = 0) {
        let before = header?.bytes(at: unixMilliseconds) ?? []
        let isFirst = state.withLock { state in
            let count = before.count + line.count
            guard !state.isClosed, state.waitingLines + state.takenLines < bounds.lines,
                state.waiting.count + state.taken.count - state.takenOut + count <= bounds.bytes
            else {
                state.dropped += 1
                return false
            }
            state.waiting.append(contentsOf: before)
            state.waiting.append(contentsOf: line)
            state.waitingLines += 1
            guard state.phase == .idle else { return false }
            state.phase = .collecting
            return true
        }
        if isFirst { collect() }
    }

    /// Opens the file anew after it was renamed. On failure the log stays with the old one.
    package func reopen() throws(LogFile.Failure) { try output.reopen() }

    /// Waits until nothing is left to be written, at most `milliseconds`; true if it came to that.
    package func flush(milliseconds: Int) -> Bool {
        let done = DispatchSemaphore(value: 0)
        let found = state.withLock { state in
            guard state.phase != .idle else { return Phase.idle }
            state.flushing.append(done)
            defer { state.phase = .writing }
            return state.phase
        }
        if found == .collecting { queue.async { self.drain() } }
        return found == .idle || done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    /// Flushes as far as that goes in the time, then takes no more lines; what is left counts as dropped.
    package func close(flushMilliseconds: Int) {
        _ = flush(milliseconds: flushMilliseconds)
        state.withLock { $0.isClosed = true }
    }

    private func collect() {
        queue.asyncAfter(deadline: .now() + Self.collecting) {
            // Who flushes does not wait for this; what is collected then has a timer of its own.
            let isDue = self.state.withLock { state in
                guard state.phase == .collecting else { return false }
                state.phase = .writing
                return true
            }
            if isDue { self.drain() }
        }
    }

    /// Runs on the queue, in the phase of writing, until what waited is handed on or dropped.
    private func drain() {
        while let lines = next() {
            switch output.deliver(lines.bytes, startsLine: lines.startsLine) {
            case .bytes(let count): advance(count, lines: Self.lineEnds(in: lines.bytes.prefix(count)))
            case .failed: drop()
            case .full:
                if isClosed { drop() } else { output.awaitRoom(milliseconds: 100) }
            case .away(let milliseconds):
                guard isClosed else {
                    return queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { self.drain() }
                }
                drop()
            }
        }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    /// What is to be handed on; nil when that is all for now, in which case the next phase has begun.
    private func next() -> (bytes: ByteSlice, startsLine: Bool)? {
        let (lines, mustCollect) = state.withLock { state -> ((bytes: ByteSlice, startsLine: Bool)?, Bool) in
            let wasTaken = !state.taken.isEmpty
            if state.takenOut < state.taken.count { return (state.rest, false) }
            let isHurried = !state.flushing.isEmpty || state.waitingLines > bounds.lines / 2
            guard state.waitingLines == 0 || wasTaken && !isHurried else {
                state.take()
                return (state.rest, false)
            }
            return (nil, state.settle())
        }
        if mustCollect { collect() }
        return lines
    }

    /// Counted before the lock is taken: writers of lines wait for whoever has it.
    private static func lineEnds(in bytes: ByteSlice) -> Int {
        let span = bytes.span
        var found = 0
        for index in 0..<span.count where span[index] == ASCII.lineFeed { found += 1 }
        return found
    }

    private func advance(_ count: Int, lines: Int) {
        state.withLock { state in
            state.written += UInt64(lines)
            state.takenLines -= lines
            state.takenOut = min(state.takenOut + count, state.taken.count)
        }
    }

    private func drop() {
        state.withLock { state in
            state.dropped += UInt64(state.takenLines)
            state.takenLines = 0
            state.takenOut = state.taken.count
        }
    }
}

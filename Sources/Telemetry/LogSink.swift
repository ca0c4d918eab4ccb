import Bytes
import Dispatch
import Synchronization

/// A log that never slows its writers. Lines wait in a queue of bounded count and size; one serial queue of its own
/// writes them in order. When the queue is full, or a write fails, lines are dropped and counted, and the log goes
/// on with the next ones. The process must ignore SIGPIPE.
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

    private struct State {
        var file: LogFile
        var waiting: [UInt8] = []
        var waitingLines = 0
        /// Lines and bytes that the writer has taken and not yet finished with.
        var takenLines = 0
        var takenBytes = 0
        /// The last write to `file` ended inside a line.
        var isMidLine = false
        var isScheduled = false
        var isClosed = false
        var dropped: UInt64 = 0
        var written: UInt64 = 0
    }

    /// The name of the log in metrics.
    package let name: String
    private let path: String?
    private let bounds: Bounds
    private let state: Mutex<State>
    private let queue: DispatchQueue

    /// A log in the file at `path`, or on the standard output when that is nil.
    package convenience init(name: String, path: String?, bounds: Bounds = Bounds()) throws(LogFile.Failure) {
        let file = if let path { try LogFile(path: path) } else { LogFile(borrowing: 1) }
        self.init(name: name, file: file, path: path, bounds: bounds)
    }

    init(name: String, file: LogFile, path: String? = nil, bounds: Bounds = Bounds()) {
        self.name = name
        self.path = path
        self.bounds = bounds
        state = Mutex(State(file: file))
        queue = DispatchQueue(label: "ossgate.log.\(name)")
    }

    /// Lines that were dropped so far, because the queue was full or a write failed.
    package var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Lines that were written whole so far.
    package var written: UInt64 { state.withLock { $0.written } }

    /// Queues one line, which ends with its only line feed. Never waits for the writer.
    package func enqueue(_ line: [UInt8]) {
        let mustSchedule = state.withLock { state in
            guard !state.isClosed, state.waitingLines + state.takenLines < bounds.lines,
                state.waiting.count + state.takenBytes + line.count <= bounds.bytes
            else {
                state.dropped += 1
                return false
            }
            state.waiting.append(contentsOf: line)
            state.waitingLines += 1
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Opens the file anew after it was renamed. On failure the log stays with the old one.
    package func reopen() throws(LogFile.Failure) {
        guard let path else { return }
        let file = try LogFile(path: path)
        state.withLock { state in
            state.file = file
            state.isMidLine = false
        }
    }

    /// Waits until all that was queued before is out, at most `milliseconds`; true if it is.
    package func flush(milliseconds: Int) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        return done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    /// Flushes as far as that goes in the time, then takes no more lines; what is left counts as dropped.
    package func close(flushMilliseconds: Int) {
        _ = flush(milliseconds: flushMilliseconds)
        state.withLock { $0.isClosed = true }
    }

    /// Runs on the queue until nothing waits.
    private func drain() {
        while let (file, isMidLine, batch) = take() {
            let out = write(batch, to: file, isMidLine: isMidLine)
            let lines = batch[..<out].count(where: { $0 == ASCII.lineFeed })
            state.withLock { state in
                state.written += UInt64(lines)
                state.dropped += UInt64(state.takenLines - lines)
                state.takenLines = 0
                state.takenBytes = 0
                if out > 0, state.file === file { state.isMidLine = batch[out - 1] != ASCII.lineFeed }
            }
        }
    }

    private func take() -> (LogFile, isMidLine: Bool, [UInt8])? {
        state.withLock { state in
            guard state.waitingLines > 0 else {
                state.isScheduled = false
                return nil
            }
            let batch = state.waiting
            state.waiting = []
            state.takenLines = state.waitingLines
            state.takenBytes = batch.count
            state.waitingLines = 0
            return (state.file, state.isMidLine, batch)
        }
    }

    /// Writes the batch; gives how many bytes of it are out. A line that an earlier failure cut is ended first, so
    /// that it spoils no other.
    private func write(_ batch: [UInt8], to file: LogFile, isMidLine: Bool) -> Int {
        let text = isMidLine ? [ASCII.lineFeed] + batch : batch
        let added = text.count - batch.count
        var out = 0
        while out < text.count {
            switch file.write(text[out...]) {
            case .bytes(let count): out += count
            case .full:
                if state.withLock({ $0.isClosed }) { return max(out - added, 0) }
                file.awaitRoom(milliseconds: 100)
            case .failed: return max(out - added, 0)
            }
        }
        return batch.count
    }
}

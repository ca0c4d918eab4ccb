import Bytes
import Synchronization

/// A log in a file, or on the standard output. Files are moved away before they grow beyond their bound, only between
/// two lines. When a file cannot be moved, the log goes on in the same one, and tries again when it has grown by as
/// much once more.
final class FileOutput: LogOutput {
    private struct State {
        var file: LogFile
        /// Bytes of the file, as far as this process knows.
        var size: UInt64
        /// The last write to `file` ended inside a line.
        var isMidLine = false
    }

    private let path: String?
    private let rotation: LogRotation
    private let state: Mutex<State>

    /// The file at `path`, or the standard output when that is nil.
    convenience init(path: String?, rotation: LogRotation) throws(LogFile.Failure) {
        let file = if let path { try LogFile(path: path) } else { LogFile(borrowing: 1) }
        self.init(file: file, path: path, rotation: rotation)
    }

    init(file: LogFile, path: String? = nil, rotation: LogRotation = LogRotation()) {
        self.path = path
        self.rotation = rotation
        state = Mutex(State(file: file, size: file.size))
    }

    func deliver(_ lines: ByteSlice, startsLine: Bool) -> LogDelivery {
        // A line that an earlier failure cut is ended first, so that it spoils no other.
        if startsLine, state.withLock({ $0.isMidLine }) {
            let ended = write([ASCII.lineFeed])
            guard case .bytes = ended else { return ended }
        }
        return write(fitting(lines, startsLine: startsLine))
    }

    func awaitRoom(milliseconds: Int32) {
        state.withLock { $0.file }.awaitRoom(milliseconds: milliseconds)
    }

    func reopen() throws(LogFile.Failure) {
        guard let path else { return }
        let file = try LogFile(path: path)
        state.withLock { $0 = State(file: file, size: file.size) }
    }

    private func write(_ bytes: ByteSlice) -> LogDelivery {
        let file = state.withLock { $0.file }
        switch file.write(bytes) {
        case .bytes(let count):
            state.withLock { state in
                guard state.file === file else { return }
                state.size += UInt64(count)
                state.isMidLine = bytes[bytes.startIndex + count - 1] != ASCII.lineFeed
            }
            return .bytes(count)
        case .full: return .full
        case .failed: return .failed
        }
    }

    /// As many of the lines as the file may still take. Moves the file away when not even the first fits.
    private func fitting(_ lines: ByteSlice, startsLine: Bool) -> ByteSlice {
        guard let path, rotation.bytesMax > 0 else { return lines }
        let first = lines.firstIndex(of: ASCII.lineFeed).map { lines[...$0] } ?? lines
        guard startsLine else { return first }
        let size = state.withLock { $0.size }
        if size > 0, size + UInt64(first.count) > rotation.bytesMax { rotate(path) }
        let room = Int(clamping: rotation.bytesMax - min(state.withLock { $0.size }, rotation.bytesMax))
        guard lines.count > room else { return lines }
        let whole = lines.prefix(room).lastIndex(of: ASCII.lineFeed).map { lines[...$0] }
        return whole ?? first
    }

    private func rotate(_ path: String) {
        guard LogFile.shift(path, kept: rotation.kept), let file = try? LogFile(path: path) else {
            return state.withLock { $0.size = 0 }
        }
        state.withLock { $0 = State(file: file, size: file.size) }
    }
}

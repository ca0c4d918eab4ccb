import Bytes

/// What became of one attempt to hand lines on.
enum LogDelivery: Equatable {
    /// So many bytes are out, at least one.
    case bytes(Int)
    /// No room for now; `awaitRoom` says when to try again.
    case full
    /// There is nobody to hand them to; try again after so long.
    case away(milliseconds: Int)
    /// These lines cannot be delivered.
    case failed
}

/// Where the lines of one log go. All but `reopen` is called on the queue of its log, by one caller at a time.
protocol LogOutput: Sendable {
    /// Hands on a beginning of `lines`, which end with a line feed. `startsLine` is false when an earlier attempt ended
    /// inside the line that they go on with.
    func deliver(_ lines: ByteSlice, startsLine: Bool) -> LogDelivery
    /// Waits until a delivery may succeed, at most `milliseconds`.
    func awaitRoom(milliseconds: Int32)
    /// Begins anew where the output stands now, such as a file after its name was moved away.
    func reopen() throws(LogFile.Failure)
}

/// What is kept of a log that is written to a file.
package struct LogRotation: Sendable, Equatable {
    /// A file that would grow beyond this is moved away first; 0 for never.
    package var bytesMax: UInt64
    /// Files that are kept beside the current one, as `PATH.1` (the latest) to `PATH.N`.
    package var kept: Int

    package init(bytesMax: UInt64 = 100 << 20, kept: Int = 5) {
        self.bytesMax = bytesMax
        self.kept = kept
    }
}

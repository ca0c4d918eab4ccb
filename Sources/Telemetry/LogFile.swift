import Glibc

/// Where a log goes: the standard output, or a file that is appended to. It owns the descriptor of a file and
/// closes it at the end; the standard output is only borrowed. Only this file of the target touches pointers.
package final class LogFile: Sendable {
    /// Why a log cannot be written, in words for the operator.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let path: String
        package let number: Int32

        package var description: String { "cannot open log file \(path): \(Self.text(number))" }

        static func text(_ number: Int32) -> String {
            // strerror gives a text of this thread or a constant one; it is copied at once.
            unsafe String(cString: strerror(number))
        }
    }

    /// The result of one attempt to write.
    enum Written: Equatable {
        /// This many bytes are out, at least one.
        case bytes(Int)
        /// No room for now; try again when `awaitRoom` says so.
        case full
        case failed(Int32)
    }

    let descriptor: Int32
    private let isOwned: Bool

    /// Takes a descriptor that somebody else closes, such as 1.
    package init(borrowing descriptor: Int32) {
        self.descriptor = descriptor
        isOwned = false
    }

    /// Opens `path` for appending; creates it readable by owner and group only.
    package init(path: String) throws(Failure) {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY
        let opened = unsafe open(path, flags, 0o640)
        guard opened >= 0 else { throw Failure(path: path, number: errno) }
        descriptor = opened
        isOwned = true
    }

    deinit {
        if isOwned { _ = close(descriptor) }
    }

    /// Bytes in the file; 0 for what is no file.
    var size: UInt64 {
        var found = stat()
        return unsafe fstat(descriptor, &found) == 0 ? UInt64(clamping: found.st_size) : 0
    }

    /// Moves `path` to `path.1`, that to `path.2`, and so on; the last of `kept` is overwritten. False if it stays.
    static func shift(_ path: String, kept: Int) -> Bool {
        for number in stride(from: kept - 1, to: 0, by: -1) {
            _ = unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        return unsafe rename(path, "\(path).1") == 0
    }

    /// Writes some of `bytes`, which is not empty.
    func write(_ bytes: ArraySlice<UInt8>) -> Written {
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { return .bytes(count) }
        switch count == 0 ? EIO : errno {
        case EINTR, EAGAIN: return .full
        case let number: return .failed(number)
        }
    }

    /// Waits until a write may succeed, at most `milliseconds`.
    func awaitRoom(milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds)
    }
}

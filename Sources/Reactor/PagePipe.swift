import CKernels
import Glibc

/// Carries large pieces from socket to socket as references to the kernel's pages, and reads them once on the way: the
/// copy out of the kernel is left, for whoever looks at the bytes, and the copy back into it falls away.
///
/// It belongs to a shard and is empty between two reads: what a destination has not taken when the reader is done is
/// dropped, because the copy is there to send it from. So a shard needs one, no exchange owns any of it, and no abort
/// can leave anything in it.
///
/// The pages may be those of a file, when the sender is on this machine and used sendfile(2): these can change after
/// they were read. Who lends must know that its sender does not do that.
@safe final class PagePipe {
    /// A read holds at most as many pages, or parts of pages, as this has pages.
    private static let roomBytes: Int32 = 1 << 20

    private let carrier: Pipe
    private let copy: Pipe
    private let nowhere: Descriptor
    /// What the carrier holds, as a range of the piece that was read last.
    private var held = 0..<0
    /// Some of the piece was passed on, or only could not be because the socket was full.
    private(set) var wasWanted = false
    var isHolding: Bool { !held.isEmpty }

    private struct Pipe: ~Copyable {
        let exit: Descriptor
        let entry: Descriptor

        init?() {
            var ends: (Int32, Int32) = (-1, -1)
            let failed = unsafe withUnsafeMutableBytes(of: &ends) {
                unsafe ossgate_pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self), roomBytes)
            }
            guard failed == 0, let exit = Descriptor(ends.0), let entry = Descriptor(ends.1) else {
                return nil
            }
            self.exit = exit
            self.entry = entry
        }
    }

    /// nil when the descriptors for it cannot be had.
    init?() {
        guard let carrier = Pipe(), let copy = Pipe(),
            let nowhere = Descriptor(unsafe open("/dev/null", O_WRONLY | O_CLOEXEC))
        else { return nil }
        self.carrier = carrier
        self.copy = copy
        self.nowhere = nowhere
    }

    /// As `recv`, and what was read is held, too, until `drop`, if it was as much as the buffer takes: with less, much
    /// memory could hang on few bytes.
    func receive(from socket: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        wasWanted = false
        let count = ossgate_splice(socket, carrier.entry.number, buffer.count)
        guard count > 0 else { return count }
        if count == buffer.count {
            let doubled = max(ossgate_tee(carrier.exit.number, copy.entry.number, count), 0)
            guard unsafe Self.read(copy.exit.number, buffer, doubled) else { return Self.lost() }
            if doubled == count {
                held = 0..<count
                return count
            }
        }
        return unsafe Self.read(carrier.exit.number, buffer, count) ? count : Self.lost()
    }

    /// Passes on a range of what was read, as `send` would, if that is what comes next. The bytes before it are dropped.
    func send(_ range: Range<Int>, to socket: Int32) -> Int {
        guard skip(to: range.lowerBound), range.upperBound <= held.upperBound else {
            errno = EAGAIN
            return -1
        }
        var sent = 0
        while sent < range.count {
            let count = ossgate_splice(carrier.exit.number, socket, range.count - sent)
            guard count > 0 else { break }
            sent += count
        }
        held = (range.lowerBound + sent)..<held.upperBound
        wasWanted = wasWanted || sent > 0 || errno == EAGAIN
        return sent > 0 ? sent : -1
    }

    /// Lets go of what is held; false if the pipe is of no use any more.
    func drop() -> Bool { skip(to: held.upperBound) }

    private func skip(to offset: Int) -> Bool {
        guard held.contains(offset) || offset == held.upperBound else { return false }
        while held.lowerBound < offset {
            let count = ossgate_splice(carrier.exit.number, nowhere.number, offset - held.lowerBound)
            guard count > 0 else { return false }
            held = (held.lowerBound + count)..<held.upperBound
        }
        return true
    }

    /// Reads so many bytes that are there.
    private static func read(_ pipe: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ count: Int) -> Bool {
        var taken = 0
        while taken < count {
            let more = unsafe Glibc.read(pipe, buffer.baseAddress.map { unsafe $0 + taken }, count - taken)
            guard more > 0 else { return false }
            taken += more
        }
        return true
    }

    /// Bytes that cannot be read from a pipe that has them are lost for the connection.
    private static func lost() -> Int {
        errno = EIO
        return -1
    }
}

import CKernels
import Glibc

/// How large pieces pass from one connection to another without being copied back into the kernel.
extension Connection {
    /// After a read whose pages nobody wanted to pass on, as many reads are ordinary ones.
    private static let readsWithoutLending: UInt8 = 4

    /// From now on large reads lend the pages they came in to whoever sends bytes of them on within the call of
    /// `connectionReceived`; to the handler nothing changes. To be called only while bytes go on as they come, and if
    /// the peer does not change what it has sent (see `PagePipe`).
    package func lendPages() { state.lends = layer == nil && !isLocal && core.preparePages() }

    /// Nothing is lent any more, nor is the rest of what is being read.
    package func stopLending() {
        state.lends = false
        if state.isReading { core.isLending = false }
    }

    /// The next read is to lend: there is as much as it takes, `bytes`. Less would not be held (see `PagePipe`), and reading
    /// it through the pipe costs more than reading it.
    func takesTurnToLend(_ bytes: Int) -> Bool {
        guard state.lends, state.isBulk, core.pages != nil, let number else { return false }
        guard state.readsWithoutLending == 0 else {
            state.readsWithoutLending -= 1
            return false
        }
        return ossgate_unread(number) >= bytes
    }

    /// The handler has returned.
    func endLending() {
        if !core.endLending() { state.readsWithoutLending = Self.readsWithoutLending }
    }

    /// Sends `bytes`, which are a range of what is lent, by reference as far as the kernel takes them. What it does not
    /// take waits as a copy, and makes the connection congested: all that came before it is gone would be copied, too.
    /// False if they can only be sent as a copy.
    func passOn(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !isLocal, !state.isWriteBlocked, bytes.count > Self.gatherBytesMax else { return false }
        if !output.isEmpty { writeThrough([UInt8]().span) }
        guard output.isEmpty, pendingError == nil, let number else { return false }
        let count = core.pages?.send(range, to: number) ?? 0
        if count < 0, errno != EAGAIN, errno != EINTR {
            failLater(TransportError("connection lost", errno: errno))
            return true
        }
        let taken = max(count, 0)
        wrote(taken)
        core.bytesPassedOn &+= UInt64(taken)
        if taken < bytes.count {
            append(bytes.extracting(taken..<bytes.count))
            state.isCongested = true
            state.drainsWhole = true
            // Whether the socket is full or something else failed, a write of the copy finds out.
            markUnflushed()
        }
        return true
    }
}

extension ShardCore {
    /// True if there is a pipe; without one everything is copied.
    func preparePages() -> Bool {
        if pages == nil { pages = PagePipe() }
        return pages != nil
    }

    /// As `recv` into the receive buffer; what is read may be lent until `endLending`.
    func receiveLending(from socket: Int32) -> Int {
        let buffer = unsafe receiveBuffer
        guard let pages else { return unsafe recv(socket, buffer.baseAddress, buffer.count, 0) }
        let count = unsafe pages.receive(from: socket, into: buffer)
        isLending = count > 0 && pages.isHolding
        switch count < 0 ? errno : 0 {
        case EIO: self.pages = nil
        case EINVAL, ENOMEM, ENOSYS, EPERM:
            // Nothing was taken: not every kernel, sandbox or socket has this.
            self.pages = nil
            return unsafe recv(socket, buffer.baseAddress, buffer.count, 0)
        default: break
        }
        return count
    }

    /// Where in the receive buffer `bytes` are, if what is there is lent.
    func lent(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard isLending else { return nil }
        let buffer = unsafe receiveBuffer
        return unsafe bytes.withUnsafeBytes { piece in
            guard let first = piece.baseAddress, let base = buffer.baseAddress else { return nil }
            let start = unsafe first - UnsafeRawPointer(base)
            guard start >= 0, start + piece.count <= buffer.count else { return nil }
            return start..<(start + piece.count)
        }
    }

    /// What was lent and not passed on is dropped; false if nobody wanted it.
    func endLending() -> Bool {
        isLending = false
        guard let held = pages else { return false }
        let wasWanted = held.wasWanted
        if !held.drop() { pages = nil }
        return wasWanted
    }
}

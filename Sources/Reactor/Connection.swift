import Bytes
import CKernels
import Glibc
package import Network
package import TLS

/// Hears a connection. It belongs to the connection's shard; the connection holds it until it is closed.
package protocol ConnectionHandler: AnyObject {
    /// An outgoing connection is up.
    func connectionEstablished()
    /// Bytes have come. They are gone after the call: what is not used now must be copied. Everything must be
    /// taken; a handler that wants no more pauses reading first.
    func connectionReceived(_ bytes: Span<UInt8>)
    /// The peer has ended its side: no more bytes will come, but it may still read.
    func connectionInputEnded()
    /// The output has fallen to the low mark after it had passed the high mark, or is gone after the peer did not take
    /// all that was passed on by reference.
    func connectionDrained()
    /// The connection is gone, by reset, error or a completed close. Called once, last, and not for `close()`
    /// by the handler itself.
    func connectionClosed(_ error: TransportError?)
}

extension ConnectionHandler {
    package func connectionEstablished() {}
}

/// A stream socket on a shard: edge-triggered, read in bounded turns into the shard's buffer, written directly
/// and buffered only where the peer is slow.
package final class Connection: EventTarget {
    /// Output above this many bytes makes the connection congested; at half of it `connectionDrained` comes. Where
    /// pages are lent, whatever the peer does not take at once does (see `lendPages`).
    package static let highMark = 512 * 1024
    /// A read of this size is part of something large.
    private static let bulkBytesMin = 32 * 1024
    /// One read takes at most this much while the shard is full.
    private static let fullReadBytesMax = 16 * 1024
    /// Output below this is gathered and written once at the end of the round, in a row with that of the others: the
    /// other side, once awake, takes all of it, and has not to be woken for each. That saves a message of 16 KiB more
    /// than its copy costs.
    package static let gatherBytesMax = 32 * 1024

    package let core: ShardCore
    package var handler: (any ConnectionHandler)? {
        get { listener }
        set { listener = newValue }
    }
    private var listener: (any ConnectionHandler)?
    private var descriptor: Descriptor?
    /// That of the descriptor while it is open; beside it, because every look into what is owned is a checked access.
    private(set) var number: Int32?
    private let family: Int32
    /// A Unix socket.
    var isLocal: Bool { family == AF_UNIX }
    /// Made by us. The peer may answer and then reset, because it wants no more: its answer must be read.
    let isOutgoing: Bool
    var output = OutputBuffer()
    private var held: HeldMemory
    /// nil for plain text.
    var layer: SecureLayer?
    var state: State

    struct State {
        var isConnecting = false
        var isReadPaused = false
        /// The socket may hold bytes: an edge was seen and the kernel's buffer not yet found empty.
        var isReadable = false
        var inputEnded = false
        var peerEnded = false
        /// Both directions are shut; there may still be bytes to be read.
        var isHungUp = false
        /// The kernel takes no more until it says so.
        var isWriteBlocked = false
        var isCongested = false
        /// The congestion ends when nothing waits any more: until then nothing could be passed on by reference.
        var drainsWhole = false
        var isMarkedReady = false
        var isMarkedUnflushed = false
        var endsAfterFlush = false
        var closesAfterFlush = false
        var isReading = false
        /// The last read brought much: the next one waits for its turn behind all events.
        var isBulk = false
        /// Its reads may lend pages; see `lendPages`.
        var lends = false
        /// So many reads lend nothing, because nobody passed on what the last one lent.
        var readsWithoutLending: UInt8 = 0
    }

    /// Takes over an accepted descriptor.
    init?(core: ShardCore, descriptor: consuming Descriptor, family: Int32, connecting: Bool) {
        self.core = core
        held = HeldMemory(core)
        self.family = family
        isOutgoing = connecting
        state = State()
        state.isConnecting = connecting
        state.isWriteBlocked = connecting
        let number = descriptor.number
        self.descriptor = consume descriptor
        self.number = number
        guard core.register(number, self) else { return nil }
        if !isLocal { Sockets.set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
        core.connectionOpened()
    }

    /// Begins a connection to `address`. The handler hears `connectionEstablished` or `connectionClosed`, both
    /// later; an error that is known at once is thrown.
    package static func connect(
        _ core: ShardCore, to address: SocketAddress, handler: any ConnectionHandler
    ) throws(TransportError) -> Connection {
        let socket = try Sockets.make(family: address.family)
        let number = socket.number
        let failed = unsafe address.withSockaddr { unsafe Glibc.connect(number, $0, $1) }
        guard failed == 0 || errno == EINPROGRESS else {
            throw TransportError("cannot connect", errno: errno)
        }
        guard
            let connection = Connection(
                core: core, descriptor: consume socket, family: address.family, connecting: true)
        else { throw TransportError("cannot watch a connection", errno: errno) }
        connection.handler = handler
        return connection
    }

    // MARK: For handlers

    package var isOpen: Bool { number != nil }
    package var isCongested: Bool { state.isCongested }
    /// Bytes that the kernel has taken.
    package var bytesWritten: UInt64 { taken }
    private var taken: UInt64 = 0
    /// Bytes accepted by `send` that the kernel has not taken.
    package var pendingBytes: Int { output.count + (layer?.held.count ?? 0) }
    /// Output waits because the peer does not take it; what is only being gathered does not count.
    package var isOutputBlocked: Bool { state.isWriteBlocked && !output.isEmpty }

    /// `closeAfterFlush` was called.
    package var isClosing: Bool { state.closesAfterFlush }

    /// The address of the peer.
    package var peerAddress: ClientAddress {
        guard let number else { return .unknown }
        return Sockets.peerAddress(number, family: family)?.client ?? .unknown
    }

    /// Bytes that the system of the peer has taken: the kernel takes them in large steps, and much later.
    package var bytesAcknowledged: UInt64 {
        guard let number else { return bytesWritten }
        return bytesWritten &- min(bytesWritten, UInt64(max(ossgate_unsent(number), 0)))
    }

    /// From now on everything goes through TLS; to be called before anything is sent or received. The handler hears
    /// `connectionEstablished` when the handshake is over, on accepted connections too; until then what is sent waits.
    package func secure(_ session: TLSSession) { layer = SecureLayer(session) }

    /// As above, after the handler has received some in plain text, within its call: `received` belongs to TLS already.
    package func secure(_ session: TLSSession, received: Span<UInt8>) {
        let layer = SecureLayer(session)
        self.layer = layer
        if !received.isEmpty { unsafe received.withUnsafeBytes { unsafe receive($0, layer) } }
    }

    /// The TLS session, nil for plain text.
    package var session: TLSSession? { layer?.session }

    /// Sends in order with all that was sent before. Small pieces are gathered until the end of the round.
    package func send(_ bytes: Span<UInt8>) {
        guard takesOutput(bytes) else { return }
        if let layer { return send(bytes, layer) }
        if let range = core.lent(bytes), passOn(bytes, range) { return }
        if state.isWriteBlocked || output.count + bytes.count <= Self.gatherBytesMax {
            append(bytes)
            if !state.isWriteBlocked { markUnflushed() }
        } else {
            writeThrough(bytes)
        }
        noteCongestion()
    }

    package func send(_ bytes: [UInt8]) { send(bytes.span) }

    /// As `send`, for callers that send on many connections in a row: written now and in one call with what waits, so
    /// that nothing need be copied to wait for the end of the round.
    package func sendNow(_ bytes: Span<UInt8>) {
        guard takesOutput(bytes), layer == nil, !state.isWriteBlocked else { return send(bytes) }
        writeThrough(bytes)
        noteCongestion()
    }

    private func takesOutput(_ bytes: Span<UInt8>) -> Bool {
        isOpen && pendingError == nil && !state.endsAfterFlush && !state.closesAfterFlush && !bytes.isEmpty
    }

    private func noteCongestion() {
        if output.count > (core.isFull ? Self.gatherBytesMax : Self.highMark) { state.isCongested = true }
    }

    package func pauseReading() { state.isReadPaused = true }

    package func resumeReading() {
        guard state.isReadPaused else { return }
        state.isReadPaused = false
        if state.isReadable || state.peerEnded || layer?.endIsWaiting == true, !state.isReading {
            markReady()
        }
    }

    /// Ends our side once all is sent; the peer may still send.
    package func endOutput() {
        guard isOpen, !state.endsAfterFlush else { return }
        sealEnd()
        state.endsAfterFlush = true
        markUnflushed()
    }

    /// Closes once all is sent. The handler hears `connectionClosed`.
    package func closeAfterFlush() {
        guard isOpen, !state.closesAfterFlush else { return }
        sealEnd()
        state.closesAfterFlush = true
        markUnflushed()
    }

    /// Closes now; the handler hears nothing more. With `reset` the peer sees a reset and not an orderly end.
    package func close(reset: Bool = false) {
        handler = nil
        // The end of a stream that was cut must not look like the end that was meant.
        if !reset, pendingBytes == 0 { sealEnd() }
        shut(reset: reset)
    }

    // MARK: Events

    func handle(_ flags: EventFlags) {
        if state.isConnecting, !finishConnecting(flags) { return }
        if flags.contains(.failed) {
            guard let number else { return }
            let error = Sockets.pendingError(number)
            failLater(TransportError("connection lost", errno: error == 0 ? ECONNRESET : error))
            return continueWork()
        }
        if flags.contains(.writable), state.isWriteBlocked {
            state.isWriteBlocked = false
            flush()
        }
        if !flags.isDisjoint(with: [.peerEnded, .hungUp]) { state.peerEnded = true }
        if flags.contains(.hungUp) { state.isHungUp = true }
        if !flags.isDisjoint(with: [.readable, .peerEnded, .hungUp]) {
            state.isReadable = true
            if state.isBulk, !state.isReadPaused { markReady() } else { read() }
        }
        failIfHungUp()
    }

    /// Both directions are shut and all has been read: no further event would come for this descriptor.
    private func failIfHungUp() {
        guard state.isHungUp, state.inputEnded else { return }
        fail(TransportError("connection lost", errno: ECONNRESET))
    }

    func continueWork() {
        state.isMarkedReady = false
        guard isOpen else { return }
        if let pendingError, !isOutgoing || state.inputEnded { return fail(pendingError) }
        read()
    }

    func shutDown() { fail(TransportError("the shard stops", detail: "shut down")) }

    private func finishConnecting(_ flags: EventFlags) -> Bool {
        guard let number else { return false }
        let error = Sockets.pendingError(number)
        guard error == 0, flags.isDisjoint(with: [.failed, .hungUp]) else {
            fail(TransportError("cannot connect", errno: error == 0 ? ECONNREFUSED : error))
            return false
        }
        guard flags.contains(.writable) else { return false }
        state.isConnecting = false
        state.isWriteBlocked = false
        if let layer {
            begin(layer)
        } else {
            handler?.connectionEstablished()
        }
        if !output.isEmpty { markUnflushed() }
        return isOpen
    }

    /// One read of at most the shard's buffer; what is left is taken in the next round, so that one connection
    /// cannot hold up the others.
    private func read() {
        if let layer, layer.endIsWaiting, !state.isReadPaused { return endInput() }
        guard state.isReadable || state.peerEnded, !state.isReadPaused, !state.inputEnded,
            let number
        else { return }
        let buffer = unsafe core.receiveBuffer
        let room = core.isFull ? Self.fullReadBytesMax : buffer.count
        let lends = room == buffer.count && takesTurnToLend(room)
        let count =
            unsafe lends
            ? core.receiveLending(from: number) : recv(number, buffer.baseAddress, room, 0)
        if count <= 0, let pendingError { return fail(pendingError) }
        if count > 0 {
            state.isReadable = lends || count == room || state.peerEnded || pendingError != nil
            state.isReading = true
            core.moreFollows = count == room
            state.isBulk = count >= Self.bulkBytesMin
            core.received(count)
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if let layer {
                unsafe receive(bytes, layer)
            } else {
                unsafe handler?.connectionReceived(Span(_unsafeBytes: bytes))
            }
            state.isReading = false
            core.moreFollows = false
            if lends { endLending() }
            if isOpen, state.isReadable, !state.isReadPaused { markReady() }
        } else if count == 0 {
            if let layer, let failure = cutOff(layer) { return fail(failure) }
            endInput()
            failIfHungUp()
        } else if errno == EAGAIN {
            state.isReadable = false
        } else if errno == EINTR {
            markReady()
        } else {
            fail(TransportError("connection lost", errno: errno))
        }
    }

    func endInput() {
        layer?.endIsWaiting = false
        state.inputEnded = true
        state.isReadable = false
        handler?.connectionInputEnded()
    }

    // MARK: Output

    /// Writes what is buffered, then does what was to follow it.
    func flush() {
        state.isMarkedUnflushed = false
        guard isOpen else { return }
        if let layer, !layer.held.isEmpty, !state.isWriteBlocked, layer.session.isEstablished {
            seal(layer, [UInt8]().span)
        }
        if !output.isEmpty, !state.isWriteBlocked { writeThrough([]) }
        guard isOpen, output.isEmpty else { return }
        if state.closesAfterFlush {
            fail(nil)
        } else if state.endsAfterFlush, let number {
            _ = shutdown(number, Int32(SHUT_WR))
        }
    }

    private func writeThrough(_ bytes: [UInt8]) { writeThrough(bytes.span) }

    /// Puts bytes behind what waits already.
    func append(_ bytes: Span<UInt8>) {
        var taken = takeOutput()
        taken.append(bytes, pool: core.pool)
        swap(&taken, &output)
        held.set(output.count)
    }

    /// Takes the output out while something is done with it: the access to it is over before anything is called.
    private func takeOutput() -> OutputBuffer {
        var taken = OutputBuffer()
        swap(&taken, &output)
        return taken
    }

    private func dropOutput() {
        var dropped = takeOutput()
        dropped.release(to: core.pool)
        held.set(0)
    }

    /// One gathered write of the buffer and `bytes`; what the kernel does not take is buffered.
    func writeThrough(_ bytes: Span<UInt8>) {
        guard let number else { return }
        var waiting = takeOutput()
        let buffered = waiting.count
        let total = buffered + bytes.count
        let written = unsafe bytes.withUnsafeBytes { fresh in
            unsafe waiting.withBytes { old in
                unsafe Self.write(number, old, fresh, moreFollows: core.moreFollows)
            }
        }
        let fault = written < 0 ? errno : 0
        guard fault == 0 || fault == EAGAIN || fault == EINTR else {
            waiting.release(to: core.pool)
            held.set(0)
            return failLater(TransportError("connection lost", errno: fault))
        }
        let taken = max(written, 0)
        wrote(taken)
        if buffered > 0 { waiting.consume(min(taken, buffered), pool: core.pool) }
        let fresh = max(taken - buffered, 0)
        if fresh < bytes.count { waiting.append(bytes.extracting(fresh..<bytes.count), pool: core.pool) }
        swap(&waiting, &output)
        held.set(output.count)
        if taken < total {
            state.isWriteBlocked = fault != EINTR
            if !state.isWriteBlocked { markUnflushed() }
        }
        let lowMark = core.isFull || state.drainsWhole ? 0 : Self.highMark / 2
        if state.isCongested, output.count <= lowMark {
            state.isCongested = false
            state.drainsWhole = false
            handler?.connectionDrained()
        }
    }

    func wrote(_ count: Int) { taken &+= UInt64(count) }

    private static func write(
        _ descriptor: Int32, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
        moreFollows: Bool
    ) -> Int {
        // The kernel need not make a small segment of what is beyond its last full one; the next acknowledgement would
        // send it, if nothing followed.
        let flags = Int32(MSG_NOSIGNAL | (moreFollows ? MSG_MORE : 0))
        if unsafe first.isEmpty {
            return unsafe Glibc.send(descriptor, second.baseAddress, second.count, flags)
        }
        if unsafe second.isEmpty {
            return unsafe Glibc.send(descriptor, first.baseAddress, first.count, flags)
        }
        var vectors = unsafe (
            iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count),
            iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
        )
        return unsafe withUnsafeMutableBytes(of: &vectors) { raw in
            var message = unsafe msghdr()
            unsafe message.msg_iov = raw.baseAddress?.assumingMemoryBound(to: iovec.self)
            unsafe message.msg_iovlen = 2
            return unsafe sendmsg(descriptor, &message, flags)
        }
    }

    // MARK: End

    func fail(_ error: TransportError?) {
        let listener = handler
        handler = nil
        guard isOpen else { return }
        shut(reset: false)
        listener?.connectionClosed(error)
    }

    /// The transport has failed. The handler, inside whose own call this may be, hears of it later: after it has
    /// returned, and on an outgoing connection after all that the peer sent before. Nothing is sent any more.
    func failLater(_ error: TransportError) {
        state.isWriteBlocked = true
        state.isReadable = true
        dropOutput()
        if pendingError == nil { pendingError = error }
        markReady()
    }

    var pendingError: TransportError?
    /// After a connection that was never up is closed: what was to be sent on it, none of which has left.
    package private(set) var unsent: [UInt8] = []

    private func shut(reset: Bool) {
        guard let number else { return }
        core.unregister(number)
        if reset {
            var option = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(
                number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        descriptor = nil
        self.number = nil
        if let layer {
            if !layer.session.isEstablished { unsent = layer.held }
        } else if state.isConnecting {
            let held = output
            unsafe held.withBytes { unsent = unsafe [UInt8]($0) }
        }
        dropOutput()
        core.connectionClosed()
    }

    private func markReady() {
        guard !state.isMarkedReady else { return }
        state.isMarkedReady = true
        core.markReady(self)
    }

    func markUnflushed() {
        guard !state.isMarkedUnflushed else { return }
        state.isMarkedUnflushed = true
        core.markUnflushed(self)
    }
}

import Bytes
import HTTP1
import HTTPModel
import Reactor

/// Hears the origin's side of one exchange.
protocol UpstreamListener: AnyObject {
    func upstreamHead(_ head: ResponseHead)
    /// `remaining` is what still follows, nil if that is not known.
    func upstreamBody(_ bytes: Span<UInt8>, remaining: UInt64?)
    func upstreamEnd(trailers: Fields)
    /// The exchange with the origin is over without an end; heard once, last.
    func upstreamFailed(_ failure: UpstreamFailure)
    /// The origin has taken enough of the request for more to be sent.
    func upstreamDrained()
}

/// One connection to the origin: carries one exchange at a time and goes back to its pool after a clean end. It is
/// never used again after an abort, an answer to an unfinished request, or a byte too many.
final class UpstreamConnection: ConnectionHandler {
    /// Held: it may have been replaced in its group, and lives as long as its last connection.
    private var pool: UpstreamPool
    /// The origins that could not be reached with what is to be sent.
    private var tried: [UpstreamPool] = []
    /// It counts among those of its pool that have a request; the pool's own mark.
    var isBusy = false
    /// Its pool hears how exchanges end.
    var reportsHealth = true
    /// What was sent while it waited for its turn.
    private var waitingOutput: [UInt8] = []
    private var held: HeldMemory
    private var connection: Connection?
    private var decoder: ResponseDecoder
    /// Let go at the end of each exchange, which breaks the cycle between the two.
    private var listener: (any UpstreamListener)?
    private var state = State.connecting
    private var exchangesBegun = 0
    /// When the connection that is being made, or was made, was begun.
    private var connectingSince: UInt64 = 0
    /// Addresses left for a connection that has not been made yet.
    private var untried: ArraySlice<SocketAddress> = []
    private var requestIsSent = false
    private var answerHasBegun = false
    private var answerStays = true
    private var isReadPaused = false
    /// What the kernel had taken of the output when its progress was last looked at.
    private var seenBytesWritten: UInt64 = 0
    /// The origin did not take all of the output then.
    private var wasOutputWaiting = false
    private let deadline: Deadline

    private enum State {
        /// For its turn: the origin has as many requests as it may have.
        case waiting
        case connecting
        case active
        case idle
        case closed
    }

    init(pool: UpstreamPool) {
        self.pool = pool
        held = HeldMemory(pool.core)
        decoder = ResponseDecoder(limits: pool.limits)
        deadline = Deadline(pool.core)
        deadline.act { [unowned self] in deadlineExpired() }
    }

    /// Begins a connection to the first of `addresses`; the others are tried when it cannot be made.
    func connect(to addresses: [SocketAddress]) throws(TransportError) {
        untried = addresses[...]
        connectingSince = pool.core.now
        var failure = TransportError("cannot connect", detail: "the origin has no address")
        while let address = untried.popFirst() {
            do throws(TransportError) {
                let made = try Connection.connect(pool.core, to: address, handler: self)
                if let tls = pool.tls { made.secure(tls.makeSession(resuming: pool.ticket)) }
                connection = made
                deadline.set(after: pool.settings.connectNanoseconds)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// Goes on to the next address, or the next origin, with what was to be sent: none of it has left. Fails when there
    /// is none.
    private func connectionNotMade(_ failure: UpstreamFailure) {
        guard let before = connection else { return fail(failure) }
        before.close()
        if connectElsewhere(failure) { connection?.send(before.unsent) } else { fail(failure) }
    }

    private func connectElsewhere(_ failure: UpstreamFailure) -> Bool {
        var addresses = Array(untried)
        while true {
            if !addresses.isEmpty, (try? connect(to: addresses)) != nil { return true }
            tried.append(pool)
            guard reportsHealth, let other = pool.handOver(self, tried: tried) else { return false }
            pool.failed(failure)
            pool = other
            addresses = other.nextAddresses()
        }
    }

    // MARK: Turns

    /// It has no transport yet: what is sent is kept until it is its turn, for a bounded time.
    func waitForTurn() {
        state = .waiting
        deadline.set(after: pool.settings.waitNanoseconds)
    }

    /// It is its turn, on a new connection.
    func connectNow() {
        guard state == .waiting else { return }
        state = .connecting
        do {
            try connect(to: pool.nextAddresses())
        } catch {
            return fail(UpstreamFailure(.connect, error.description))
        }
        sendWaitingOutput()
    }

    /// It is its turn, on the transport of an idle connection.
    func takeOver(_ idle: UpstreamConnection) {
        connection = idle.connection
        idle.connection = nil
        idle.state = .closed
        idle.deadline.retire()
        connection?.handler = self
        exchangesBegun += idle.exchangesBegun
        state = .active
        deadline.cancel()
        sendWaitingOutput()
        if requestIsSent { awaitAnswer() }
        if isCongested { watchOutput() }
    }

    private func sendWaitingOutput() {
        connection?.send(waitingOutput)
        waitingOutput = []
        held.set(0)
        if !isCongested { listener?.upstreamDrained() }
    }

    private func write(_ bytes: Span<UInt8>) {
        guard state == .waiting else {
            connection?.send(bytes)
            return
        }
        waitingOutput.append(bytes)
        held.set(waitingOutput.count)
    }

    // MARK: For exchanges

    /// Begins an exchange: writes the head, after which body pieces may follow at once.
    func begin(_ head: RequestHead, framing: BodyFraming, listener: any UpstreamListener) {
        self.listener = listener
        exchangesBegun += 1
        requestIsSent = false
        answerHasBegun = false
        answerStays = true
        decoder.begin(requestMethod: head.method)
        isReadPaused = false
        wasOutputWaiting = false
        if state == .idle {
            state = .active
            deadline.cancel()
        }
        pool.core.withScratch { bytes in
            RequestEncoder.append(head: head, framing: framing, to: &bytes)
            write(bytes.span)
        }
    }

    /// With `now` it does not wait for the end of the round; see `Connection.sendNow`.
    func send(_ bytes: Span<UInt8>, now: Bool = false) {
        if now, state != .waiting { connection?.sendNow(bytes) } else { write(bytes) }
        if isCongested, state == .active, !deadline.isSet { watchOutput() }
    }

    func send(_ bytes: [UInt8]) { send(bytes.span) }

    /// The whole request is on its way: from now on the origin is expected to answer.
    func requestEnded() {
        requestIsSent = true
        if state == .active, !answerHasBegun { awaitAnswer() }
    }

    /// More than this is not kept for a request that waits for its turn.
    private static let waitingBytesMax = 64 * 1024

    var isCongested: Bool {
        state == .waiting ? waitingOutput.count > Self.waitingBytesMax : connection?.isCongested ?? false
    }
    /// Some of the request has not been given to the kernel.
    var hasUnsentBytes: Bool { !waitingOutput.isEmpty || (connection?.pendingBytes ?? 0) > 0 }

    func pauseReading() {
        guard state == .active, !isReadPaused else { return }
        isReadPaused = true
        connection?.pauseReading()
        deadline.cancel()
    }

    /// The rest of the answer may pass to the client as the kernel's pages.
    func lendBody() { connection?.lendPages() }

    func resumeReading() {
        guard isReadPaused else { return }
        isReadPaused = false
        connection?.resumeReading()
        if state == .active { deadline.set(after: pool.settings.idleNanoseconds) }
    }

    /// Ends the exchange; the listener hears nothing more. The reset discards what has not reached the origin yet,
    /// so that it sees an incomplete request, and soon.
    func abort() {
        listener = nil
        close(reset: state == .active)
    }

    // MARK: Deadlines

    private func watchOutput() {
        seenBytesWritten = connection?.bytesWritten ?? 0
        wasOutputWaiting = true
        deadline.set(after: pool.settings.idleNanoseconds)
    }

    /// The origin is given its time from here, or from when it has taken all that still waits.
    private func awaitAnswer() {
        if let connection {
            seenBytesWritten = connection.bytesWritten
            // Less may just be waiting for the end of the shard's round.
            wasOutputWaiting = connection.pendingBytes > Connection.gatherBytesMax
        }
        deadline.set(after: pool.settings.firstByteNanoseconds)
    }

    /// True, and the deadline is set anew, if the origin took some of the output since the last look.
    private func outputMoved() -> Bool {
        guard let connection, wasOutputWaiting, connection.bytesWritten != seenBytesWritten else {
            return false
        }
        if connection.pendingBytes > 0 {
            watchOutput()
        } else {
            awaitAnswer()
        }
        return true
    }

    // MARK: Events

    func connectionEstablished() {
        pool.connected(after: pool.core.now &- connectingSince)
        state = .active
        deadline.cancel()
        if requestIsSent { awaitAnswer() }
        if isCongested { watchOutput() }
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        guard state == .active else { return close() }
        var position = 0
        while true {
            do {
                switch try decoder.next(bytes, &position) {
                case .needsInput:
                    if answerHasBegun, !isReadPaused { deadline.set(after: pool.settings.idleNanoseconds) }
                    return
                case .interim: continue
                case .head(var head):
                    answerStays = head.isPersistent
                    // Whether the origin keeps its connection says nothing about that of the client.
                    head.isPersistent = true
                    handle(head)
                case .body(let range):
                    listener?.upstreamBody(bytes.extracting(range), remaining: decoder.bodyRemaining)
                case .end(let trailers): return ended(trailers, hasSurplus: position < bytes.count)
                }
            } catch {
                return fail(UpstreamFailure(answerHasBegun ? .body : .head, error.reason))
            }
            guard state == .active else { return }
        }
    }

    func connectionInputEnded() {
        guard state == .active else { return close() }
        // A failed decoder says no more whether an answer had begun.
        let stale = isStale
        do {
            if case .end(let trailers)? = try decoder.endOfInput() {
                answerStays = false
                ended(trailers, hasSurplus: false)
            } else {
                fail(closedEarly(isStale: stale))
            }
        } catch {
            fail(answerHasBegun ? UpstreamFailure(.body, error.reason) : closedEarly(isStale: stale))
        }
    }

    func connectionDrained() {
        if !requestIsSent, !answerHasBegun { deadline.cancel() }
        listener?.upstreamDrained()
    }

    func connectionClosed(_ error: TransportError?) {
        let cause = error?.description ?? "connection closed"
        switch state {
        case .connecting:
            let phase: UpstreamFailure.Phase = error?.isSecurity == true ? .handshake : .connect
            connectionNotMade(UpstreamFailure(phase, cause))
        case .active:
            let phase: UpstreamFailure.Phase = answerHasBegun ? .body : requestIsSent ? .head : .request
            fail(UpstreamFailure(phase, cause, isStaleConnection: isStale))
        case .waiting, .idle, .closed: close()
        }
    }

    private func deadlineExpired() {
        switch state {
        case .waiting: fail(UpstreamFailure(.connect, "the origin has too many requests"))
        case .connecting:
            connectionNotMade(UpstreamFailure(.connect, "no connection in time", isTimeout: true))
        case .idle: close()
        case .closed: break
        case .active:
            if answerHasBegun {
                fail(UpstreamFailure(.body, "the answer stopped", isTimeout: true))
            } else if outputMoved() {
                break
            } else if !requestIsSent || connection?.isOutputBlocked == true {
                fail(UpstreamFailure(.request, "the origin takes no more of the request", isTimeout: true))
            } else {
                fail(UpstreamFailure(.head, "no answer in time", isTimeout: true))
            }
        }
    }

    private func handle(_ head: ResponseHead) {
        answerHasBegun = true
        if reportsHealth { pool.succeeded() }
        listener?.upstreamHead(head)
    }

    /// Gives the connection back before the listener hears of the end: it may begin the next exchange at once.
    private func ended(_ trailers: Fields, hasSurplus: Bool) {
        let heard = listener
        listener = nil
        connection?.stopLending()
        if let ticket = connection?.session?.takeTicket() { pool.ticket = ticket }
        if answerStays, requestIsSent, !hasSurplus, let connection, connection.pendingBytes == 0 {
            state = .idle
            connection.resumeReading()
            deadline.set(after: pool.settings.keepAliveNanoseconds)
            pool.give(self)
        } else {
            close()
        }
        heard?.upstreamEnd(trailers: trailers)
    }

    private var isStale: Bool { exchangesBegun > 1 && !answerHasBegun && decoder.isBetweenMessages }

    private func closedEarly(isStale: Bool) -> UpstreamFailure {
        UpstreamFailure(
            requestIsSent ? .head : .request, "the origin closed the connection", isStaleConnection: isStale)
    }

    private func fail(_ failure: UpstreamFailure) {
        let heard = listener
        listener = nil
        let isTheWay = state == .connecting || state == .active
        if reportsHealth, isTheWay, !answerHasBegun, !failure.isStaleConnection { pool.failed(failure) }
        close(reset: state == .active)
        heard?.upstreamFailed(failure)
    }

    private func close(reset: Bool = false) {
        guard state != .closed else { return }
        state = .closed
        deadline.retire()
        connection?.close(reset: reset)
        connection = nil
        pool.closed(self)
    }
}

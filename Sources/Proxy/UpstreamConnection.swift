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
    private unowned let pool: UpstreamPool
    private var connection: Connection?
    private var decoder: ResponseDecoder
    /// Let go at the end of each exchange, which breaks the cycle between the two.
    private var listener: (any UpstreamListener)?
    private var state = State.connecting
    private var exchangesBegun = 0
    private var requestIsSent = false
    private var answerHasBegun = false
    private var answerStays = true
    private var seenBytesWritten: UInt64 = 0
    private lazy var deadline = Deadline(pool.core) { [unowned self] in deadlineExpired() }

    private enum State {
        case connecting
        case active
        case idle
        case closed
    }

    init(pool: UpstreamPool) {
        self.pool = pool
        decoder = ResponseDecoder(limits: pool.limits)
    }

    func connect(to address: SocketAddress) throws(TransportError) {
        connection = try Connection.connect(pool.core, to: address, handler: self)
        deadline.set(after: pool.settings.connectNanoseconds)
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
        if state == .idle {
            state = .active
            deadline.cancel()
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.fields.bytes.count + 128)
        RequestEncoder.append(head: head, framing: framing, to: &bytes)
        connection?.send(bytes)
    }

    func send(_ bytes: Span<UInt8>) {
        connection?.send(bytes)
        if isCongested, state == .active, !deadline.isSet {
            seenBytesWritten = connection?.bytesWritten ?? 0
            deadline.set(after: pool.settings.idleNanoseconds)
        }
    }

    func send(_ bytes: [UInt8]) { send(bytes.span) }

    /// The whole request is on its way: from now on the origin is expected to answer.
    func requestEnded() {
        requestIsSent = true
        if state == .active, !answerHasBegun { deadline.set(after: pool.settings.firstByteNanoseconds) }
    }

    var isCongested: Bool { connection?.isCongested ?? false }

    func pauseReading() {
        connection?.pauseReading()
        deadline.cancel()
    }

    func resumeReading() {
        connection?.resumeReading()
        if state == .active { deadline.set(after: pool.settings.idleNanoseconds) }
    }

    /// Ends the exchange so that the origin sees an incomplete request; the listener hears nothing more.
    func abort() {
        listener = nil
        close()
    }

    // MARK: Events

    func connectionEstablished() {
        state = .active
        deadline.cancel()
        if requestIsSent { deadline.set(after: pool.settings.firstByteNanoseconds) }
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        guard state == .active else { return close() }
        var position = 0
        while true {
            do {
                switch try decoder.next(bytes, &position) {
                case .needsInput:
                    if answerHasBegun { deadline.set(after: pool.settings.idleNanoseconds) }
                    return
                case .interim: continue
                case .head(let head): handle(head)
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
        do {
            if case .end(let trailers)? = try decoder.endOfInput() {
                answerStays = false
                ended(trailers, hasSurplus: false)
            } else {
                fail(closedEarly)
            }
        } catch {
            fail(answerHasBegun ? UpstreamFailure(.body, error.reason) : closedEarly)
        }
    }

    func connectionDrained() {
        if requestIsSent == false { deadline.cancel() }
        listener?.upstreamDrained()
    }

    func connectionClosed(_ error: TransportError?) {
        let cause = error?.description ?? "connection closed"
        switch state {
        case .connecting: fail(UpstreamFailure(.connect, cause))
        case .active:
            let phase: UpstreamFailure.Phase = answerHasBegun ? .body : requestIsSent ? .head : .request
            fail(UpstreamFailure(phase, cause, isStaleConnection: isStale))
        case .idle, .closed: close()
        }
    }

    private func deadlineExpired() {
        switch state {
        case .connecting: fail(UpstreamFailure(.connect, "no connection in time", isTimeout: true))
        case .idle: close()
        case .closed: break
        case .active:
            if let connection, connection.pendingBytes > 0, connection.bytesWritten != seenBytesWritten {
                seenBytesWritten = connection.bytesWritten
                deadline.set(after: pool.settings.idleNanoseconds)
            } else if !requestIsSent {
                fail(UpstreamFailure(.request, "the origin takes no more of the request", isTimeout: true))
            } else if !answerHasBegun {
                fail(UpstreamFailure(.head, "no answer in time", isTimeout: true))
            } else {
                fail(UpstreamFailure(.body, "the answer stopped", isTimeout: true))
            }
        }
    }

    private func handle(_ head: ResponseHead) {
        answerHasBegun = true
        answerStays = head.isPersistent
        listener?.upstreamHead(head)
    }

    /// Gives the connection back before the listener hears of the end: it may begin the next exchange at once.
    private func ended(_ trailers: Fields, hasSurplus: Bool) {
        let heard = listener
        listener = nil
        if answerStays, requestIsSent, !hasSurplus, connection?.pendingBytes == 0 {
            state = .idle
            connection?.resumeReading()
            deadline.set(after: pool.settings.keepAliveNanoseconds)
            pool.give(self)
        } else {
            close()
        }
        heard?.upstreamEnd(trailers: trailers)
    }

    private var isStale: Bool { exchangesBegun > 1 && !answerHasBegun }

    private var closedEarly: UpstreamFailure {
        UpstreamFailure(
            requestIsSent ? .head : .request, "the origin closed the connection", isStaleConnection: isStale)
    }

    private func fail(_ failure: UpstreamFailure) {
        let heard = listener
        listener = nil
        close()
        heard?.upstreamFailed(failure)
    }

    private func close() {
        guard state != .closed else { return }
        state = .closed
        deadline.cancel()
        connection?.close()
        connection = nil
        pool.closed(self)
    }
}

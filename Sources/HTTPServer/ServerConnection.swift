import Bytes
import HTTP1
import HTTPModel
import Reactor

/// One HTTP/1.1 connection of a client: decodes requests, hands each to the application, and keeps requests in
/// order. Bytes of a request that cannot be taken yet stay in `pending`, at most one read of the reactor; reading
/// from the socket stops meanwhile.
final class ServerConnection: ConnectionHandler, DrainableConnection {
    let server: Server
    let connection: Connection
    let peer: ConnectionPeer
    private var decoder: RequestDecoder
    private var pending: [UInt8] = []
    private var held: HeldMemory
    private var exchange: ServerExchange?
    private var phase = Phase.request
    private var isProcessing = false
    private var inputEnded = false
    private var lingered: UInt64 = 0
    /// Of the input: a head, a body, the next request, the end of lingering.
    private let deadline: Deadline

    private enum Phase {
        /// Requests are read, or one is in progress.
        case request
        /// The last answer is out and our side has ended: what still comes is dropped until the client closes.
        case lingering
        case closed
    }

    init(_ server: Server, _ connection: Connection, _ peer: ConnectionPeer) {
        self.server = server
        self.connection = connection
        self.peer = peer
        held = HeldMemory(server.core)
        decoder = RequestDecoder(limits: server.settings.http1)
        deadline = Deadline(server.core)
        deadline.act { [unowned self] in deadlineExpired() }
        server.connectionOpened()
    }

    func start() {
        server.setDrainable(self, true)
        deadline.set(after: server.settings.headNanoseconds)
    }

    /// Closes a connection on which nothing is in progress.
    func closeIdle() {
        guard phase == .request, exchange == nil, decoder.isBetweenMessages, pending.isEmpty else { return }
        if connection.pendingBytes > 0 { linger() } else { close() }
    }

    // MARK: Events

    func connectionReceived(_ bytes: Span<UInt8>) {
        guard phase == .request else { return drop(bytes.count) }
        guard pending.isEmpty else {
            pending.append(bytes)
            return processPending()
        }
        let taken = process(bytes)
        guard taken < bytes.count else { return }
        pending.append(bytes.extracting(taken..<bytes.count))
        held.set(pending.count)
    }

    func connectionInputEnded() {
        inputEnded = true
        if phase == .request, let exchange { return exchange.inputEnded() }
        closeAfterOutput()
    }

    func connectionDrained() {
        if let exchange { exchange.outputDrained() } else { processPending() }
    }

    func connectionClosed(_ error: TransportError?) {
        let departed = exchange
        close()
        departed?.connectionLost()
    }

    private func deadlineExpired() {
        switch phase {
        case .closed: break
        case .lingering: closeAfterOutput()
        case .request:
            if let exchange {
                exchange.bodyDeadlineExpired()
            } else if decoder.isBetweenMessages {
                closeAfterOutput()
            } else {
                refuse(HeadFailure(status: 408, reason: "the request head did not come in time"))
            }
        }
    }

    // MARK: Decoding

    /// Goes on with what was left over, once nothing forbids it.
    func processPending() {
        guard !isProcessing, phase == .request else { return }
        // With nothing left over there may still be the end of a request without a body.
        if !pending.isEmpty || exchange?.takesBody == true {
            var input: [UInt8] = []
            swap(&input, &pending)
            let taken = process(input.span)
            if taken < input.count {
                input.removeSubrange(..<taken)
                pending = input + pending
            }
            held.set(pending.count)
        }
        if pending.isEmpty, phase == .request, mayRead { connection.resumeReading() }
    }

    /// Decodes until the input is used up or nothing more may be taken; returns how much was taken.
    private func process(_ input: Span<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var position = 0
        while mayRead {
            do {
                guard handle(try decoder.next(input, &position), input) else { return position }
            } catch {
                fail(error)
                return input.count
            }
        }
        if phase != .request { return input.count }
        connection.pauseReading()
        return position
    }

    /// True while the next bytes may be decoded: no answer is being waited for, and nobody has paused the body.
    /// A client that sends requests and takes no answers has to wait, or its answers would pile up here.
    private var mayRead: Bool {
        guard phase == .request else { return false }
        guard let exchange else { return !connection.isCongested }
        return exchange.takesBody
    }

    /// False when all input has been taken.
    private func handle(_ event: consuming RequestEvent, _ input: Span<UInt8>) -> Bool {
        switch consume event {
        case .needsInput:
            if exchange == nil, !decoder.isBetweenMessages, !deadlineIsForHead { startHeadDeadline() }
            return false
        case .head(let head): begin(head)
        case .body(let range):
            if let exchange {
                if !exchange.isAnswered { setBodyDeadline() }
                exchange.receive(input.extracting(range), remaining: decoder.bodyRemaining)
            }
        case .end(let trailers):
            connection.stopLending()
            deadlineIsForHead = false
            deadline.cancel()
            exchange?.receiveEnd(trailers: trailers)
        }
        return true
    }

    private var deadlineIsForHead = true

    private func startHeadDeadline() {
        deadlineIsForHead = true
        deadline.set(after: server.settings.headNanoseconds)
    }

    private func begin(_ head: consuming RequestHead) {
        deadlineIsForHead = false
        deadline.set(after: server.settings.bodyIdleNanoseconds)
        let source = peer.source(of: head, server)
        let made = ServerExchange(self, head, source)
        exchange = made
        guard !source.isRefused else {
            made.isUnreadable = peer.isRefused
            return server.application.refuse(.tooManyConnections(head), made)
        }
        made.start(server.application.begin(head, made))
    }

    private func fail(_ error: DecodeError) {
        if let exchange {
            exchange.bodyFailed(.malformed(error.reason))
        } else {
            refuse(HeadFailure(status: error.status, reason: error.reason))
        }
    }

    private func refuse(_ failure: HeadFailure) {
        let head = RequestHead(method: .other([]), target: [], framing: .untilClose, isPersistent: false)
        let made = ServerExchange(
            self, head, RequestSource(client: peer.address, isRefused: false, slot: nil))
        exchange = made
        made.isUnreadable = true
        server.application.refuse(failure, made)
    }

    // MARK: Ends of exchanges

    /// The exchange has sent its answer. `keeps` is false when the connection must not carry another request.
    func exchangeEnded(_ ended: ServerExchange, keeps: Bool) {
        guard exchange === ended, phase == .request else { return }
        exchange = nil
        guard keeps, server.acceptsFurtherRequests, !(inputEnded && pending.isEmpty) else { return linger() }
        deadlineIsForHead = false
        deadline.set(after: server.settings.keepAliveNanoseconds)
        if connection.isOutputBlocked { watchOutput() }
        processPending()
    }

    /// What still follows of the body that is being read; nil for chunked coding.
    var bodyRemaining: UInt64? { decoder.bodyRemaining }

    /// The answer cannot be completed: the client must see a broken connection.
    func cut() { close(reset: true) }

    /// The client does not take the answer: from now on its progress is watched until all is taken.
    func watchOutput() {
        let watch = outputWatch ?? OutputWatch(server, connection) { [unowned self] in cut() }
        outputWatch = watch
        watch.begin()
    }

    private var outputWatch: OutputWatch?

    /// The rest of a request that was answered is given this time, however it comes.
    func setRestDeadline() { deadline.set(after: server.settings.lingerNanoseconds) }

    func setBodyDeadline() { deadline.set(after: server.settings.bodyIdleNanoseconds) }
    func cancelBodyDeadline() { deadline.cancel() }

    /// Ends our side and waits for the client to end its own: closing with unread bytes would make the kernel
    /// reset the connection and destroy the answer (RFC 9112, section 9.6).
    private func linger() {
        guard !inputEnded else { return closeAfterOutput() }
        phase = .lingering
        dropPending()
        connection.endOutput()
        watchOutput()
        lingerEnd = server.core.now &+ server.settings.lingerNanoseconds
        deadline.set(after: server.settings.lingerIdleNanoseconds)
        connection.resumeReading()
    }

    /// Nothing more is expected of the client: closes when it has taken all, or has stopped taking it.
    private func closeAfterOutput() {
        guard connection.pendingBytes > 0 else { return close() }
        phase = .lingering
        dropPending()
        deadline.cancel()
        watchOutput()
        connection.closeAfterFlush()
    }

    private func dropPending() {
        pending = []
        held.set(0)
    }

    private var lingerEnd: UInt64 = 0

    private func drop(_ count: Int) {
        lingered += UInt64(count)
        guard lingered <= server.settings.lingerBytesMax, server.core.now < lingerEnd else {
            return close(reset: true)
        }
        if !connection.isClosing { deadline.set(after: server.settings.lingerIdleNanoseconds) }
    }

    private func close(reset: Bool = false) {
        guard phase != .closed else { return }
        phase = .closed
        deadline.retire()
        outputWatch?.retire()
        server.setDrainable(self, false)
        server.connectionClosed()
        if let open = exchange {
            exchange = nil
            open.connectionLost()
        }
        connection.close(reset: reset)
    }
}

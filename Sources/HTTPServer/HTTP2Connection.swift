import Bytes
import HTTP1
import HTTP2
import HTTPModel
import Reactor

/// One HTTP/2 connection of a client: each of its streams is an exchange, handed to the application as the one of an
/// HTTP/1.1 connection is. Bytes of a paused body stay here, at most the stream's window, which is not given back until
/// they are taken.
final class HTTP2Connection: ConnectionHandler, DrainableConnection {
    unowned let server: Server
    let connection: Connection
    private let peer: ConnectionPeer
    let session: HTTP2Session
    private var exchanges: [Int32: HTTP2Exchange] = [:]
    private var held: HeldMemory
    /// Those whose application waits until the client has taken more.
    private var congested: Set<Int32> = []
    private var phase = Phase.open
    private var isReceiving = false
    private var isPumping = false
    private var inputEnded = false
    private var awaitsPing = false
    private var deadlineIsForFields = false
    /// For a field list, or for the next request.
    private lazy var deadline = Deadline(server.core) { [unowned self] in deadlineExpired() }
    private lazy var outputWatch = OutputWatch(server, connection) { [unowned self] in close(reset: true) }

    private enum Phase {
        case open
        /// Nothing more is taken; what is to be sent is on its way.
        case ending
        case closed
    }

    init(_ server: Server, _ connection: Connection, _ peer: ConnectionPeer) {
        self.server = server
        self.connection = connection
        self.peer = peer
        var limits = server.settings.http2
        limits.fieldListBytesMax = server.settings.http1.headBytesMax
        session = HTTP2Session(limits: limits)
        held = HeldMemory(server.core)
        server.connectionOpened()
        server.setDrainable(self, true)
    }

    func start() {
        deadline.set(after: server.settings.headNanoseconds)
        pump()
    }

    /// The client is told to make no further requests; those that it has made are answered.
    func closeIdle() {
        guard phase == .open else { return }
        if exchanges.isEmpty {
            session.end()
        } else {
            awaitsPing = true
            session.announceEnd()
        }
        pump()
        if exchanges.isEmpty { endAfterOutput() }
    }

    // MARK: Events

    func connectionReceived(_ bytes: Span<UInt8>) {
        guard phase == .open else { return drop(bytes.count) }
        isReceiving = true
        let events = session.receive(bytes)
        for (index, event) in events.enumerated() {
            let next = index + 1 < events.count ? events[index + 1] : nil
            handle(event, next, bytes)
            guard phase == .open else { break }
        }
        isReceiving = false
        guard phase == .open else { return }
        updateDeadline()
        pump()
        settle()
    }

    func connectionInputEnded() {
        inputEnded = true
        guard phase == .open else { return closeAfterOutput() }
        for exchange in exchanges.values { exchange.inputEnded() }
        guard exchanges.isEmpty else { return pump() }
        endAfterOutput()
    }

    func connectionDrained() {
        pump()
        settle()
    }

    func connectionClosed(_ error: TransportError?) { close() }

    private func handle(_ event: HTTP2Event, _ next: HTTP2Event?, _ bytes: Span<UInt8>) {
        switch event {
        case .head(let stream, let fields, let isTooLarge, let endsStream):
            begin(stream, fields, isTooLarge: isTooLarge, endsStream: endsStream)
        case .data(let stream, let range):
            guard let exchange = exchanges[stream] else {
                return session.consumeConnection(count: range.count)
            }
            var endFollows = false
            if case .end(let ended, _)? = next { endFollows = ended == stream }
            exchange.receive(bytes.extracting(range), endFollows: endFollows)
        case .end(let stream, let trailers):
            do throws(DecodeError) {
                let checked = try HTTP2Head.trailers(trailers, limits: server.settings.http1)
                exchanges[stream]?.receiveEnd(trailers: checked)
            } catch {
                exchanges[stream]?.bodyFailed(.malformed(error.reason))
            }
        case .misplacedFields(let stream):
            exchanges[stream]?.bodyFailed(.malformed("fields after the body that do not end it"))
        case .closed(let stream, _): forget(stream)
        case .pingAnswered:
            guard awaitsPing else { return }
            awaitsPing = false
            session.end()
        case .abuse(let abuse):
            server.observe(.http2Abuse(abuse))
            session.endForAbuse()
            loseExchanges()
            endAfterOutput()
        }
    }

    private func begin(_ stream: Int32, _ fields: Fields, isTooLarge: Bool, endsStream: Bool) {
        deadline.cancel()
        deadlineIsForFields = false
        do throws(DecodeError) {
            guard !isTooLarge else { throw DecodeError(status: 431, reason: "field list too long") }
            let head = try HTTP2Head.request(fields, endsStream: endsStream, limits: server.settings.http1)
            let source = peer.source(of: head, server)
            let made = HTTP2Exchange(self, stream: stream, head, source)
            exchanges[stream] = made
            guard !source.isRefused else {
                return server.application.refuse(.tooManyConnections(head), made)
            }
            made.start(server.application.begin(head, made))
        } catch {
            let head = RequestHead(method: .other([]), target: [], version: .http2, isPersistent: false)
            let made = HTTP2Exchange(
                self, stream: stream, head, RequestSource(client: peer.address, isRefused: false, slot: nil))
            exchanges[stream] = made
            made.giveUp()
            server.application.refuse(HeadFailure(status: error.status, reason: error.reason), made)
        }
    }

    private func forget(_ stream: Int32) {
        congested.remove(stream)
        exchanges.removeValue(forKey: stream)?.connectionLost()
        guard exchanges.isEmpty, phase == .open else { return }
        if inputEnded || !server.acceptsFurtherRequests || peer.isRefused, !awaitsPing {
            if !inputEnded { session.end() }
            return endAfterOutput()
        }
        deadlineIsForFields = false
        deadline.set(after: server.settings.keepAliveNanoseconds)
    }

    // MARK: Output

    /// Moves what the session has to say to the connection, as far as that takes it. Exchanges call this after each
    /// change; within `connectionReceived` it waits until all events are handled.
    func pump() {
        guard !isReceiving, !isPumping, phase != .closed else { return }
        isPumping = true
        var output: [UInt8] = []
        while !connection.isCongested, session.wantsToSend {
            output.removeAll(keepingCapacity: true)
            session.send(to: &output, bytesMax: 128 * 1024)
            guard !output.isEmpty else { break }
            connection.send(output)
            tellDrained()
        }
        isPumping = false
        held.set(session.pendingBytes)
        if connection.isOutputBlocked { outputWatch.begin() }
        if phase == .open, session.isOver { endAfterOutput() }
    }

    /// Forgets streams that are gone since their answer has left. Exchanges call this when they are done: inside an answer
    /// that goes on, the application must not hear of its end.
    func settle() {
        guard !isReceiving, !isPumping else { return }
        for case .closed(let stream, _) in session.takeEvents() { forget(stream) }
    }

    /// Applications whose client has taken enough go on; what they send is taken up by the loop of `pump`.
    private func tellDrained() {
        for stream in congested
        where session.pendingBytes(stream: stream) <= responseBytesHigh / 2 {
            congested.remove(stream)
            exchanges[stream]?.outputDrained()
        }
    }

    /// Of one stream, in the session: what is there is enough while the shard is full.
    private var responseBytesHigh: Int { server.core.isFull ? 0 : session.limits.responseBytesHigh }

    func isCongested(_ stream: Int32) -> Bool {
        guard session.pendingBytes(stream: stream) > responseBytesHigh else { return false }
        congested.insert(stream)
        return true
    }

    // MARK: Deadlines

    private func updateDeadline() {
        if session.isInFieldList {
            guard !deadlineIsForFields else { return }
            deadlineIsForFields = true
            deadline.set(after: server.settings.headNanoseconds)
        } else if deadlineIsForFields {
            deadlineIsForFields = false
            if exchanges.isEmpty {
                deadline.set(after: server.settings.keepAliveNanoseconds)
            } else {
                deadline.cancel()
            }
        }
    }

    private func deadlineExpired() {
        guard phase == .open else { return closeAfterOutput() }
        if deadlineIsForFields {
            // The field list cannot be gone past, so no answer can be.
            session.endForAbuse()
            loseExchanges()
        } else {
            session.end()
        }
        pump()
        endAfterOutput()
    }

    // MARK: End

    /// Says what is left to be said and ends our side, then waits for the client to end its own: closing with unread
    /// bytes would make the kernel reset the connection, and the reason might never arrive.
    private func endAfterOutput() {
        guard phase == .open else { return }
        phase = .ending
        isReceiving = false
        pump()
        guard phase == .ending else { return }
        loseExchanges()
        guard !inputEnded else { return closeAfterOutput() }
        connection.endOutput()
        outputWatch.begin()
        lingerEnd = server.core.now &+ server.settings.lingerNanoseconds
        deadline.set(after: server.settings.lingerIdleNanoseconds)
    }

    /// Closes when the client has taken all, or has stopped taking it.
    private func closeAfterOutput() {
        guard connection.pendingBytes > 0 else { return close() }
        deadline.cancel()
        outputWatch.begin()
        connection.closeAfterFlush()
    }

    private var lingerEnd: UInt64 = 0
    private var lingered: UInt64 = 0

    private func drop(_ count: Int) {
        guard phase == .ending else { return }
        lingered += UInt64(count)
        guard lingered <= server.settings.lingerBytesMax, server.core.now < lingerEnd else {
            return close(reset: true)
        }
        if !connection.isClosing { deadline.set(after: server.settings.lingerIdleNanoseconds) }
    }

    private func loseExchanges() {
        let lost = exchanges.values
        exchanges = [:]
        for exchange in lost { exchange.connectionLost() }
    }

    private func close(reset: Bool = false) {
        guard phase != .closed else { return }
        phase = .closed
        deadline.retire()
        outputWatch.retire()
        server.setDrainable(self, false)
        server.connectionClosed()
        loseExchanges()
        connection.close(reset: reset)
    }
}

import Bytes
import HTTP1
import HTTP2
import HTTPModel
import Reactor
import TLS

/// One request on an HTTP/2 stream and the answer to it. What its application sees is what one of HTTP/1.1 would see:
/// the last byte of a body of known length comes only when the stream has ended, so that a length that lies is never
/// taken for a whole body.
final class HTTP2Exchange: Responder {
    /// Let go when the exchange ends, which also breaks the cycle between the two.
    private var owner: HTTP2Connection?
    private unowned let server: Server
    private let stream: Int32
    private let head: RequestHead
    private let source: RequestSource
    private var handler: (any ExchangeHandler)?
    private var request = RequestState.reading
    private var response = ResponseState.none
    private var pauses: PauseReasons = []
    private var hasContinued = false
    /// Body bytes that have come, and those of them that a pause keeps here: at most the stream's window.
    private var received: UInt64 = 0
    private var pending: [UInt8] = []
    private var held: HeldMemory
    private var lastByte: UInt8?
    /// The stream has ended on the client's side, with these.
    private var trailers: Fields?
    private(set) var bodyBytesSent: UInt64 = 0
    private var rate: BodyRate
    private lazy var bodyDeadline = Deadline(server.core) { [unowned self] in bodyFailed(.stalled) }
    private var outputWatch: OutputWatch?
    /// A reset that comes with the answer makes some clients (curl 7.88) forget the answer.
    private static let resetDelayNanoseconds: UInt64 = 200_000_000
    private lazy var resetDeadline = Deadline(server.core) { [unowned self] in resetAnswered() }

    private enum RequestState {
        case reading
        case complete
        /// The body cannot be had whole, or nothing of it is wanted any more.
        case over
    }

    private enum ResponseState: Equatable {
        case none
        /// `left` is what Content-Length still demands.
        case length(left: UInt64)
        case untilEnd
        /// HEAD, 204, 304.
        case bodiless
        case finished
    }

    init(_ owner: HTTP2Connection, stream: Int32, _ head: RequestHead, _ source: RequestSource) {
        self.owner = owner
        server = owner.server
        self.stream = stream
        self.head = head
        self.source = source
        rate = BodyRate(from: owner.server.core.now)
        held = HeldMemory(owner.server.core)
    }

    /// The application has made the handler; it may have answered already.
    func start(_ handler: any ExchangeHandler) {
        guard response != .finished, owner != nil else { return }
        self.handler = handler
        if head.framing != .none, pauses.isEmpty { setBodyDeadline() }
    }

    /// The request cannot be read: nothing of it is wanted, only an answer is owed.
    func giveUp() { request = .over }

    // MARK: Request side, called by the connection

    /// `endFollows`: the piece is the last one, and the end of the stream has come with it.
    func receive(_ body: Span<UInt8>, endFollows: Bool) {
        guard request == .reading, response != .finished else {
            // The client gets no window for more of what nobody reads.
            return owner?.session.consumeConnection(count: body.count) ?? ()
        }
        received += UInt64(body.count)
        rate.add(UInt64(body.count))
        if let length, received > length {
            drop(body.count)
            return bodyFailed(.malformed("more data than Content-Length says"))
        }
        if rate.isTooSlow(server.settings, at: server.core.now) {
            drop(body.count)
            return bodyFailed(.stalled)
        }
        guard pauses.isEmpty, pending.isEmpty else {
            pending.append(body)
            return held.set(pending.count)
        }
        setBodyDeadline()
        deliver(body, endFollows: endFollows)
    }

    func receiveEnd(trailers: Fields) {
        guard request == .reading else { return }
        if let length, received != length { return bodyFailed(.truncated) }
        self.trailers = trailers
        bodyDeadline.cancel()
        if pauses.isEmpty { proceed() }
    }

    func bodyFailed(_ failure: BodyFailure) {
        guard request == .reading else { return }
        request = .over
        bodyDeadline.cancel()
        dropPending()
        if response != .finished { handler?.receiveFailure(failure) }
    }

    func inputEnded() {
        if trailers == nil { bodyFailed(.truncated) }
    }

    func outputDrained() {
        if response != .finished { handler?.downstreamDrained() }
    }

    /// The stream is gone, in order or not.
    func connectionLost() {
        let listener = response == .finished ? nil : handler
        // The stream is gone, the connection's window is not.
        dropPending()
        release()
        listener?.departed()
    }

    /// The known length of the body.
    private var length: UInt64? {
        if case .length(let count) = head.framing { count } else { nil }
    }

    private func drop(_ count: Int) {
        if count > 0 { owner?.session.consume(stream: stream, count: count) }
    }

    private func dropPending() {
        drop(pending.count)
        pending = []
        held.set(0)
    }

    private func deliver(_ body: Span<UInt8>, endFollows: Bool) {
        drop(body.count)
        guard let length, received == length, !endFollows, !body.isEmpty else {
            handler?.receive(body, remaining: length.map { $0 - received })
            return
        }
        lastByte = body[body.count - 1]
        if body.count > 1 { handler?.receive(body.extracting(0..<(body.count - 1)), remaining: 1) }
    }

    /// Delivers what a pause or the end of the stream has kept back, as long as nothing pauses again.
    private func proceed() {
        if !pending.isEmpty, pauses.isEmpty {
            var kept: [UInt8] = []
            swap(&kept, &pending)
            held.set(0)
            deliver(kept.span, endFollows: trailers != nil)
        }
        guard let trailers, pauses.isEmpty, pending.isEmpty, request == .reading else { return }
        if let byte = lastByte {
            lastByte = nil
            handler?.receive([byte].span, remaining: 0)
        }
        guard pauses.isEmpty, request == .reading else { return }
        request = .complete
        handler?.receiveEnd(trailers: trailers)
    }

    // MARK: Responder

    func sendContinue() {
        guard head.expectsContinue, !hasContinued, response == .none, let owner else { return }
        hasContinued = true
        owner.session.respondContinue(stream: stream)
        owner.pump()
    }

    func send(_ answer: ResponseHead) {
        guard response == .none, let owner else { return }
        let fields = HTTP2ResponseFields(answer, request: head, server: server)
        response = fields.isBodiless ? .bodiless : fields.length.map { .length(left: $0) } ?? .untilEnd
        owner.session.respond(
            stream: stream, status: answer.status, fields: fields.list, hasBody: fields.hasBody)
        owner.pump()
    }

    func send(body: Span<UInt8>) {
        guard let owner, !body.isEmpty else { return }
        switch response {
        case .none, .bodiless, .finished: return
        case .length(let left):
            // More than announced would be malformed.
            guard UInt64(body.count) <= left else { return abort() }
            response = .length(left: left - UInt64(body.count))
        case .untilEnd: break
        }
        bodyBytesSent += UInt64(body.count)
        owner.session.send(stream: stream, body: body)
        owner.pump()
        watchResponse()
    }

    func finish(trailers: Fields) {
        guard let owner else { return }
        switch response {
        case .none, .finished: return
        case .length(let left) where left > 0: return abort()
        case .length, .untilEnd, .bodiless: break
        }
        response = .finished
        handler = nil
        bodyDeadline.cancel()
        dropPending()
        owner.session.finish(stream: stream, trailers: HTTP2ResponseFields.regular(trailers))
        owner.pump()
        watchResponse()
        if self.trailers == nil { resetDeadline.set(after: Self.resetDelayNanoseconds) }
        owner.settle()
    }

    func abort() {
        guard let owner else { return }
        release()
        response = .finished
        owner.session.reset(stream: stream, code: HTTP2Session.internalError)
        owner.pump()
        owner.settle()
    }

    func pause(_ reason: PauseReasons) {
        pauses.insert(reason)
        rate.pause(at: server.core.now)
        bodyDeadline.cancel()
    }

    func resume(_ reason: PauseReasons) {
        guard !pauses.isDisjoint(with: reason) else { return }
        pauses.subtract(reason)
        guard pauses.isEmpty, request == .reading, let owner else { return }
        rate.resume(at: server.core.now)
        if trailers == nil, head.framing != .none { setBodyDeadline() }
        proceed()
        owner.pump()
    }

    var isCongested: Bool { owner?.isCongested(stream) ?? false }
    var clientAddress: String { source.client.description }
    var clientCertificate: TLSPeer? { owner?.connection.session?.peer }

    // MARK: Time

    private func setBodyDeadline() { bodyDeadline.set(after: server.settings.bodyIdleNanoseconds) }

    /// The client must take the answer, as its window for the stream shows. While the whole connection is held up, which
    /// its own watch sees, nothing is to be said of one stream.
    private func watchResponse() {
        guard let owner, owner.session.pendingBytes(stream: stream) > 0 else { return }
        let watch =
            outputWatch
            ?? OutputWatch(
                server, output: { [unowned self] in waitingResponse },
                isHeldUp: { [unowned self] in self.owner?.connection.isOutputBlocked == true },
                giveUp: { [unowned self] in cancelStream() })
        outputWatch = watch
        watch.begin()
    }

    /// nil when nothing waits for the window of the stream.
    private var waitingResponse: OutputWatch.Output? {
        guard let owner else { return nil }
        let left = owner.session.pendingBytes(stream: stream)
        return left > 0 ? .init(sent: bodyBytesSent, taken: bodyBytesSent - UInt64(left)) : nil
    }

    private func cancelStream() {
        owner?.session.reset(stream: stream, code: HTTP2Session.cancel)
        owner?.pump()
        owner?.settle()
    }

    /// The request was answered before it was complete, and the client goes on with it: its stream is cut without an
    /// error as soon as it has the answer.
    private func resetAnswered() {
        guard let owner else { return }
        guard owner.session.pendingBytes(stream: stream) == 0 else {
            return resetDeadline.set(after: Self.resetDelayNanoseconds)
        }
        owner.session.reset(stream: stream, code: HTTP2Session.noError)
        owner.pump()
        owner.settle()
    }

    private func release() {
        bodyDeadline.retire()
        outputWatch?.retire()
        outputWatch = nil
        resetDeadline.retire()
        handler = nil
        owner = nil
    }
}

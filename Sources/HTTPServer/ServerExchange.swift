import Bytes
import HTTP1
import HTTPModel
import Reactor
import TLS

/// One request on an HTTP/1.1 connection and the answer to it: carries out what the application says, holds the
/// answer to its framing, and decides what becomes of an unread rest of the request.
final class ServerExchange: Responder {
    /// Let go when the exchange ends, which also breaks the cycle between the two.
    private var owner: ServerConnection?
    private let traits: RequestTraits
    private let source: RequestSource
    private var handler: (any ExchangeHandler)?
    private var request = RequestState.reading
    private var response = ResponseState.none
    private var pauses: PauseReasons = []
    private var hasContinued = false
    /// The answer goes to a connection whose next request could not be told from garbage.
    var isUnreadable = false
    private var keeps = true
    private var drained: UInt64 = 0
    private(set) var bodyBytesSent: UInt64 = 0
    private var rate: BodyRate

    /// What of the head is still needed: copying all of it would count references to its parts.
    private struct RequestTraits {
        let isHead: Bool
        let version: HTTPVersion
        let framing: BodyFraming
        let isPersistent: Bool
        let expectsContinue: Bool

        init(_ head: borrowing RequestHead) {
            isHead = head.method == .head
            version = head.version
            framing = head.framing
            isPersistent = head.isPersistent
            expectsContinue = head.expectsContinue
        }
    }

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
        case chunked
        case untilClose
        /// HEAD, 204, 304.
        case bodiless
        case finished
    }

    init(_ owner: ServerConnection, _ head: borrowing RequestHead, _ source: RequestSource) {
        self.owner = owner
        self.source = source
        traits = RequestTraits(head)
        rate = BodyRate(from: owner.server.core.now)
    }

    /// The application has made the handler; it may have answered already.
    func start(_ handler: any ExchangeHandler) {
        if response != .finished { self.handler = handler }
    }

    // MARK: Request side, called by the connection

    /// The decoder may go on: the body is wanted and not paused, or is being drained.
    var takesBody: Bool {
        switch request {
        case .reading: pauses.isEmpty
        case .complete, .over: false
        }
    }

    /// The whole answer has been given.
    var isAnswered: Bool { response == .finished }

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {
        guard response != .finished, let owner else { return drain(body.count) }
        rate.add(UInt64(body.count))
        let server = owner.server
        if rate.isTooSlow(server.settings, at: server.core.now) { return bodyFailed(.stalled) }
        handler?.receive(body, remaining: remaining)
    }

    func receiveEnd(trailers: Fields) {
        guard request == .reading else { return }
        request = .complete
        guard response != .finished else { return end() }
        handler?.receiveEnd(trailers: trailers)
    }

    func bodyFailed(_ failure: BodyFailure) {
        guard request == .reading else { return }
        request = .over
        keeps = false
        guard response != .finished else { return end() }
        handler?.receiveFailure(failure)
    }

    func inputEnded() {
        guard request == .reading else { return }
        bodyFailed(.truncated)
    }

    func bodyDeadlineExpired() {
        guard request == .reading, pauses.isEmpty else { return }
        bodyFailed(.stalled)
    }

    func outputDrained() {
        if response != .finished { handler?.downstreamDrained() }
    }

    func connectionLost() {
        let listener = response == .finished ? nil : handler
        release()
        listener?.departed()
    }

    // MARK: Responder

    func sendContinue() {
        guard traits.expectsContinue, !hasContinued, response == .none, let owner else { return }
        hasContinued = true
        var bytes: [UInt8] = []
        ResponseEncoder.appendContinue(to: &bytes)
        owner.connection.send(bytes)
        owner.setBodyDeadline()
    }

    func send(_ answer: ResponseHead) {
        guard response == .none, let owner else { return }
        guard answer.fields.contains("date"), answer.fields.contains("server") else {
            return send(owner.server.completed(answer))
        }
        keeps =
            keeps && traits.isPersistent && answer.isPersistent && owner.server.acceptsFurtherRequests
            && canReadRest
        let framing = ResponseEncoder.framing(answer.framing, for: traits.version)
        response = state(for: framing, status: answer.status)
        if framing == .untilClose { keeps = false }
        owner.server.core.withScratch { bytes in
            ResponseEncoder.append(
                head: answer, isPersistent: keeps, requestVersion: traits.version,
                answersHead: traits.isHead, to: &bytes)
            owner.connection.send(bytes)
        }
    }

    func send(body: Span<UInt8>) {
        guard let owner, !body.isEmpty else { return }
        switch response {
        case .none, .bodiless, .finished: return
        case .length(let left):
            // More than announced would be read as the next answer.
            guard UInt64(body.count) <= left else { return abort() }
            response = .length(left: left - UInt64(body.count))
            owner.connection.send(body)
        case .chunked:
            var line: [UInt8] = []
            ChunkEncoder.appendHeader(count: body.count, to: &line)
            owner.connection.send(line)
            owner.connection.send(body)
            owner.connection.send([ASCII.carriageReturn, ASCII.lineFeed])
        case .untilClose: owner.connection.send(body)
        }
        bodyBytesSent += UInt64(body.count)
        if owner.connection.isCongested { owner.watchOutput() }
    }

    func finish(trailers: Fields) {
        guard let owner else { return }
        switch response {
        case .none, .finished: return
        case .length(let left) where left > 0: return abort()
        case .chunked:
            var last: [UInt8] = []
            ChunkEncoder.appendLast(trailers: trailers, to: &last)
            owner.connection.send(last)
        case .length, .untilClose, .bodiless: break
        }
        response = .finished
        handler = nil
        if request != .reading || !keeps {
            end()
        } else {
            // What is left of the body is small: the decoder reads and drops it, then the next request follows.
            pauses = []
            owner.setRestDeadline()
            owner.processPending()
        }
    }

    func abort() {
        guard let owner else { return }
        release()
        response = .finished
        owner.cut()
    }

    func pause(_ reason: PauseReasons) {
        pauses.insert(reason)
        guard let owner else { return }
        rate.pause(at: owner.server.core.now)
        owner.cancelBodyDeadline()
    }

    func resume(_ reason: PauseReasons) {
        guard !pauses.isDisjoint(with: reason) else { return }
        pauses.subtract(reason)
        guard pauses.isEmpty, request == .reading, let owner else { return }
        owner.setBodyDeadline()
        rate.resume(at: owner.server.core.now)
        owner.processPending()
    }

    func lendBody() { if request == .reading { owner?.connection.lendPages() } }

    var isCongested: Bool { owner?.connection.isCongested ?? false }
    var clientAddress: String { source.client.description }
    var clientCertificate: TLSPeer? { owner?.connection.session?.peer }

    // MARK: Helpers

    /// The rest of the request can be read past: all of it is here, or what is left is known and small. A client
    /// that waits for `100 Continue` may or may not send its body after a final answer, so nothing can be said.
    private var canReadRest: Bool {
        guard !isUnreadable, request != .over else { return false }
        guard request == .reading, let owner else { return true }
        guard !traits.expectsContinue || hasContinued else { return false }
        if case .length(let count) = traits.framing {
            return (owner.bodyRemaining ?? count) <= owner.server.settings.keepDrainBytesMax
        }
        return traits.framing == .none
    }

    private func state(for framing: BodyFraming, status: Int) -> ResponseState {
        if traits.isHead || status == 204 || status == 304 { return .bodiless }
        switch framing {
        case .none: return .length(left: 0)
        case .length(let count): return .length(left: count)
        case .chunked: return .chunked
        case .untilClose: return .untilClose
        }
    }

    private func drain(_ count: Int) {
        drained += UInt64(count)
        if let owner, drained > owner.server.settings.keepDrainBytesMax {
            keeps = false
            request = .over
            end()
        }
    }

    private func end() {
        let ending = owner
        release()
        ending?.exchangeEnded(self, keeps: keeps && request == .complete)
    }

    private func release() {
        handler = nil
        owner = nil
    }
}

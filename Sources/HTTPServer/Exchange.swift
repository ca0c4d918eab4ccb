package import HTTPModel
package import TLS

/// Why the reading of a body is stopped. Reading goes on when no reason is left; setting one twice is harmless.
package struct PauseReasons: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The connection to the origin takes no more for now.
    package static let upstreamFull = PauseReasons(rawValue: 1)
    /// Another shard has been asked what it knows; nothing of the body may come before its answer, and for a request
    /// without a body `receiveEnd` waits too.
    package static let awaitingAnswer = PauseReasons(rawValue: 2)
}

/// Why a request body cannot be had whole.
package enum BodyFailure: Error, Sendable, Equatable {
    /// The client ended its side before the body was complete; it may still read an answer.
    case truncated
    /// Nothing came for the idle time, or less than the minimum rate.
    case stalled
    /// The chunked coding is malformed; `reason` says how.
    case malformed(String)
}

/// The client's side of one exchange, whatever the protocol version: where the response goes, and the handle on
/// the flow of the request body. It belongs to one shard. Calls after the exchange has ended do nothing.
package protocol Responder: AnyObject {
    /// Sends `100 Continue` if the client waits for it; once, and never after the response has begun.
    func sendContinue()
    /// Begins the response. `Date`, `Server` and `Connection` are added where they are missing; the body that
    /// follows must agree with `head.framing`. A HEAD request, 204 and 304 send no body bytes whatever follows.
    func send(_ head: ResponseHead)
    /// Sends a piece of the body, or buffers what the client does not take yet.
    func send(body: Span<UInt8>)
    /// Ends the response. An unread rest of the request is drained within bounds, or the connection is closed.
    func finish(trailers: Fields)
    /// The response cannot be completed: cuts the connection so that the client sees it is not whole.
    func abort()
    /// Stops or resumes the flow of the request body for a reason.
    func pause(_ reason: PauseReasons)
    func resume(_ reason: PauseReasons)
    /// The rest of the body goes on as it comes, and its digests are all that is asked of it: pieces that are sent on
    /// within `receive` may pass as the kernel's pages. Only for clients that do not change what they have sent.
    func lendBody()
    /// The client has not taken what was sent, and the high mark is passed: send no more until `downstreamDrained`.
    var isCongested: Bool { get }
    /// The address of the client, for records: that of the connection, or whom proxies that are believed have named.
    var clientAddress: String { get }
    /// Whom the client's TLS certificate names, which an authority of the listener has signed; nil without one.
    var clientCertificate: TLSPeer? { get }
    /// Body bytes handed to the response so far, as counted before any coding.
    var bodyBytesSent: UInt64 { get }
}

extension Responder {
    package func finish() { finish(trailers: Fields()) }
    package var clientCertificate: TLSPeer? { nil }
    package func lendBody() {}
}

/// The consumer of one request, made by an `Application` when its head is complete. It belongs to one shard, and
/// every call comes on that shard. After `departed` or after it finished its response it hears nothing more.
package protocol ExchangeHandler: AnyObject {
    /// A piece of the body. `remaining` is what still follows, nil if that is not known (chunked coding).
    func receive(_ body: Span<UInt8>, remaining: UInt64?)
    /// The body is complete; also called, once, for a request without a body.
    func receiveEnd(trailers: Fields)
    /// The body cannot be had whole. A response may still be sent.
    func receiveFailure(_ failure: BodyFailure)
    /// The client has taken enough of the response for more to be sent.
    func downstreamDrained()
    /// The client is gone: nothing can be answered any more.
    func departed()
}

/// Why a request head was not accepted, as far as an answer needs to know.
package struct HeadFailure: Error, Sendable {
    /// The status to answer with (400, 408, 414, 431, 501, 503, 505).
    package let status: Int
    /// What was wrong, in words for the log.
    package let reason: String
    /// The head, if there is nothing wrong with it but that its client has too much under way.
    package let head: RequestHead?

    package init(status: Int, reason: String, head: RequestHead? = nil) {
        self.status = status
        self.reason = reason
        self.head = head
    }

    /// The client has more connections than it may have.
    static func tooManyConnections(_ head: RequestHead) -> HeadFailure {
        HeadFailure(status: 503, reason: "too many connections of this client", head: head)
    }
}

/// What a listener serves. One per shard.
package protocol Application: AnyObject {
    /// A request head has come. The handler hears the body; it may also answer before it returns.
    func begin(_ head: consuming RequestHead, _ responder: any Responder) -> any ExchangeHandler
    /// No acceptable head came: answers through `responder`, after which the connection closes.
    func refuse(_ failure: HeadFailure, _ responder: any Responder)
}

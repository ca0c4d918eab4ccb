package import HTTPModel

/// What a session has to tell of received bytes, in order.
package enum HTTP2Event: Sendable {
    /// The field list of a request, as decoded; `isTooLarge` when not all of it was kept.
    case head(stream: Int32, Fields, isTooLarge: Bool, endsStream: Bool)
    /// A piece of a body: a range of the bytes that were received. Its window is withheld until `consume`.
    case data(stream: Int32, Range<Int>)
    /// The request is complete.
    case end(stream: Int32, trailers: Fields)
    /// Fields after the body that do not end the stream: malformed (RFC 9113, section 8.1).
    case misplacedFields(stream: Int32)
    /// The stream is gone; by the client's reset, or after both sides have ended.
    case closed(stream: Int32, code: UInt32)
    /// The client has answered the PING of a graceful end.
    case pingAnswered
    /// The client does what only attackers do; the session says GOAWAY and ends.
    case abuse(HTTP2Abuse)
}

/// What is counted as an attack on the protocol.
package enum HTTP2Abuse: Int, Sendable, CaseIterable {
    /// Requests that are reset as soon as they are made (CVE-2023-44487).
    case resets
    /// Header blocks in more frames than any client needs (CVE-2024-28182).
    case continuations
    /// SETTINGS, PING, PRIORITY or empty DATA without end.
    case idleFrames
    /// Field lists far beyond the limit, as compression makes them cheap to send.
    case fieldLists
}

/// Bounds of a session.
package struct HTTP2Limits: Sendable {
    /// Requests at a time.
    package var streamsMax: UInt32 = 100
    /// What a client may send of one body before it is consumed. One body over a path of 50 ms has 20 MB/s by it.
    package var streamWindowBytes: UInt32 = 1 << 20
    /// The same for all bodies of a connection together: what a connection can make us hold.
    package var connectionWindowBytes: Int32 = 4 << 20
    /// Names, values and 32 bytes for each field (RFC 9113, section 6.5.2); a longer list is answered with 431.
    package var fieldListBytesMax = 32 * 1024
    /// CONTINUATION frames of one field list.
    package var continuationsMax = 16
    /// Streams that the client has reset, less those that went to their end.
    package var resetsMax = 100
    /// Frames that carry nothing, less what useful ones make up for.
    package var idleFramesMax = 1000
    /// Body bytes of a response that wait for the client's window.
    package var responseBytesHigh = 256 * 1024

    package init() {}
}

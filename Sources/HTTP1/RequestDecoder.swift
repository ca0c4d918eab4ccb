import Bytes
package import HTTPModel

/// What a `RequestDecoder` found.
package enum RequestEvent: Sendable {
    /// All input is taken; more is needed.
    case needsInput
    case head(RequestHead)
    /// Body bytes, as a range of the input; one event for each contiguous run.
    case body(Range<Int>)
    /// The request is complete. Trailers are never merged into the head.
    case end(trailers: Fields)
}

/// Reads the requests of one connection (RFC 9112). Sans I/O and strict: what two readers could understand in two
/// ways is refused. It holds at most a partial head, chunk line or trailer section; body bytes are never copied.
/// After an error the same error is thrown again.
package struct RequestDecoder: Sendable {
    private let limits: HTTP1Limits
    private var reader = SectionReader()
    private var body = BodyDecoder()
    private var emptyLines = 0
    private var failure: DecodeError?
    /// A head has been returned, and the end of its request has not.
    package private(set) var isInBody = false
    /// What still follows of a body with Content-Length; nil when that is not known, or outside a body.
    package private(set) var bodyRemaining: UInt64?

    package init(limits: HTTP1Limits = HTTP1Limits()) {
        self.limits = limits
    }

    /// Reads from `input[position...]`, advances `position` and returns one event. A request gives `.head`, then
    /// any number of `.body`, then `.end`; with `.needsInput` all input has been taken.
    package mutating func next(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> RequestEvent {
        if let failure { throw failure }
        do throws(DecodeError) {
            return isInBody ? try nextBody(input, &position) : try nextHead(input, &position)
        } catch {
            failure = error
            isInBody = false
            bodyRemaining = nil
            throw error
        }
    }

    /// Nothing of a next head has been read (empty lines before it do not count).
    package var isBetweenMessages: Bool { !isInBody && failure == nil && reader.isEmpty }

    /// A head has begun and is not complete.
    package var isInHead: Bool { !isInBody && failure == nil && !reader.isEmpty }

    private mutating func nextBody(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> RequestEvent {
        switch try body.next(input, &position, limits: limits) {
        case .needsInput: return .needsInput
        case .body(let run):
            bodyRemaining = body.remaining
            return .body(run)
        case .end(let trailers):
            isInBody = false
            bodyRemaining = nil
            emptyLines = 0
            return .end(trailers: trailers)
        }
    }

    private mutating func nextHead(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> RequestEvent {
        while position < input.count {
            if reader.isEmpty {
                let byte = input[position]
                guard ASCII.isToken(byte) || byte == ASCII.carriageReturn || byte == ASCII.lineFeed else {
                    throw .malformed("invalid method")
                }
            }
            let section = try reader.read(
                input, &position, bytesMax: limits.headBytesMax,
                tooLong: DecodeError(status: 431, reason: "request head too long"),
                firstLineTooLong: DecodeError(status: 414, reason: "request line too long"))
            guard let section else { return .needsInput }
            if section.count == 2 {
                emptyLines += 1
                guard emptyLines <= limits.emptyLinesMax else {
                    throw .malformed("too many empty lines before a request")
                }
                continue
            }
            let head = try RequestHead(section, limits: limits)
            body.begin(head.framing)
            isInBody = true
            bodyRemaining = body.remaining
            return .head(head)
        }
        return .needsInput
    }
}

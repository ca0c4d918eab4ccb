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
    private enum State: Sendable {
        case head
        case body(BodyDecoder)
        case failed(DecodeError)
    }

    private let limits: HTTP1Limits
    private var state = State.head
    private var reader = SectionReader()
    private var emptyLines = 0

    package init(limits: HTTP1Limits = HTTP1Limits()) {
        self.limits = limits
    }

    /// Reads from `input[position...]`, advances `position` and returns one event. A request gives `.head`, then
    /// any number of `.body`, then `.end`; with `.needsInput` all input has been taken.
    package mutating func next(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> RequestEvent {
        do throws(DecodeError) {
            switch state {
            case .head: return try nextHead(input, &position)
            case .body(let body): return try nextBody(body, input, &position)
            case .failed(let error): throw error
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// What still follows of a body with Content-Length; nil when that is not known, or outside a body.
    package var bodyRemaining: UInt64? {
        if case .body(let body) = state { return body.remaining }
        return nil
    }

    /// Nothing of a next head has been read (empty lines before it do not count).
    package var isBetweenMessages: Bool {
        if case .head = state { return reader.isEmpty }
        return false
    }

    /// A head has begun and is not complete.
    package var isInHead: Bool {
        if case .head = state { return !reader.isEmpty }
        return false
    }

    /// A head has been returned, and the end of its request has not.
    package var isInBody: Bool {
        if case .body = state { return true }
        return false
    }

    private mutating func nextBody(
        _ body: BodyDecoder, _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> RequestEvent {
        var body = body
        state = .head
        switch try body.next(input, &position, limits: limits) {
        case .needsInput:
            state = .body(body)
            return .needsInput
        case .body(let run):
            state = .body(body)
            return .body(run)
        case .end(let trailers):
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
            state = .body(BodyDecoder(head.framing))
            return .head(head)
        }
        return .needsInput
    }
}

package import HTTPModel

/// What a `ResponseDecoder` found.
package enum ResponseEvent: Sendable {
    /// All input is taken; more is needed.
    case needsInput
    /// A 1xx response; the final one follows.
    case interim(ResponseHead)
    case head(ResponseHead)
    /// Body bytes, as a range of the input; one event for each contiguous run.
    case body(Range<Int>)
    /// The response is complete. Trailers are never merged into the head.
    case end(trailers: Fields)
}

/// Reads the responses of one connection to an origin (RFC 9112), each announced by `begin`. Sans I/O and strict.
/// It holds at most a partial head, chunk line or trailer section; body bytes are never copied. Every error has
/// the status 502; after one, the same error is thrown again.
package struct ResponseDecoder: Sendable {
    private enum State: Sendable {
        /// No response is expected: a byte that comes now is one too many.
        case idle
        case head
        case body
    }

    private let limits: HTTP1Limits
    private var state = State.idle
    private var reader = SectionReader()
    private var body = BodyDecoder()
    private var requestMethod = Method.get
    private var interimResponses = 0
    private var failure: DecodeError?
    /// What still follows of a body with Content-Length; nil when that is not known, or outside a body.
    package private(set) var bodyRemaining: UInt64?

    package init(limits: HTTP1Limits = HTTP1Limits()) {
        self.limits = limits
    }

    /// Announces the response to a request with this method. To be called when the response before it has ended.
    package mutating func begin(requestMethod: Method) {
        guard failure == nil, case .idle = state else {
            fail("a response begins before the last has ended")
            return
        }
        self.requestMethod = requestMethod
        interimResponses = 0
        state = .head
    }

    /// Reads from `input[position...]`, advances `position` and returns one event. A response gives any number
    /// of `.interim`, `.head`, any number of `.body`, then `.end`; with `.needsInput` all input has been taken.
    /// Bytes that belong to no announced response throw.
    package mutating func next(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> ResponseEvent {
        if let failure { throw failure }
        do throws(DecodeError) {
            switch state {
            case .idle:
                guard position == input.count else { throw .malformed("bytes that no request asked for") }
                return .needsInput
            case .head: return try nextHead(input, &position)
            case .body: return try nextBody(input, &position)
            }
        } catch {
            throw fail(error.reason)
        }
    }

    /// The origin has closed its side. Returns `.end` for a response that ends so, nil when no response was begun
    /// or all have ended; throws when one is cut off.
    package mutating func endOfInput() throws(DecodeError) -> ResponseEvent? {
        if let failure { throw failure }
        switch state {
        case .idle: return nil
        case .head:
            throw fail(reader.isEmpty ? "closed before a response" : "closed within a response head")
        case .body:
            guard body.mayEndHere else { throw fail("closed within a response body") }
            state = .idle
            bodyRemaining = nil
            return .end(trailers: Fields())
        }
    }

    /// Nothing of a response has been read since the last one ended, whether one is expected or not.
    package var isBetweenMessages: Bool {
        guard failure == nil else { return false }
        switch state {
        case .idle: return true
        case .head: return reader.isEmpty && interimResponses == 0
        case .body: return false
        }
    }

    /// The head of a final response has been returned, and its end has not.
    package var isInBody: Bool {
        if case .body = state { return failure == nil }
        return false
    }

    private mutating func nextBody(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> ResponseEvent {
        switch try body.next(input, &position, limits: limits) {
        case .needsInput: return .needsInput
        case .body(let run):
            bodyRemaining = body.remaining
            return .body(run)
        case .end(let trailers):
            state = .idle
            bodyRemaining = nil
            return .end(trailers: trailers)
        }
    }

    private mutating func nextHead(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(DecodeError) -> ResponseEvent {
        let tooLong = DecodeError.malformed("response head too long")
        let section = try reader.read(
            input, &position, bytesMax: limits.headBytesMax, tooLong: tooLong, firstLineTooLong: tooLong)
        guard let section else { return .needsInput }
        let head = try ResponseHead(section, requestMethod: requestMethod, limits: limits)
        guard head.status >= 200 else {
            interimResponses += 1
            guard head.status != 101 else { throw .malformed("protocol switch that was not asked for") }
            guard interimResponses <= limits.interimResponsesMax else {
                throw .malformed("too many interim responses")
            }
            return .interim(head)
        }
        body.begin(head.framing)
        state = .body
        bodyRemaining = body.remaining
        return .head(head)
    }

    @discardableResult
    private mutating func fail(_ reason: String) -> DecodeError {
        let error = DecodeError(status: 502, reason: reason)
        failure = error
        bodyRemaining = nil
        return error
    }
}

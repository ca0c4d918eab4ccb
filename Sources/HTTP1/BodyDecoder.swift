import HTTPModel

/// What a `BodyDecoder` found.
enum BodyEvent {
    case needsInput
    /// Body bytes, as a range of the input.
    case body(Range<Int>)
    case end(trailers: Fields)
}

/// Takes the coding off one body; knows nothing of heads.
struct BodyDecoder {
    private enum State {
        /// This many bytes follow, then the end.
        case length(UInt64)
        case untilClose
        /// Apart, so that the others hold no reference that would have to be counted.
        case chunked(ChunkDecoder)
    }

    private var state: State

    init(_ framing: BodyFraming) {
        switch framing {
        case .none: state = .length(0)
        case .length(let count): state = .length(count)
        case .chunked: state = .chunked(ChunkDecoder())
        case .untilClose: state = .untilClose
        }
    }

    /// What follows with Content-Length; nil when that is not known.
    var remaining: UInt64? {
        if case .length(let count) = state { return count }
        return nil
    }

    /// True if the end of input is a proper end of the body.
    var mayEndHere: Bool {
        switch state {
        case .length(let count): count == 0
        case .untilClose: true
        case .chunked: false
        }
    }

    mutating func next(
        _ input: Span<UInt8>, _ position: inout Int, limits: HTTP1Limits
    ) throws(DecodeError) -> BodyEvent {
        switch state {
        case .length(0): return .end(trailers: Fields())
        case .length(let count):
            guard position < input.count else { return .needsInput }
            let run = Self.run(input, &position, upTo: count)
            state = .length(count - UInt64(run.count))
            return .body(run)
        case .untilClose:
            guard position < input.count else { return .needsInput }
            return .body(Self.run(input, &position, upTo: .max))
        case .chunked(var chunks):
            // Held once: it is changed where it lies.
            state = .untilClose
            defer { state = .chunked(chunks) }
            return try chunks.next(input, &position, limits: limits)
        }
    }

    static func run(_ input: Span<UInt8>, _ position: inout Int, upTo count: UInt64) -> Range<Int> {
        let start = position
        position += Int(min(count, UInt64(input.count - start)))
        return start..<position
    }
}

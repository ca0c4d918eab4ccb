import HTTPModel

/// What a `BodyDecoder` found.
enum BodyEvent {
    case needsInput
    /// Body bytes, as a range of the input.
    case body(Range<Int>)
    case end(trailers: Fields)
}

/// Takes the coding off one body after the other; knows nothing of heads.
struct BodyDecoder {
    /// With a length, what of it still follows.
    private var framing = BodyFraming.none
    /// Beside the framing, which can be looked at without counting references to this.
    private var chunks = ChunkDecoder()

    /// Another body follows.
    mutating func begin(_ framing: BodyFraming) { self.framing = framing }

    /// What follows with Content-Length; nil when that is not known.
    var remaining: UInt64? {
        switch framing {
        case .none: 0
        case .length(let count): count
        case .chunked, .untilClose: nil
        }
    }

    /// True if the end of input is a proper end of the body.
    var mayEndHere: Bool {
        switch framing {
        case .none, .length(0), .untilClose: true
        case .length, .chunked: false
        }
    }

    mutating func next(
        _ input: Span<UInt8>, _ position: inout Int, limits: HTTP1Limits
    ) throws(DecodeError) -> BodyEvent {
        switch framing {
        case .none, .length(0): return .end(trailers: Fields())
        case .length(let count):
            guard position < input.count else { return .needsInput }
            let run = Self.run(input, &position, upTo: count)
            framing = .length(count - UInt64(run.count))
            return .body(run)
        case .untilClose:
            guard position < input.count else { return .needsInput }
            return .body(Self.run(input, &position, upTo: .max))
        case .chunked:
            let event = try chunks.next(input, &position, limits: limits)
            if case .end = event { chunks = ChunkDecoder() }
            return event
        }
    }

    static func run(_ input: Span<UInt8>, _ position: inout Int, upTo count: UInt64) -> Range<Int> {
        let start = position
        position += Int(min(count, UInt64(input.count - start)))
        return start..<position
    }
}

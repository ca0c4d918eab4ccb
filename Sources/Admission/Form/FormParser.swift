package import Bytes

/// What a form body is made of, in order.
package enum FormEvent: Sendable {
    /// All of the input is consumed.
    case needsInput
    case partBegan(FormPartHead)
    /// Content of the part: this range of the input.
    case data(Range<Int>)
    /// Content of the part that came with earlier input and looked like a boundary: `FormParser.held`.
    case heldData
    case partEnded
    /// The closing boundary. What follows it is read and ignored (the epilogue of RFC 2046).
    case end
}

/// Why a body is no form that can be read on.
package enum FormFault: Error, Sendable, Equatable {
    /// The grammar of RFC 2046 and RFC 7578; the reason is for people.
    case malformed(String)
    /// A part has a header that parts of forms do not have.
    case unknownHeader(String)
    /// The name of a field, or the head of a part, is longer than its limit; in bytes, as far as it was read.
    case nameTooLong(Int)
}

/// A parser of `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) over pieces of any size, without input or
/// output of its own. It keeps at most one delimiter with its padding, or the head of one part; content is told as
/// ranges of the input and never copied. Each byte is looked at a constant number of times.
///
/// Lines end in CRLF. A body begins with its first boundary, which a CRLF may precede; that is no text before it.
/// A line that begins like a boundary and goes on otherwise is content, but the closing boundary ends the form
/// whatever follows.
package struct FormParser: Sendable {
    /// A part's head; longer ones are refused. Room for a name of 8 KiB, and for a file name.
    package static let partHeadBytesMax = 32_768
    /// Blanks between a boundary and the end of its line.
    static let paddingBytesMax = 1_024

    /// Bytes of earlier input that turned out to be content; valid after `heldData` until the next call.
    package private(set) var held: [UInt8] = []
    /// Set once the heads of parts do not matter any more: a part whose head is faulty then has no name, instead of
    /// ending the reading.
    package var ignoresFaultyHeads = false

    /// CRLF, two hyphens and the boundary.
    private let delimiter: [UInt8]
    private var state = State.start
    private var isPartOpen = false
    private var head: [UInt8] = []

    private enum State {
        case start
        /// So many bytes of the delimiter have come.
        case delimiter(Int)
        /// The delimiter is complete; what follows it decides whether it is one.
        case tail(Tail)
        case head
        case content
        case closing
        case epilogue
    }

    private enum Tail {
        case fresh
        case hyphen
        case padding
        case carriageReturn
    }

    package init(boundary: ByteSlice) {
        delimiter = [ASCII.carriageReturn, ASCII.lineFeed, ASCII.hyphen, ASCII.hyphen] + boundary
    }

    /// The next event; `position` moves over what was consumed of `input`.
    package mutating func next(_ input: Span<UInt8>, _ position: inout Int) throws(FormFault) -> FormEvent {
        while position < input.count {
            switch state {
            case .start:
                // The first boundary needs no CRLF before it.
                state = .delimiter(input[position] == ASCII.carriageReturn ? 0 : 2)
            case .delimiter(let matched):
                if try !goesOn(input, &position, matched: matched) { return .heldData }
            case .tail(let tail):
                if let event = try read(tail, input[position], &position) { return event }
            case .head:
                if let event = try readHead(input, &position) { return event }
            case .content:
                if let event = scan(input, &position) { return event }
            case .closing:
                state = .epilogue
                return .end
            case .epilogue:
                position = input.count
            }
        }
        // The closing boundary may be the last of the body.
        if case .closing = state {
            state = .epilogue
            return .end
        }
        return .needsInput
    }

    // MARK: Boundaries

    /// Content up to the next delimiter, or to the end of the input; nil when a delimiter begins here.
    private mutating func scan(_ input: Span<UInt8>, _ position: inout Int) -> FormEvent? {
        let start = position
        var from = position
        while let place = input.firstIndex(of: ASCII.carriageReturn, in: from..<input.count) {
            // Only the first byte of a delimiter is a CR, so that nothing in a failed match can begin another.
            let matched = matchedCount(input, at: place)
            guard matched == delimiter.count || place + matched == input.count else {
                from = place + matched
                continue
            }
            position = place
            if place > start { return .data(start..<place) }
            position += matched
            state = matched == delimiter.count ? .tail(.fresh) : .delimiter(matched)
            held = Array(delimiter.prefix(matched))
            return nil
        }
        position = input.count
        return .data(start..<input.count)
    }

    private func matchedCount(_ input: Span<UInt8>, at place: Int) -> Int {
        let expected = delimiter.span
        let limit = min(expected.count, input.count - place)
        var matched = 1
        while matched < limit, input[place + matched] == expected[matched] { matched += 1 }
        return matched
    }

    /// Goes on with a delimiter that began in earlier input; false when it is none, and `held` is content.
    private mutating func goesOn(
        _ input: Span<UInt8>, _ position: inout Int, matched: Int
    ) throws(FormFault) -> Bool {
        var matched = matched
        while position < input.count, matched < delimiter.count {
            guard input[position] == delimiter[matched] else {
                try requirePart("the body does not begin with its boundary")
                held = Array(delimiter.prefix(matched))
                state = .content
                return false
            }
            matched += 1
            position += 1
        }
        held = Array(delimiter.prefix(matched))
        state = matched == delimiter.count ? .tail(.fresh) : .delimiter(matched)
        return true
    }

    /// One byte after a delimiter; nil when more are needed.
    private mutating func read(
        _ tail: Tail, _ byte: UInt8, _ position: inout Int
    ) throws(FormFault) -> FormEvent? {
        switch (tail, byte) {
        case (.fresh, ASCII.hyphen): state = .tail(.hyphen)
        case (.hyphen, ASCII.hyphen):
            position += 1
            return boundaryEnded(.closing)
        case (.fresh, ASCII.space), (.fresh, ASCII.tab), (.padding, ASCII.space), (.padding, ASCII.tab):
            guard held.count < delimiter.count + Self.paddingBytesMax else {
                throw .malformed("a boundary with more than \(Self.paddingBytesMax) blanks after it")
            }
            state = .tail(.padding)
        case (.fresh, ASCII.carriageReturn), (.padding, ASCII.carriageReturn):
            state = .tail(.carriageReturn)
        case (.carriageReturn, ASCII.lineFeed):
            position += 1
            return boundaryEnded(.head)
        default:
            // The byte itself may begin a delimiter, so it is looked at again. What is held cannot: a CR in it is
            // the last, and no LF follows it.
            try requirePart("the line of the first boundary does not end in CRLF")
            state = .content
            return .heldData
        }
        held.append(byte)
        position += 1
        return nil
    }

    private mutating func boundaryEnded(_ next: State) -> FormEvent? {
        state = next
        head = []
        defer { isPartOpen = false }
        return isPartOpen ? .partEnded : nil
    }

    private func requirePart(_ reason: String) throws(FormFault) {
        guard isPartOpen else { throw .malformed(reason) }
    }

    // MARK: Heads of parts

    /// Collects the head up to its empty line; nil when more input is needed.
    private mutating func readHead(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(FormFault) -> FormEvent? {
        while position < input.count {
            let lineFeed = input.firstIndex(of: ASCII.lineFeed, in: position..<input.count)
            let end = lineFeed.map { $0 + 1 } ?? input.count
            let room = Self.partHeadBytesMax - head.count
            guard end - position <= room else {
                return try beganDespite(.nameTooLong(head.count + end - position))
            }
            head.append(input.extracting(position..<end))
            position = end
            guard lineFeed != nil else { return nil }
            guard head.count >= 2, head[head.count - 2] == ASCII.carriageReturn else {
                return try beganDespite(.malformed("a line in the head of a part does not end in CRLF"))
            }
            let isLast =
                head.count == 2
                || head.count >= 4 && head[head.count - 3] == ASCII.lineFeed
                    && head[head.count - 4] == ASCII.carriageReturn
            guard isLast else { continue }
            do throws(FormFault) {
                return began(try FormPartHead(head[..<(head.count - 2)]))
            } catch {
                return try beganDespite(error)
            }
        }
        return nil
    }

    private mutating func beganDespite(_ fault: FormFault) throws(FormFault) -> FormEvent {
        guard ignoresFaultyHeads else { throw fault }
        return began(FormPartHead())
    }

    private mutating func began(_ part: FormPartHead) -> FormEvent {
        head = []
        state = .content
        isPartOpen = true
        return .partBegan(part)
    }
}

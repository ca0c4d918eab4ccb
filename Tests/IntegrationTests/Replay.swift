import Admission
import Bytes
import HTTP1
import HTTPModel
import OSSModel
import TestSupport
import Testing

/// One vector on its way through a gateway: what is sent, what comes back, and what the origin must have seen.
struct Replay {
    let vector: Vector
    /// The head is refused without a byte of the body.
    let isRefusedByHead: Bool
    /// The body is as long as its framing says. Cases about heads alone often have none.
    let isWhole: Bool
    let head: RequestHead
    private let plan: BodyPlan
    /// Before its coding; empty when it is not whole.
    let body: [UInt8]
    private let sends: [Send]
    private let bytesBefore: Int
    private let requestsBefore: Int

    private enum Send {
        case bytes([UInt8])
        /// Nothing is sent for so long, unless an answer comes.
        case quiet(milliseconds: Int)
    }

    /// Runs what the case has to come first. `cut` seeds the places at which the bytes are cut; nil sends them whole.
    /// `now` is what the gateway's clock shows.
    init(_ vector: Vector, _ fixture: GatewayFixture, now: Int64, cut: UInt64?) async throws {
        self.vector = vector
        var generator = cut.map { SeededGenerator(seed: $0) }
        var placeholders = Placeholders(
            now: now, variables: ["uploadId": "0004B9B2D2F7815C432C9057C03134D4"])
        for setup in vector.setup {
            try await Self.run(setup, &placeholders, port: fixture.port, &generator)
        }
        let headBytes = vector.request.headBytes(placeholders)
        head = try Self.decode(headBytes)
        let verdict = Admission.judge(head: head, settings: vector.config.admission, now: now)
        isRefusedByHead = verdict.rejection != nil
        plan = verdict.bodyPlan
        let sent = headBytes + vector.request.bodyBytes(placeholders)
        isWhole = Self.isWhole(sent)
        body = isWhole ? try Self.body(sent) : []
        sends = Self.sends(vector.request, placeholders, &generator)
        bytesBefore = fixture.origin.bytesReceived
        requestsBefore = fixture.origin.seen.count
    }

    private static func sends(
        _ request: VectorRequest, _ placeholders: Placeholders, _ generator: inout SeededGenerator?
    ) -> [Send] {
        var sends: [Send] = [.bytes(request.headBytes(placeholders))]
        for piece in request.body {
            if case .delay(let milliseconds) = piece {
                sends.append(.quiet(milliseconds: milliseconds))
            } else if case .bytes(let before)? = sends.last {
                sends[sends.count - 1] = .bytes(before + request.bytes(of: piece, placeholders))
            } else {
                sends.append(.bytes(request.bytes(of: piece, placeholders)))
            }
        }
        guard var cuts = generator else { return sends }
        defer { generator = cuts }
        return sends.flatMap { cut($0, &cuts) }
    }

    /// One request that comes first; what it captures of its answer becomes variables.
    private static func run(
        _ setup: Vector.Setup, _ placeholders: inout Placeholders, port: UInt16,
        _ generator: inout SeededGenerator?
    ) async throws {
        let sends = sends(setup.request, placeholders, &generator)
        let method = try decode(setup.request.headBytes(placeholders)).method
        let answer = try await exchange(sends, method, after: setup.request.afterSend, port: port)
        #expect(answer.status == setup.expectedStatus, "\(setup.request.target): \(answer.document)")
        for (name, source) in setup.captures { placeholders.variables[name] = try answer.captured(source) }
    }

    /// Sends the request on a connection of its own and waits for the answer.
    func run(port: UInt16) async throws -> RawClient.Answer {
        try await Self.exchange(sends, head.method, after: vector.request.afterSend, port: port)
    }

    private static func exchange(
        _ sends: [Send], _ method: Method, after: VectorRequest.AfterSend?, port: UInt16
    ) async throws -> RawClient.Answer {
        try await onThread {
            let client = try RawClient(port: port)
            for send in sends {
                switch send {
                case .bytes(let bytes): client.send(bytes)
                case .quiet(let milliseconds): _ = client.waitForInput(milliseconds: Int32(milliseconds))
                }
            }
            if after == .halfClose { client.endOutput() }
            guard let answer = try client.answer(to: method) else {
                throw RawClient.Failure(description: "closed without an answer")
            }
            return answer
        }
    }

    /// Sends the head alone, as a client that waits for `100 Continue`: true if it gets that.
    func isWelcome(port: UInt16) async throws -> Bool {
        let method = head.method
        let bytes = Array(head.fields.bytes.dropLast(2)) + Array("Expect: 100-continue\r\n\r\n".utf8)
        return try await onThread {
            let client = try RawClient(port: port)
            client.send(bytes)
            return try client.interimAnswer(to: method)?.status == 100
        }
    }

    func hasReached(_ origin: ScriptedOrigin) -> Bool { origin.bytesReceived != bytesBefore }

    /// Target, fields and body are at the origin as they were sent; but for the fields of one hop, and the framing,
    /// which the gateway writes itself. With `overHTTP2` names are in lower case, and the host comes first.
    func expectArrival(at origin: ScriptedOrigin, overHTTP2: Bool = false) throws {
        let seen = origin.seen
        #expect(seen.count == requestsBefore + 1, "\(vector.name)")
        let arrived = try #require(seen.last, "\(vector.name)")
        #expect(arrived.isComplete, "\(vector.name)")
        #expect(arrived.head.method == head.method, "\(vector.name)")
        #expect(arrived.head.target == head.originTarget, "\(vector.name)")
        if overHTTP2 {
            #expect(Self.named(arrived.head) == Self.named(head), "\(vector.name)")
        } else {
            #expect(Self.fields(arrived.head) == Self.fields(head), "\(vector.name)")
        }
        #expect(arrived.body == (plan == .none ? [] : body), "\(vector.name)")
        var framing = plan == .none && !body.isEmpty ? .none : head.framing
        // HTTP/2 always says where a body ends.
        if overHTTP2, framing == .none, head.method == .put || head.method == .post { framing = .length(0) }
        #expect(arrived.head.framing == framing, "\(vector.name)")
    }

    private static func fields(_ head: RequestHead) -> [String] {
        head.fields.entries.indices.filter { index in
            !HopByHop.contains(head.fields.name(at: index)) && !head.fields.isNamed("expect", at: index)
                && !head.fields.isNamed("content-length", at: index)
        }.map { "\(Array(head.fields.name(at: $0))): \(Array(head.fields.value(at: $0)))" }
    }

    /// The values by names in lower case; those of one name are in order.
    private static func named(_ head: RequestHead) -> [String: [[UInt8]]] {
        var found: [String: [[UInt8]]] = [:]
        for index in head.fields.entries.indices {
            let name = head.fields.name(at: index).text.lowercased()
            if HopByHop.contains(head.fields.name(at: index)) || ["expect", "content-length"].contains(name) {
                continue
            }
            found[name, default: []].append(Array(head.fields.value(at: index)))
        }
        return found
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        var decoder = RequestDecoder()
        var position = 0
        while let event = try? decoder.next(bytes.span, &position) {
            if case .end = event { return position == bytes.count }
            if case .needsInput = event { return false }
        }
        return false
    }

    private static func body(_ bytes: [UInt8]) throws -> [UInt8] {
        var decoder = RequestDecoder()
        var position = 0
        var body: [UInt8] = []
        while true {
            switch try decoder.next(bytes.span, &position) {
            case .body(let range): body += bytes[range]
            case .end, .needsInput: return body
            case .head: break
            }
        }
    }

    private static func decode(_ bytes: [UInt8]) throws -> RequestHead {
        var decoder = RequestDecoder()
        var position = 0
        guard case .head(let head) = try decoder.next(bytes.span, &position) else {
            throw RawClient.Failure(description: "the vector's head is incomplete")
        }
        return head
    }

    private static func cut(_ send: Send, _ generator: inout SeededGenerator) -> [Send] {
        guard case .bytes(let bytes) = send, bytes.count > 1 else { return [send] }
        let places = (0..<3).map { _ in Int.random(in: 1..<bytes.count, using: &generator) }.sorted()
        var pieces: [Send] = []
        var start = 0
        for place in places + [bytes.count] where place > start {
            pieces.append(.bytes(Array(bytes[start..<place])))
            start = place
        }
        return pieces
    }
}

extension RawClient.Answer {
    /// What a vector takes of an answer: `xml:Element` or `header:Name`.
    fileprivate func captured(_ source: String) throws -> String {
        let parts = source.split(separator: ":", maxSplits: 1).map(String.init)
        let found: String? =
            switch parts.first {
            case "xml": element(parts[1])
            case "header":
                head.fields.entries.indices.first {
                    head.fields.name(at: $0).text.lowercased() == parts[1].lowercased()
                }.map { head.fields.value(at: $0).text }
            default: nil
            }
        guard let found else { throw RawClient.Failure(description: "the answer has no \(source)") }
        return found
    }
}

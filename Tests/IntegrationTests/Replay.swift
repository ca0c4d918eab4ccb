import Admission
import Bytes
import Foundation
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
    /// Its verdict is another one some seconds later: the gateway's clock cannot be held for it.
    let isBoundToTheSecond: Bool
    private let head: RequestHead
    private let plan: BodyPlan
    /// Before its coding; empty when it is not whole.
    private let body: [UInt8]
    private let sends: [Send]
    private let bytesBefore: Int
    private let requestsBefore: Int

    private enum Send {
        case bytes([UInt8])
        /// Nothing is sent for so long, unless an answer comes.
        case quiet(milliseconds: Int)
    }

    /// `cut` seeds the places at which the bytes are cut; nil sends them whole.
    init(_ vector: Vector, _ fixture: GatewayFixture, cut: UInt64?) throws {
        self.vector = vector
        let now = Int64(Date().timeIntervalSince1970)
        let placeholders = Placeholders(
            now: now, variables: ["uploadId": "0004B9B2D2F7815C432C9057C03134D4"])
        let headBytes = vector.request.headBytes(placeholders)
        head = try Self.decode(headBytes)
        let verdict = Admission.judge(head: head, settings: vector.config.admission, now: now)
        isRefusedByHead = verdict.rejection != nil
        let later = Admission.judge(head: head, settings: vector.config.admission, now: now + 30)
        isBoundToTheSecond = later.rejection?.error.message != verdict.rejection?.error.message
        plan = verdict.bodyPlan
        let sent = headBytes + vector.request.bodyBytes(placeholders)
        isWhole = Self.isWhole(sent)
        body = isWhole ? try Self.body(sent) : []
        var sends: [Send] = [.bytes(headBytes)]
        for piece in vector.request.body {
            if case .delay(let milliseconds) = piece {
                sends.append(.quiet(milliseconds: milliseconds))
            } else if case .bytes(let before)? = sends.last {
                sends[sends.count - 1] = .bytes(before + vector.request.bytes(of: piece, placeholders))
            } else {
                sends.append(.bytes(vector.request.bytes(of: piece, placeholders)))
            }
        }
        if let cut {
            var generator = SeededGenerator(seed: cut)
            sends = sends.flatMap { Self.cut($0, &generator) }
        }
        self.sends = sends
        bytesBefore = fixture.origin.bytesReceived
        requestsBefore = fixture.origin.seen.count
    }

    /// Sends the request on a connection of its own and waits for the answer.
    func run(port: UInt16) async throws -> RawClient.Answer {
        let (sends, method, after) = (sends, head.method, vector.request.afterSend)
        return try await onThread {
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
    /// which the gateway writes itself.
    func expectArrival(at origin: ScriptedOrigin) throws {
        let seen = origin.seen
        #expect(seen.count == requestsBefore + 1, "\(vector.name)")
        let arrived = try #require(seen.last, "\(vector.name)")
        #expect(arrived.isComplete, "\(vector.name)")
        #expect(arrived.head.method == head.method, "\(vector.name)")
        #expect(arrived.head.target == head.originTarget, "\(vector.name)")
        #expect(Self.fields(arrived.head) == Self.fields(head), "\(vector.name)")
        #expect(arrived.body == (plan == .none ? [] : body), "\(vector.name)")
        #expect(
            arrived.head.framing == (plan == .none && !body.isEmpty ? .none : head.framing), "\(vector.name)")
    }

    private static func fields(_ head: RequestHead) -> [String] {
        head.fields.entries.indices.filter { index in
            !HopByHop.contains(head.fields.name(at: index)) && !head.fields.isNamed("expect", at: index)
                && !head.fields.isNamed("content-length", at: index)
        }.map { "\(Array(head.fields.name(at: $0))): \(Array(head.fields.value(at: $0)))" }
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

import Bytes
import Emulator
import Foundation
import HTTPModel
import HTTPServer
import Synchronization
import Testing
import XML

/// Unix seconds that a test sets.
final class TestClock: Sendable {
    private let seconds = Atomic<Int64>(1_700_000_000)

    var now: Int64 { seconds.load(ordering: .relaxed) }
    func advance(_ count: Int64) { seconds.add(count, ordering: .relaxed) }
}

/// Turns that come when the test gives them.
final class ManualTurns: Turns {
    private var waiting: [() -> Void] = []
    /// Of those that waited for a time, in nanoseconds.
    private(set) var delays: [UInt64] = []

    var isIdle: Bool { waiting.isEmpty }

    func later(_ action: @escaping () -> Void) { waiting.append(action) }

    func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
        delays.append(nanoseconds)
        waiting.append(action)
    }

    /// Does what waits now, and not what that leaves for later.
    func give() {
        let actions = waiting
        waiting = []
        for action in actions { action() }
    }
}

/// What came back of one request.
struct Reply {
    let status: Int
    let fields: Fields
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func field(_ name: Literal) -> String? { fields.first(name)?.text }

    /// The root of a document; an error records an issue and gives an empty element.
    var xml: XMLElement {
        do {
            return try XMLReader.parse(body.span)
        } catch {
            Issue.record("not XML (\(error)): \(text)")
            return XMLElement(name: [])
        }
    }

    /// `Code` of an error document; of a bodiless one, that in `x-oss-err`.
    var code: String? { error?.text("Code") }

    /// `Message`, likewise.
    var message: String? { error?.text("Message") }

    private var error: XMLElement? {
        let document = field("x-oss-err").flatMap { Base64.decode(Array($0.utf8)[...]) } ?? body
        return try? XMLReader.parse(document.span)
    }
}

extension XMLElement {
    /// The text of the element that a path of names leads to.
    func text(_ names: Literal...) -> String? {
        var place: XMLElement? = self
        for name in names { place = place?.child(name) }
        return place.map { String(decoding: $0.text, as: UTF8.self) }
    }

    /// The texts of one child of each child of a name.
    func texts(_ name: Literal, _ inner: Literal) -> [String] {
        children(name).compactMap { $0.text(inner) }
    }
}

/// One emulator, asked without a network.
final class Harness {
    let clock = TestClock()
    let store: EmulatorStore
    /// What waits for a turn, if the test gives turns out itself.
    let turns: ManualTurns?
    private let application: EmulatorApplication

    init(turns: ManualTurns? = nil, _ change: (inout EmulatorSettings) -> Void = { _ in }) throws {
        self.turns = turns
        var settings = EmulatorSettings()
        settings.buckets = ["bucket"]
        let clock = clock
        settings.now = { clock.now }
        change(&settings)
        store = try EmulatorStore(settings)
        application = EmulatorApplication(store: store, settings: settings, turns: turns)
    }

    /// A head as a decoder would make it; `body` nil has no framing.
    func head(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], framing: BodyFraming = .none,
        host: String = "localhost:9000"
    ) -> RequestHead {
        var all = Fields()
        all.append("Host", host)
        for (name, value) in fields {
            all.append(name: Array(name.utf8)[...], value: Array(value.utf8)[...])
        }
        let isContinued = fields.contains { $0.0.lowercased() == "expect" }
        return RequestHead(
            method: Method(Array(method.utf8).span), target: Array(target.utf8)[...], fields: all,
            framing: framing, expectsContinue: isContinued)
    }

    /// A whole request, its body in pieces of `step` bytes.
    @discardableResult
    func send(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], body: [UInt8]? = nil,
        chunked: Bool = false, step: Int = 70_000, host: String = "localhost:9000"
    ) -> Reply {
        let framing = body.map { chunked ? BodyFraming.chunked : .length(UInt64($0.count)) } ?? .none
        return send(head(method, target, fields, framing: framing, host: host), body: body ?? [], step: step)
    }

    func send(_ head: RequestHead, body: [UInt8] = [], step: Int = 70_000) -> Reply {
        let responder = RecordingResponder()
        let handler = application.begin(head, responder)
        feed(handler, responder, body, step: step)
        if !responder.isFinished { handler.receiveEnd(trailers: Fields()) }
        return reply(responder)
    }

    /// A request whose body breaks off after what is given.
    func sendBroken(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], length: UInt64?, body: [UInt8],
        ending: (any ExchangeHandler) -> Void
    ) -> RecordingResponder {
        let responder = RecordingResponder()
        let framing = length.map { BodyFraming.length($0) } ?? .chunked
        let handler = application.begin(head(method, target, fields, framing: framing), responder)
        feed(handler, responder, body, step: 70_000)
        ending(handler)
        return responder
    }

    /// An exchange that the test goes on with itself.
    func begin(_ head: RequestHead, _ responder: RecordingResponder) -> any ExchangeHandler {
        application.begin(head, responder)
    }

    func refuse(_ failure: HeadFailure, _ responder: RecordingResponder) {
        application.refuse(failure, responder)
    }

    func put(_ key: String, _ text: String) {
        let reply = send("PUT", "/bucket/" + key, body: Array(text.utf8))
        #expect(reply.status == 200, "\(reply.text)")
    }

    private func feed(
        _ handler: any ExchangeHandler, _ responder: RecordingResponder, _ body: [UInt8], step: Int
    ) {
        var done = 0
        while done < body.count, !responder.isFinished {
            let end = min(done + step, body.count)
            handler.receive(body[done..<end].span, remaining: UInt64(body.count - end))
            done = end
        }
    }

    private func reply(_ responder: RecordingResponder) -> Reply {
        #expect(responder.isFinished, "the exchange has no end")
        guard let head = responder.head else {
            Issue.record("there is no answer")
            return Reply(status: 0, fields: Fields(), body: [])
        }
        let id = head.fields.first("x-oss-request-id")
        #expect(id?.count == 24, "every answer has an id")
        if case .length(let count) = head.framing, !responder.body.isEmpty {
            #expect(count == UInt64(responder.body.count), "the body agrees with its length")
        }
        return Reply(status: head.status, fields: head.fields, body: responder.body)
    }
}

/// A directory of a test's own, removed at the end.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ossgate-emulator-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The names of all files below the directory.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
            let type = try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.type]
            return type as? FileAttributeType == .typeRegular
        }
    }
}

import Bytes
package import HTTPModel
package import HTTPServer
import OSSModel

/// Why a list of faults is none, a line for each problem with the place it is at.
package struct FaultProblems: Error, Sendable {
    package let lines: [String]

    package init(_ lines: [String]) { self.lines = lines }
}

/// The listener on which faults are changed while the emulator runs: `GET`, `PUT` and `DELETE /faults`. What `PUT` takes
/// is the list that `emulator.faults` of the configuration is; it replaces all that are there, or nothing if it has a
/// fault itself. Whoever reaches this listener may do so.
package final class FaultAdmin: Application {
    /// A longer list is refused.
    package static let bodyBytesMax = 64 << 10

    /// Reads a list of rules.
    package typealias Parse = @Sendable ([UInt8]) throws(FaultProblems) -> [FaultRule]

    private let table: FaultTable
    private let parse: Parse

    package init(_ table: FaultTable, parse: @escaping Parse) {
        self.table = table
        self.parse = parse
    }

    package func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        FaultAdminExchange(head, responder) { [self] body in answer(head, body) }
    }

    package func refuse(_ failure: HeadFailure, _ responder: any Responder) {
        FaultAdminExchange.send(.init(failure.status, failure.reason), responder)
    }

    private func answer(_ head: RequestHead, _ body: [UInt8]) -> AdminAnswer {
        guard head.path.matches("/faults") else { return AdminAnswer(404, "no such page") }
        switch head.method {
        case .get, .head: return AdminAnswer(json: listing())
        case .put:
            do throws(FaultProblems) {
                table.replace(try parse(body))
                return AdminAnswer(json: listing())
            } catch {
                return AdminAnswer(400, error.lines.joined(separator: "\n"))
            }
        case .delete:
            table.replace([])
            return AdminAnswer(json: listing())
        default: return AdminAnswer(405, "only GET, PUT and DELETE")
        }
    }

    /// In the order of the rules: how many requests each has befallen, and how many it still may.
    private func listing() -> String {
        let entries = table.current.map { entry in
            let left = entry.rule.count.map { ",\"left\":\(max(0, $0 - entry.hits))" } ?? ""
            return "{\"fault\":\"\(entry.rule.effect.name)\",\"hits\":\(entry.hits)\(left)}"
        }
        return "[\(entries.joined(separator: ","))]"
    }
}

extension FaultRule.Effect {
    /// As the configuration spells it.
    package var name: String {
        switch self {
        case .delay: "delay"
        case .bandwidth: "bandwidth"
        case .shortBody: "shortBody"
        case .wrongCRC: "wrongCRC"
        case .resetRequest: "resetRequest"
        case .resetAnswer: "resetAnswer"
        case .status: "status"
        case .error: "error"
        case .earlyAnswer: "earlyAnswer"
        case .clock: "clock"
        }
    }
}

private struct AdminAnswer {
    let status: Int
    let type: String
    let text: String

    init(_ status: Int, _ text: String) { (self.status, type, self.text) = (status, "text/plain", text) }
    init(json: String) { (status, type, text) = (200, "application/json", json) }
}

/// Gathers a body of at most `bodyBytesMax`, then answers.
private final class FaultAdminExchange: ExchangeHandler {
    private let responder: any Responder
    private let answer: ([UInt8]) -> AdminAnswer
    private var body: [UInt8] = []
    private var hasAnswered = false

    init(_ head: RequestHead, _ responder: any Responder, _ answer: @escaping ([UInt8]) -> AdminAnswer) {
        self.responder = responder
        self.answer = answer
        if case .length(let count) = head.framing, count > UInt64(FaultAdmin.bodyBytesMax) {
            tooLong()
        } else {
            responder.sendContinue()
        }
    }

    func receive(_ bytes: Span<UInt8>, remaining: UInt64?) {
        guard !hasAnswered else { return }
        guard body.count + bytes.count <= FaultAdmin.bodyBytesMax else { return tooLong() }
        body.append(copying: bytes)
    }

    func receiveEnd(trailers: Fields) { send(answer(body)) }
    func receiveFailure(_ failure: BodyFailure) { send(AdminAnswer(400, "the list is not whole")) }
    func downstreamDrained() {}
    func departed() { hasAnswered = true }

    private func tooLong() { send(AdminAnswer(413, "more than \(FaultAdmin.bodyBytesMax) bytes")) }

    private func send(_ answer: AdminAnswer) {
        guard !hasAnswered else { return }
        hasAnswered = true
        Self.send(answer, responder)
    }

    static func send(_ answer: AdminAnswer, _ responder: any Responder) {
        var fields = Fields()
        fields.append("Content-Type", answer.type)
        fields.append("Cache-Control", "no-store")
        let bytes = Array((answer.text + "\n").utf8)
        responder.send(
            ResponseHead(status: answer.status, fields: fields, framing: .length(UInt64(bytes.count))))
        responder.send(body: bytes.span)
        responder.finish()
    }
}

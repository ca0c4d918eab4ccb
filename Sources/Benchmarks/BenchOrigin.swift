import Bytes
import HTTPModel
import HTTPServer
import Reactor

/// An origin that costs as little as can be: it drops what it gets and answers from memory. `GET /BYTES` answers with
/// so many bytes, anything else with an empty success.
final class BenchOrigin: Application {
    private let block = [UInt8](repeating: 0x61, count: 256 * 1024)

    func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        let count = head.method == .get ? head.path.dropFirst().decimal ?? 0 : 0
        responder.sendContinue()
        return BenchExchange(responder, answerBytes: count, block: block)
    }

    func refuse(_ failure: HeadFailure, _ responder: any Responder) {
        responder.send(ResponseHead(status: failure.status, framing: .length(0)))
        responder.finish()
    }
}

private final class BenchExchange: ExchangeHandler {
    private let responder: any Responder
    private var left: UInt64
    private let block: [UInt8]

    init(_ responder: any Responder, answerBytes: UInt64, block: [UInt8]) {
        self.responder = responder
        left = answerBytes
        self.block = block
    }

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {}

    func receiveEnd(trailers: Fields) {
        var fields = Fields()
        fields.append("ETag", "\"D41D8CD98F00B204E9800998ECF8427E\"")
        fields.append("x-oss-request-id", "5C3D9175B6FC201293AD4890")
        responder.send(ResponseHead(status: 200, fields: fields, framing: .length(left)))
        pump()
    }

    func downstreamDrained() { pump() }
    func receiveFailure(_ failure: BodyFailure) { responder.abort() }
    func departed() {}

    private func pump() {
        while left > 0, !responder.isCongested {
            let count = Int(min(left, UInt64(block.count)))
            let bytes = block
            responder.send(body: bytes.span.extracting(0..<count))
            left -= UInt64(count)
        }
        if left == 0 { responder.finish() }
    }
}

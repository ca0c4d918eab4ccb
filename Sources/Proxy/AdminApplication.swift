import Bytes
package import HTTPModel
package import HTTPServer
import Synchronization
package import Telemetry

/// What probes are told; shared by the shards and the process.
package final class Readiness: Sendable {
    private let ready = Atomic<Bool>(false)

    package init() {}

    package var isReady: Bool {
        get { ready.load(ordering: .acquiring) }
        set { ready.store(newValue, ordering: .releasing) }
    }
}

/// The admin listener: `/healthz` (the event loop turns), `/readyz` (configuration loaded, not draining) and
/// `/metrics` (Prometheus text) and `/rejections` (the latest refusals as JSON, by `code`, `rule`, `bucket` and
/// `client` if asked). It reads nothing but the target.
package final class AdminApplication: Application {
    private let registry: MetricsRegistry
    private let readiness: Readiness
    private let recent: RecentRejections

    package init(registry: MetricsRegistry, readiness: Readiness, recent: RecentRejections) {
        self.registry = registry
        self.recent = recent
        self.readiness = readiness
    }

    package func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        AdminExchange { [self] in answer(head, responder) }
    }

    package func refuse(_ failure: HeadFailure, _ responder: any Responder) {
        send(failure.status, "text/plain", Array("\(failure.reason)\n".utf8), responder)
    }

    private func answer(_ head: RequestHead, _ responder: any Responder) {
        guard head.method == .get || head.method == .head else {
            return send(405, "text/plain", Array("only GET and HEAD\n".utf8), responder)
        }
        switch head.path.text {
        case "/healthz": send(200, "text/plain", Array("ok\n".utf8), responder)
        case "/readyz":
            let isReady = readiness.isReady
            send(
                isReady ? 200 : 503, "text/plain", Array((isReady ? "ready\n" : "not ready\n").utf8),
                responder)
        case "/metrics": send(200, "text/plain; version=0.0.4", registry.exposition(), responder)
        case "/rejections": send(200, "application/json", recent.json(Self.wanted(head)), responder)
        default: send(404, "text/plain", Array("no such page\n".utf8), responder)
        }
    }

    private static func wanted(_ head: RequestHead) -> RecentRejections.Wanted {
        let query = QueryParameters(head.query)
        func value(_ name: Literal) -> String? { query.first(name)?.decodedValue[...].text }
        var wanted = RecentRejections.Wanted()
        wanted.code = value("code")
        wanted.rule = value("rule")
        wanted.bucket = value("bucket")
        wanted.client = value("client")
        return wanted
    }

    private func send(_ status: Int, _ type: String, _ body: [UInt8], _ responder: any Responder) {
        var fields = Fields()
        fields.append("Content-Type", type)
        fields.append("Cache-Control", "no-store")
        fields.append("Server", "ossgate")
        responder.send(ResponseHead(status: status, fields: fields, framing: .length(UInt64(body.count))))
        responder.send(body: body.span)
        responder.finish()
    }
}

/// Answers when the request is complete; whatever body it has is dropped.
private final class AdminExchange: ExchangeHandler {
    private let answer: () -> Void

    init(_ answer: @escaping () -> Void) { self.answer = answer }

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {}
    func receiveEnd(trailers: Fields) { answer() }
    func receiveFailure(_ failure: BodyFailure) { answer() }
    func downstreamDrained() {}
    func departed() {}
}

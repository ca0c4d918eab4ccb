import Bytes
package import HTTPModel
package import HTTPServer
package import Reactor
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

/// The configuration in force as the admin listener shows it; shared by shards and process.
package final class ConfigurationPage: Sendable {
    private let page: Mutex<[UInt8]>

    /// JSON without secrets.
    package init(_ text: [UInt8]) { page = Mutex(text) }

    package var text: [UInt8] {
        get { page.withLock { $0 } }
        set { page.withLock { $0 = newValue } }
    }
}

/// The admin listener: `/healthz` (the event loop turns), `/readyz` (configuration loaded, not draining), `/metrics`
/// (Prometheus text), `/config` (what is in force, without secrets) and `/rejections` (the latest refusals, by `code`,
/// `rule`, `bucket` and `client` if asked, as JSON, or as they come for who accepts `text/event-stream`). It reads
/// nothing but the head.
package final class AdminApplication: Application {
    private let registry: MetricsRegistry
    private let readiness: Readiness
    private let recent: RecentRejections
    private let configuration: ConfigurationPage
    private let live: LiveRejections

    package init(
        core: ShardCore, registry: MetricsRegistry, readiness: Readiness, recent: RecentRejections,
        configuration: ConfigurationPage
    ) {
        self.registry = registry
        self.recent = recent
        self.readiness = readiness
        self.configuration = configuration
        live = LiveRejections(core: core, recent: recent)
    }

    package func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        AdminExchange(
            answer: { [self] in answer(head, responder) }, departed: { [live] in live.end(responder) })
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
        case "/config": send(200, "application/json", configuration.text, responder)
        case "/rejections" where Self.wantsEvents(head):
            guard !live.begin(responder, Self.wanted(head)) else { return }
            send(503, "text/plain", Array("too many streams\n".utf8), responder)
        case "/rejections": send(200, "application/json", recent.json(Self.wanted(head)), responder)
        default: send(404, "text/plain", Array("no such page\n".utf8), responder)
        }
    }

    private static func wantsEvents(_ head: RequestHead) -> Bool {
        guard head.method == .get, let accept = head.fields.first("accept") else { return false }
        let types = accept.split(separator: ASCII.comma).map {
            $0.prefix { $0 != ASCII.semicolon }.trimmingBlanks()
        }
        return types.contains { $0.matchesIgnoringCase("text/event-stream") }
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
    private let hasDeparted: () -> Void

    init(answer: @escaping () -> Void, departed: @escaping () -> Void) {
        self.answer = answer
        hasDeparted = departed
    }

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {}
    func receiveEnd(trailers: Fields) { answer() }
    func receiveFailure(_ failure: BodyFailure) { answer() }
    func downstreamDrained() {}
    func departed() { hasDeparted() }
}

import Admission
import Bytes
import Digest
package import HTTPModel
package import HTTPServer
import OSSModel
package import Reactor
package import Telemetry

/// The gateway on one shard: makes an exchange of every request, and owns what exchanges share there.
package final class Gateway: Application {
    let core: ShardCore
    /// Replaced as a whole when the configuration is reloaded.
    var settings: GatewaySettings
    let origins: OriginGroup
    let metrics: ShardMetrics
    let labels: MetricLabels
    let uploads: UploadDirectory
    /// MD5s of uploads, which are hashed together at the end of each turn.
    let lanes = MD5Lanes()
    private let rejectionLog: LogSink?
    private let accessLog: AccessLog?
    private let recent: RecentRejections?
    private let folder: RejectionFolder
    private var requestIDs = RequestIDSource()

    /// `shards` are all that run gateways.
    package init(
        core: ShardCore, shards: [Shard], settings: GatewaySettings, metrics: ShardMetrics,
        labels: MetricLabels, rejectionLog: LogSink?,
        accessLog: AccessLog? = nil, rejectionsWrittenMax: Int = 0, recent: RecentRejections? = nil,
        originReports: OriginReports? = nil
    ) {
        self.core = core
        self.settings = settings
        self.metrics = metrics
        self.labels = labels
        self.rejectionLog = rejectionLog
        self.accessLog = accessLog
        self.recent = recent
        folder = RejectionFolder(core: core, writtenMax: rejectionsWrittenMax) { record in
            let line = record.line()
            recent?.add(record, line: line)
            rejectionLog?.enqueue(line, at: record.unixMilliseconds)
        }
        origins = OriginGroup(
            core: core, settings: settings.origin, shards: max(shards.count, 1), metrics: metrics,
            reports: originReports)
        uploads = UploadDirectory(core: core, shards: shards, limits: settings.uploads, metrics: metrics)
        core.deferWork(to: lanes)
        core.heldBytesMax = settings.heldBytesMax / max(shards.count, 1)
    }

    package func begin(_ head: consuming RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        let exchange = Exchange(self, view(of: head), responder, requestID: nextRequestID())
        if core.isFull { exchange.refuse(Self.noMemory) } else { exchange.admit() }
        return exchange
    }

    package func refuse(_ failure: HeadFailure, _ responder: any Responder) {
        let head = failure.head ?? RequestHead(method: .other([]), target: [], isPersistent: false)
        let exchange = Exchange(self, view(of: head), responder, requestID: nextRequestID())
        exchange.refuse(
            Rejection(
                phase: .head, rule: failure.head == nil ? "http-syntax" : "connections-per-address",
                error: CatalogueRow.headFailure(status: failure.status).error,
                actual: failure.reason))
    }

    /// Too much waits for slow clients and origins.
    private static let noMemory = Rejection(
        phase: .head, rule: "memory", error: CatalogueRow.gatewayOverloaded.with("Reason", "limits.memory"),
        actual: "too many bytes wait for slow clients and origins")

    /// Closes idle connections to the origin, and writes what was held back of the log.
    package func drain() {
        origins.drain()
        folder.end()
    }

    /// The name of the origin at `index` leads to other addresses than before.
    package func replaceOriginAddresses(_ addresses: [SocketAddress], ofOrigin index: Int) {
        origins.replaceAddresses(addresses, ofOrigin: index)
    }

    private func view(of head: consuming RequestHead) -> HeadView {
        HeadView(head: head, settings: settings.admission, now: core.unixSeconds)
    }

    private func nextRequestID() -> RequestID { requestIDs.next(unixSeconds: core.unixSeconds) }

    /// One line for one refusal.
    func record(_ rejection: Rejection, mode: RejectionRecord.Mode, of exchange: Exchange) {
        metrics.rejected(label: labels.rejection(rejection), mode: mode)
        guard rejectionLog != nil || recent != nil else { return }
        var record = RejectionRecord(
            unixMilliseconds: core.unixMilliseconds, requestID: exchange.requestID,
            clientAddress: exchange.clientAddress, method: exchange.head.method, path: exchange.head.path,
            query: exchange.head.query, error: rejection.error, rule: rejection.ruleName, mode: mode,
            phase: rejection.phase == .head ? .head : .body)
        record.operation = exchange.view?.operation?.name
        record.bucket = exchange.view?.resource.bucket
        record.key = exchange.view?.resource.key
        record.clientSubject = exchange.clientCertificate?.subject
        record.userAgent = exchange.head.fields.first("user-agent")
        record.expected = rejection.expected
        record.actual = rejection.actual
        record.hint = rejection.hint
        record.policyHash = exchange.policyHash
        record.bodyBytesSeen = exchange.bodyBytesSeen
        record.durationMicroseconds = (core.nowPrecise &- exchange.startedAt) / 1000
        record.originRequestID = exchange.sight.originRequestID
        record.trace = exchange.head.fields.first("traceparent").flatMap { TraceContext(traceparent: $0) }
        folder.take(record)
    }

    /// One line for one request, when it has ended.
    func recordEnd(of exchange: Exchange, _ outcome: ShardMetrics.Outcome) {
        guard let accessLog else { return }
        let (head, sight) = (exchange.head, exchange.sight)
        var record = AccessRecord(
            unixMilliseconds: core.unixMilliseconds, requestID: exchange.requestID,
            clientAddress: exchange.clientAddress, method: head.method, version: head.version,
            path: head.path, query: head.query, outcome: outcome)
        record.originRequestID = sight.originRequestID
        record.trace = head.fields.first("traceparent").flatMap { TraceContext(traceparent: $0) }
        record.operation = exchange.view?.operation?.name
        record.bucket = exchange.view?.resource.bucket
        record.key = exchange.view?.resource.key
        record.status = sight.status
        record.code = sight.code
        record.rule = sight.rule
        record.requestBytes = exchange.bodyBytesSeen
        record.responseBytes = exchange.responder?.bodyBytesSent ?? 0
        record.durationMicroseconds = (core.nowPrecise &- exchange.startedAt) / 1000
        record.originMicroseconds = sight.originNanoseconds.map { $0 / 1000 }
        record.userAgent = head.fields.first("user-agent")
        record.referer = head.fields.first("referer")
        record.policyHash = exchange.policyHash
        accessLog.write(record)
    }
}

extension MD5Lanes: DeferredWork {}

/// The closed label sets of the metrics, and where each operation and rule stands in them.
package struct MetricLabels: Sendable {
    /// Names of the operations; the last stands for requests without one.
    package let operations: [String]
    /// Names of the rules and the codes; the last of each stands for one that is not listed.
    package let rules: [String]
    package let codes: [String]
    private let ruleIndex: [String: Int]
    private let codeIndex: [String: Int]

    package init() {
        operations = OSSOperation.allCases.map(\.name) + ["none"]
        codes = Set(CatalogueRow.all.map(\.code)).sorted() + ["other"]
        rules =
            RuleModes.allNames + [
                PolicyRules.name.description, "http-syntax", "connections-per-address", "memory", "other",
            ]
        codeIndex = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, $0) })
        ruleIndex = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1, $0) })
    }

    func operation(_ operation: OSSOperation?) -> Int {
        // Raw values count the cases from zero.
        operation.map { Int($0.rawValue) } ?? operations.count - 1
    }

    func rejection(_ rejection: Rejection) -> Int {
        let rule = ruleIndex[rejection.rule.description] ?? rules.count - 1
        return rule * codes.count + (codeIndex[rejection.error.code] ?? codes.count - 1)
    }
}

extension PolicyEvent.Kind {
    var outcome: PolicyMetrics.Outcome {
        switch self {
        case .matched: .matched
        case .refused: .refused
        case .wouldRefuse: .wouldRefuse
        case .unknown: .unknown
        }
    }
}

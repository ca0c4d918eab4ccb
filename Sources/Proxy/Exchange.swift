import Admission
import Bytes
import Digest
import HTTPModel
import HTTPServer
import OSSModel
import Reactor
import TLS
import Telemetry

/// One request and its answer, from head to record: admits the head, inspects the body, opens the way to the
/// origin, holds back the end of the body until its verdict is in, and relays the answer. It lives on one shard.
///
/// The order of steps is the code below: `admit`, `receive`, `receiveEnd`, then `Exchange+Upstream`.
final class Exchange: ExchangeHandler, MD5Listener {
    let gateway: Gateway
    /// The head and what admission works out of it, with the settings that the request began with.
    private let seen: HeadView
    let requestID: RequestID
    let startedAt: UInt64
    /// What admission made of the head; nil for a head that could not be read.
    private(set) var view: HeadView?
    var responder: (any Responder)?
    var upstream: UpstreamConnection?
    var request = RequestState.admitting
    var response = ResponseState.none
    var download = DownloadCheck()
    /// nil until the request is admitted, and for one that has no body and is put to no policy.
    private(set) var stage: BodyStage?
    /// nil for everything that is about no upload in parts.
    var upload: UploadTrack?
    /// The origin may have seen something of the request.
    private(set) var hasOpenedOrigin = false
    var sight = ExchangeSight()
    /// The body, or its beginning, until the origin is opened; then the end of it that waits for the verdict.
    private var gathered: [UInt8] = []
    private var memory: HeldMemory?
    private var gatherLimit = 0
    private var originFraming = BodyFraming.none
    private var outcome: ShardMetrics.Outcome?
    private var hasRetried = false
    private var awaitedTrailers = Fields()

    enum RequestState {
        case admitting
        /// Body bytes are gathered; the origin has seen nothing.
        case gathering
        /// An unexpected body is dropped.
        case dropping
        /// Body bytes go to the origin as they come; their end is held back.
        case streaming
        /// The body is complete. Its end waits for its MD5, which is computed together with those of others.
        case judging
        /// All of the request is on its way to the origin.
        case sent
        /// Refused, failed or answered early: nothing more of it is wanted.
        case over
    }

    enum ResponseState {
        case none
        /// The head of the answer has gone to the client.
        case relaying
        case ended
    }

    init(_ gateway: Gateway, _ head: HeadView, _ responder: any Responder, requestID: RequestID) {
        self.gateway = gateway
        seen = head
        self.responder = responder
        self.requestID = requestID
        startedAt = gateway.core.now
    }

    var head: RequestHead { seen.head }
    var policyHash: String? { seen.settings.policy?.hash }
    private var policyCounters: [PolicyMetrics.RuleCounters] = []

    var clientAddress: String { responder?.clientAddress ?? "unknown" }
    var clientCertificate: TLSPeer? { responder?.clientCertificate }
    var bodyBytesSeen: UInt64 { stage?.received ?? 0 }
    private var awaitsMD5: Bool { stage?.awaitsMD5 == true }

    // MARK: Admission

    /// Everything that the head alone decides. The origin has not been contacted, and `100 Continue` not sent.
    func admit() {
        let verdict = Admission.judge(seen)
        let view = seen
        self.view = view
        for rejection in verdict.reported { gateway.record(rejection, mode: .report, of: self) }
        if let rejection = verdict.rejection { return refuse(rejection) }
        if gateway.settings.integrity.requiresContentMD5, view.bodyPlan == .opaque,
            !head.fields.contains("content-md5")
        {
            return refuse(.contentMD5Missing())
        }
        consultUploads(view)
    }

    /// The head is admitted: from here on the body may come.
    func awaitBody(_ view: HeadView) {
        // Policy and counters of one configuration; copying all of it would count references to its parts.
        let admission = gateway.settings.admission
        if case .none = view.bodyPlan, case .none = head.framing, admission.policy == nil {
            // There is no body, and nobody asks for one.
            return plan(.none)
        }
        policyCounters = gateway.settings.policyCounters
        let stage = BodyStage(
            head: head, operation: view.operation, plan: view.bodyPlan, settings: admission,
            verifiesCRC64: gateway.settings.integrity.verifiesCRC64, lanes: gateway.lanes,
            now: gateway.core.unixSeconds,
            policy: admission.policy.map {
                PolicyRun(
                    $0,
                    client: PolicyClient(
                        address: clientAddress, tlsName: clientCertificate.map { Array($0.name.utf8)[...] },
                        otherPartsBytes: upload?.facts?.otherPartsBytes))
            })
        self.stage = stage
        if let upload, case .part = upload.step {
            stage.partLength = UploadRules.lengthToCount(
                head: head, settings: admission, upload: upload.facts, now: gateway.core.unixSeconds)
        }
        for rejection in stage.begin(view) where !isOnlyReported(rejection) {
            return refuse(rejection)
        }
        plan(view.bodyPlan)
        if !head.framing.isEmpty { responder?.sendContinue() }
    }

    private func plan(_ body: BodyPlan) {
        request = .gathering
        originFraming = head.framing
        gatherLimit = gateway.settings.gatherBytesMax
        switch body {
        case .opaque, .form: break
        case .document(let limit): gatherLimit = Int(clamping: limit)
        case .none:
            if head.framing.isEmpty { break }
            request = .dropping
            originFraming = .none
        }
    }

    // MARK: Body

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {
        gateway.metrics.received(bytes: body.count)
        guard request != .over, request != .sent, let stage else { return }
        for rejection in stage.take(body) where !isOnlyReported(rejection) { return refuse(rejection) }
        switch request {
        case .dropping:
            guard stage.received <= gateway.settings.unexpectedBodyBytesMax else {
                return refuse(
                    .bodyTooLarge(view?.operation, limit: gateway.settings.unexpectedBodyBytesMax))
            }
        case .gathering: gather(body, isLast: remaining == 0)
        case .streaming: forward(body, isLast: remaining == 0)
        case .admitting, .judging, .sent, .over: break
        }
    }

    /// Keeps the piece while the whole may still fit, else opens the origin with what there is.
    private func gather(_ body: Span<UInt8>, isLast: Bool) {
        // The whole body in one piece, of whatever size, is judged where it lies, or where its lane has put it.
        if isLast, gathered.isEmpty {
            if awaitsMD5, stage?.keepBody() == true { return }
            if !awaitsMD5 {
                guard settle(), admits(document: body) else { return }
                open { $0.send(body) }
                return requestIsSent()
            }
        }
        // The fields of a form are judged before the origin sees a byte; the form stage bounds them.
        guard stage?.holdsOrigin != true, gathered.count + body.count > gatherLimit else {
            return hold(body)
        }
        if isLast, !awaitsMD5, !settle() { return }
        request = .streaming
        if view?.bodyPlan == .opaque, gateway.settings.integrity.lendsUploads { responder?.lendBody() }
        open { [gathered] upstream in upstream.sendPiece(gathered.span, framing: originFraming) }
        dropGathered()
        pass(body, isLast: isLast)
    }

    private func hold(_ bytes: Span<UInt8>) {
        // Taken out meanwhile: the access to it is over before anything is called.
        var held: [UInt8] = []
        swap(&held, &gathered)
        held.append(bytes)
        swap(&held, &gathered)
        if memory == nil { memory = HeldMemory(gateway.core) }
        memory?.set(gathered.count)
    }

    private func dropGathered() {
        guard !gathered.isEmpty else { return }
        gathered = []
        memory = nil
    }

    /// Streams a piece. With Content-Length the last one is held until the verdict is in, which is now.
    private func forward(_ body: Span<UInt8>, isLast: Bool) {
        if isLast, !awaitsMD5, !settle() { return }
        pass(body, isLast: isLast)
    }

    /// Sends a piece on, but for the last byte of a body whose MD5 is not known yet.
    private func pass(_ body: Span<UInt8>, isLast: Bool) {
        let waits = isLast && awaitsMD5
        let end = waits ? body.count - 1 : body.count
        upstream?.sendPiece(body.extracting(0..<end), framing: originFraming)
        if waits { return hold(body.extracting(end..<body.count)) }
        continueStreaming(isLast: isLast)
    }

    private func continueStreaming(isLast: Bool) {
        if isLast {
            requestIsSent()
        } else if upstream?.isCongested == true {
            responder?.pause(.upstreamFull)
        }
    }

    /// The origin is sent a body, of whatever length.
    var carriesBody: Bool { !originFraming.isEmpty }

    func receiveEnd(trailers: Fields) {
        switch request {
        case .gathering, .streaming:
            guard awaitsMD5 else { return conclude(trailers) }
            awaitedTrailers = trailers
            request = .judging
            stage?.finishMD5(self)
        case .dropping:
            open { _ in }
            requestIsSent()
        case .admitting, .judging, .sent, .over: break
        }
    }

    func md5Ready(_ digest: [UInt8]) {
        guard request == .judging else { return }
        stage?.setMD5(digest)
        conclude(awaitedTrailers)
    }

    /// All of the body is here, and what its verdict needs. Its end is `gathered`, or with the stage, or the last chunk.
    private func conclude(_ trailers: Fields) {
        let document = gathered
        guard settle() else { return }
        guard let stage, stage.keepsBody else { return conclude(document.span, trailers) }
        // Verdicts come in a row, so that what they release need not be copied to be sent in a row.
        stage.withKeptBody { conclude($0, trailers, now: true) }
    }

    /// Sends what is left of the body, or all of it: one that came whole has no origin yet.
    private func conclude(_ body: Span<UInt8>, _ trailers: Fields, now: Bool = false) {
        if let upstream {
            upstream.sendPiece(body, framing: originFraming)
        } else {
            guard admits(document: body) else { return }
            open { $0.sendPiece(body, framing: originFraming, now: now) }
        }
        sendLast(trailers)
    }

    private func sendLast(_ trailers: Fields) {
        if case .chunked = originFraming { upstream?.sendLastChunk(trailers) }
        requestIsSent()
    }

    func receiveFailure(_ failure: BodyFailure) {
        guard request != .over, request != .judging, request != .sent else { return }
        switch failure {
        case .truncated:
            var expected: UInt64?
            if case .length(let count) = head.framing { expected = count }
            refuse(.incompleteBody(expected: expected, received: bodyBytesSeen))
        case .stalled:
            refuse(
                .requestTimeout(
                    received: bodyBytesSeen, waitedSeconds: gateway.settings.bodyIdleSeconds))
        case .malformed(let reason): refuse(.malformedBody(reason))
        }
    }

    /// Judges the digests of the whole body; false when the request was refused.
    private func settle() -> Bool {
        guard let stage else { return true }
        let checksMD5 = stage.checksMD5
        let checksCRC64 = stage.checksCRC64
        let rejections = stage.verdicts()
        let rules = rejections.map(\.rule)
        let metrics = gateway.metrics
        if checksMD5 {
            metrics.checked(.md5, .upload, rules.contains(BodyRules.contentMD5) ? .disagreed : .agreed)
        }
        if checksCRC64 {
            metrics.checked(.crc64, .upload, rules.contains(BodyRules.crc64) ? .disagreed : .agreed)
        }
        for rejection in rejections where !isOnlyReported(rejection) {
            refuse(rejection)
            return false
        }
        return true
    }

    /// Judges a document that has come whole; false when the request was refused.
    private func admits(document: Span<UInt8>) -> Bool {
        guard let view, case .document = view.bodyPlan, let operation = view.operation else { return true }
        let (rejection, reported) = DocumentRules.judge(
            operation: operation, head: head, bucket: view.resource.bucket, body: document,
            modes: gateway.settings.admission.modes, upload: upload?.facts)
        for failure in reported { gateway.record(failure, mode: .report, of: self) }
        if let rejection {
            refuse(rejection)
            return false
        }
        return admitsListed(operation, document, view)
    }

    /// True, and recorded, if the operator wants the rule to report and not to refuse.
    func isOnlyReported(_ rejection: Rejection) -> Bool {
        switch gateway.settings.admission.modes.mode(of: rejection) {
        case .enforce: return false
        case .report: gateway.record(rejection, mode: .report, of: self)
        case .off: break
        }
        return true
    }

    // MARK: Origin

    /// Opens the way to the origin, writes the head and what `write` adds. On failure the request is answered.
    private func open(_ write: (UpstreamConnection) -> Void) {
        do {
            let taken = try gateway.origins.take(fresh: hasRetried)
            upstream = taken
            hasOpenedOrigin = true
            taken.begin(head, framing: originFraming, listener: self)
            write(taken)
        } catch {
            answer(error)
        }
    }

    private func requestIsSent() {
        guard request != .over else { return }
        request = .sent
        sight.sentAt = gateway.core.now
        dropGathered()
        upstream?.requestEnded()
    }

    /// Sends a request without body once more when the origin closed an idle connection under it: no byte of it
    /// can have been acted on twice, since such methods are safe (RFC 9110, section 9.2.1).
    func retries(_ failure: UpstreamFailure) -> Bool {
        guard failure.isStaleConnection, !hasRetried, response == .none, request == .sent,
            bodyBytesSeen == 0, head.method == .get || head.method == .head
        else { return false }
        hasRetried = true
        open { _ in }
        upstream?.requestEnded()
        return true
    }

    func downstreamDrained() { upstream?.resumeReading() }

    func departed() {
        abortUpstream()
        request = .over
        end(.departed)
    }

    // MARK: Ends

    /// The client is at fault: the origin sees at most an incomplete request, and the client gets the error.
    func refuse(_ rejection: Rejection) {
        abortUpstream()
        request = .over
        gateway.record(rejection, mode: .enforce, of: self)
        respond(rejection.error, rule: rejection.ruleName)
        end(.rejected)
    }

    /// The origin, or the way to it, is at fault.
    func answer(_ failure: UpstreamFailure) {
        abortUpstream()
        request = .over
        gateway.metrics.upstreamFailed(failure.metricsPhase)
        if response == .none {
            respond(failure.error, rule: nil)
        } else {
            responder?.abort()
        }
        end(.upstreamFailure)
    }

    private func respond(_ error: OSSError, rule: String?) {
        guard response == .none, let responder else { return }
        response = .ended
        sight.status = error.status
        sight.code = error.code
        sight.rule = rule
        var (head, body) = ErrorDocument.response(
            error, requestID: requestID, hostID: self.head.authority ?? [],
            bodiless: self.head.method == .head)
        if let rule { head.fields.append("x-ossgate-rule", rule) }
        if error.status == 503 { head.fields.append("Retry-After", "1") }
        responder.send(head)
        responder.send(body: body.span)
        responder.finish()
    }

    private func abortUpstream() {
        guard let open = upstream else { return }
        upstream = nil
        if request == .streaming || request == .judging { gateway.metrics.gateAborted() }
        open.abort()
    }

    /// Counts the exchange, once, and lets go of both sides.
    func end(_ outcome: ShardMetrics.Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        response = .ended
        settleUpload()
        gateway.metrics.ended(operation: gateway.labels.operation(view?.operation), outcome)
        if let stage {
            stage.abandon()
            for event in stage.takePolicyEvents() { policyCounters[event.rule].add(event.kind.outcome) }
        }
        if let responder { gateway.metrics.sent(bytes: Int(clamping: responder.bodyBytesSent)) }
        gateway.metrics.took(.request, nanoseconds: gateway.core.now &- startedAt)
        if let waited = sight.originNanoseconds {
            gateway.metrics.took(.upstreamFirstByte, nanoseconds: waited)
        }
        gateway.recordEnd(of: self, outcome)
        responder = nil
        upstream = nil
    }
}

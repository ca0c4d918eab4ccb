package import Admission
import Bytes
import Digest
package import HTTPModel
package import OSSModel

/// What the gateway would do with one request, found out without a connection: the same steps as `Exchange` takes,
/// in the same order, up to where the origin would have the whole request.
package struct OfflineJudge: Sendable {
    package struct Outcome: Sendable {
        package var operation: OSSOperation?
        /// The refusal that the client gets; nil when the request goes on.
        package var refusal: Rejection?
        /// What rules found that only report.
        package var reported: [Rejection] = []
        package var events: [PolicyEvent] = []
        /// Bytes of the body that had come when it was refused.
        package var bodyBytesSeen: UInt64 = 0
    }

    private let settings: GatewaySettings

    package init(admission: AdmissionSettings, integrity: IntegritySettings) {
        settings = GatewaySettings(
            admission: admission, integrity: integrity, origin: OriginSettings(addresses: []))
    }

    /// `body` gives the pieces of the body, decoded, until it gives nil. `now` is in Unix seconds. `partsBytes` is what
    /// the parts that are to be completed have together, if that is known.
    package func judge(
        head: RequestHead, client: PolicyClient, now: Int64, partsBytes: UInt64? = nil, body: () -> [UInt8]?
    ) -> Outcome {
        let verdict = Admission.judge(head: head, settings: settings.admission, now: now)
        var outcome = Outcome(
            operation: verdict.operation, refusal: verdict.rejection, reported: verdict.reported)
        guard outcome.refusal == nil else { return outcome }
        if settings.integrity.requiresContentMD5, verdict.bodyPlan == .opaque,
            !head.fields.contains("content-md5")
        {
            outcome.refusal = .contentMD5Missing()
            return outcome
        }
        let lanes = MD5Lanes()
        let stage = BodyStage(
            head: head, operation: verdict.operation, plan: verdict.bodyPlan,
            settings: settings.admission, verifiesCRC64: settings.integrity.verifiesCRC64, lanes: lanes,
            now: now,
            policy: settings.admission.policy.map { PolicyRun($0, client: client) })
        note(stage.begin(verdict.view), &outcome)
        var document: [UInt8] = []
        while outcome.refusal == nil, let piece = body() {
            note(stage.take(piece.span), &outcome)
            if case .document = verdict.bodyPlan { document += piece }
        }
        if outcome.refusal == nil {
            if stage.awaitsMD5 {
                let heard = HeardMD5()
                stage.finishMD5(heard)
                while lanes.isWaiting { lanes.work(isIdle: true) }
                stage.setMD5(heard.digest)
            }
            note(stage.verdicts(), &outcome)
        }
        stage.abandon()
        outcome.bodyBytesSeen = stage.received
        if outcome.refusal == nil, let operation = verdict.operation {
            let (rejection, reported) = DocumentRules.judge(
                operation: operation, head: head, bucket: verdict.resource.bucket, body: document.span,
                modes: settings.admission.modes)
            outcome.reported += reported
            outcome.refusal = rejection
            if rejection == nil, operation == .completeMultipartUpload {
                note(stage.endParts(bytes: partsBytes, beginsWithFirst: true), &outcome)
            } else if rejection == nil, operation == .deleteMultipleObjects {
                note(stage.judge(deleting: DeletedKeys.keys(in: document.span), of: verdict.view), &outcome)
            }
        }
        outcome.events = stage.takePolicyEvents()
        return outcome
    }

    private func note(_ rejections: [Rejection], _ outcome: inout Outcome) {
        for rejection in rejections where outcome.refusal == nil {
            switch settings.admission.modes.mode(of: rejection) {
            case .enforce: outcome.refusal = rejection
            case .report: outcome.reported.append(rejection)
            case .off: break
            }
        }
    }
}

/// Keeps the MD5 that it is told.
private final class HeardMD5: MD5Listener {
    private(set) var digest: [UInt8] = []

    func md5Ready(_ digest: [UInt8]) { self.digest = digest }
}

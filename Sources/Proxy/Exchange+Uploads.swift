import Admission
import Bytes
import HTTPModel
import OSSModel
import XML

/// What an exchange has to do with an upload in parts: what it asks before it goes on, and what it tells when the
/// origin has answered.
final class UploadTrack {
    let step: UploadStep
    /// What was known when the request came; nil if nothing.
    var facts: UploadFacts?
    /// A question to another shard that has not been answered.
    var question: UInt64?
    /// A part was announced at home, and its outcome has not been told.
    var owesOutcome = false
    /// The answer of the origin that tells what is to be known, while it is read.
    var answer: [UInt8]?

    /// Longer answers are passed on unread.
    static let answerBytesMax = 64 * 1024

    init(step: UploadStep) { self.step = step }
}

extension Exchange {
    /// Asks what is known of the upload, then goes on to the body, which waits while another shard is asked.
    func consultUploads(_ view: HeadView) {
        guard let step = UploadStep(view) else { return awaitBody(view) }
        let upload = UploadTrack(step: step)
        self.upload = upload
        if case .part = step { upload.owesOutcome = true }
        let question = gateway.uploads.ask(step) { [weak self] facts in
            guard let self, request == .admitting else { return }
            upload.question = nil
            upload.facts = facts
            if judgesPart() { awaitBody(view) }
            responder?.resume(.awaitingAnswer)
        }
        guard let question else { return }
        upload.question = question
        responder?.pause(.awaitingAnswer)
    }

    /// Holds a part against what is known; false when it was refused.
    private func judgesPart() -> Bool {
        guard let upload, case .part = upload.step else { return true }
        let (rejection, reported) = UploadRules.judge(
            head: head, settings: gateway.settings.admission, upload: upload.facts,
            now: gateway.core.unixSeconds)
        for failure in reported { gateway.record(failure, mode: .report, of: self) }
        guard let rejection else { return true }
        refuse(rejection)
        return false
    }

    /// Puts what a document lists to the policy: the keys that are to be deleted, or what a completion makes of its
    /// parts; false when the request was refused.
    func admitsListed(_ operation: OSSOperation, _ document: Span<UInt8>, _ view: HeadView) -> Bool {
        guard gateway.settings.admission.policy != nil else { return true }
        let rejections: [Rejection]
        switch operation {
        case .deleteMultipleObjects:
            rejections = stage?.judge(deleting: DeletedKeys.keys(in: document), of: view) ?? []
        case .completeMultipartUpload: rejections = judgeParts(document)
        default: return true
        }
        for rejection in rejections where !isOnlyReported(rejection) {
            refuse(rejection)
            return false
        }
        return true
    }

    private func judgeParts(_ document: Span<UInt8>) -> [Rejection] {
        let numbers = CompletedParts.numbers(in: document) ?? upload?.facts.map { Array($0.parts.keys) }
        let sizes = (numbers ?? []).map { upload?.facts?.parts[$0]?.bytes }
        let sum = sizes.reduce(numbers == nil ? nil : UInt64(0)) { sum, bytes in
            guard let sum, let bytes else { return nil }
            let (more, overflow) = sum.addingReportingOverflow(bytes)
            return overflow ? .max : more
        }
        return stage?.endParts(bytes: sum, beginsWithFirst: numbers?.min() == 1) ?? []
    }

    // MARK: The origin's answer

    /// The origin has answered. What this tells of the upload is at its home before the client can know.
    func noteUploadAnswer(_ answer: ResponseHead) {
        guard let upload else { return }
        let isSuccess = (200..<300).contains(answer.status)
        switch upload.step {
        case .begins: if isSuccess { upload.answer = [] }
        case .part(let key, _):
            if answer.status == 404 {
                gateway.uploads.tell(.ended(key))
            } else if (400..<500).contains(answer.status) {
                settlePart(.unchanged)
            } else if isSuccess, let tag = answer.fields.first("etag") {
                settlePart(.stored(EntityTagHash(tag), bytes: bodyBytesSeen))
            } else if isSuccess, view?.operation == .uploadPartCopy {
                upload.answer = []
            }
        case .completes(let key), .aborts(let key):
            if isSuccess || answer.status == 404 { gateway.uploads.tell(.ended(key)) }
        }
    }

    /// Keeps a piece of an answer that has to be read whole; false when it can go on to the client.
    func withholdsAnswer(_ bytes: Span<UInt8>) -> Bool {
        guard let upload, let held = upload.answer else { return false }
        guard held.count + bytes.count <= UploadTrack.answerBytesMax else {
            upload.answer = nil
            responder?.send(body: held.span)
            return false
        }
        upload.answer?.append(bytes)
        return true
    }

    /// Reads an answer that was withheld, tells what it says, and passes it on.
    func releaseAnswer() {
        guard let upload, let held = upload.answer else { return }
        upload.answer = nil
        let root = try? XMLReader.parse(held.span, limits: XMLLimits(bytesMax: held.count))
        switch upload.step {
        case .begins(let resource, let encryption):
            if let id = root?.child("UploadId")?.trimmedText, let key = UploadKey(resource, id: id) {
                gateway.uploads.tell(.began(key, encryption))
            }
        case .part:
            if let tag = root?.child("ETag")?.trimmedText {
                settlePart(.stored(EntityTagHash(tag), bytes: nil))
            }
        case .completes, .aborts: break
        }
        responder?.send(body: held.span)
    }

    /// The exchange is over: what has not been told by now will never be.
    func settleUpload() {
        guard let upload else { return }
        if let question = upload.question { gateway.uploads.forget(question) }
        upload.question = nil
        settlePart(hasOpenedOrigin ? .unknown : .unchanged)
    }

    private func settlePart(_ outcome: PartOutcome) {
        guard let upload, upload.owesOutcome, case .part(let key, let number) = upload.step else { return }
        upload.owesOutcome = false
        gateway.uploads.tell(.partEnds(key, number: number, outcome))
    }
}

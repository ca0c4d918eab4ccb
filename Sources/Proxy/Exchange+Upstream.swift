import Admission
import Bytes
import Digest
import HTTP1
import HTTPModel
import OSSModel
import Telemetry

/// The origin's answer on its way to the client: relayed unchanged, compared with the digests on the way.
extension Exchange: UpstreamListener {
    func upstreamHead(_ answer: ResponseHead) {
        guard response == .none, let responder else { return }
        sight.originAnsweredAt = gateway.core.now
        sight.originRequestID = answer.fields.first("x-oss-request-id")
        let isSuccess = (200..<300).contains(answer.status)
        if request != .sent || upstream?.hasUnsentBytes == true {
            // The origin refuses early, which is its right; it cannot have accepted what it has not got.
            guard !isSuccess || !carriesBody else {
                return self.answer(UpstreamFailure(.head, "success before the request was complete"))
            }
            request = .over
        }
        if isSuccess, !originAgrees(answer) {
            return self.answer(UpstreamFailure(.head, "the origin stored other bytes than were sent"))
        }
        download = DownloadCheck(answer, to: view, mode: gateway.settings.integrity.downloads)
        response = .relaying
        noteUploadAnswer(answer)
        sight.status = answer.status
        responder.send(answer)
        if gateway.settings.integrity.lendsDownloads { upstream?.lendBody() }
    }

    func upstreamBody(_ bytes: Span<UInt8>, remaining: UInt64?) {
        guard response == .relaying, let responder else { return }
        // Changed outside, where no access to it has to be watched.
        var check = download
        check.update(bytes)
        download = check
        if remaining == 0, !settleDownload() { return }
        if withholdsAnswer(bytes) { return }
        responder.send(body: bytes)
        if responder.isCongested { upstream?.pauseReading() }
    }

    func upstreamEnd(trailers: Fields) {
        guard response == .relaying, let responder else { return }
        upstream = nil
        if !settleDownload() { return }
        releaseAnswer()
        response = .ended
        responder.finish(trailers: trailers)
        end(.forwarded)
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        upstream = nil
        guard response != .ended, !retries(failure) else { return }
        answer(failure)
    }

    func upstreamDrained() { responder?.resume(.upstreamFull) }

    /// The CRC that the origin says it stored against ours; false when the operator wants that to fail.
    private func originAgrees(_ answer: ResponseHead) -> Bool {
        let mode = gateway.settings.integrity.origin
        guard mode != .off else { return true }
        switch view?.operation {
        case .putObject, .uploadPart, .postObject: break
        case .appendObject:
            // The answer tells the CRC of the whole object: only a first append is comparable.
            guard QueryParameters(head.query).first("position")?.decodedValue == [ASCII.zero] else {
                return true
            }
        default: return true
        }
        guard let stated = answer.fields.first("x-oss-hash-crc64ecma")?.decimal,
            let computed = stage?.objectCRC64
        else { return true }
        let agrees = stated == computed
        gateway.metrics.checked(.crc64, .origin, agrees ? .agreed : .disagreed)
        return agrees || mode == .observe
    }

    /// Judges a download at its end; false when it was cut.
    private func settleDownload() -> Bool {
        guard let agrees = download.verdict() else { return true }
        gateway.metrics.checked(.crc64, .download, agrees ? .agreed : .disagreed)
        guard !agrees, gateway.settings.integrity.downloads == .abort else { return true }
        answer(UpstreamFailure(.body, "the download is corrupt"))
        return false
    }
}

/// The CRC of a whole object on its way to the client against the one that the origin states. Only a 200 to a GET
/// that is neither ranged nor processed carries the object as it is stored.
struct DownloadCheck {
    private var crc = CRC64()
    private var stated: UInt64?

    init() {}

    init(
        _ answer: borrowing ResponseHead, to request: HeadView?, mode: IntegritySettings.Download
    ) {
        guard mode != .off, let request, request.operation == .getObject, request.head.method == .get,
            answer.status == 200, !answer.fields.contains("content-encoding"),
            !request.query.contains("x-oss-process")
        else { return }
        stated = answer.fields.first("x-oss-hash-crc64ecma")?.decimal
    }

    mutating func update(_ bytes: Span<UInt8>) {
        if stated != nil { crc.update(bytes) }
    }

    /// nil when there is nothing to compare, or it has been compared.
    mutating func verdict() -> Bool? {
        defer { stated = nil }
        return stated.map { $0 == crc.value }
    }
}

extension UpstreamConnection {
    /// A piece of a request body in the framing of the request; nothing for an empty piece. `now` is about one with
    /// Content-Length.
    func sendPiece(_ bytes: Span<UInt8>, framing: BodyFraming, now: Bool = false) {
        guard !bytes.isEmpty else { return }
        guard framing == .chunked else { return send(bytes, now: now) }
        var line: [UInt8] = []
        ChunkEncoder.appendHeader(count: bytes.count, to: &line)
        send(line)
        send(bytes)
        send([ASCII.carriageReturn, ASCII.lineFeed])
    }

    func sendLastChunk(_ trailers: Fields) {
        var last: [UInt8] = []
        ChunkEncoder.appendLast(trailers: trailers, to: &last)
        send(last)
    }
}

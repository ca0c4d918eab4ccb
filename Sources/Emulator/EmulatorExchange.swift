import Bytes
import Digest
import HTTPModel
import HTTPServer
import OSSModel

/// One request at the emulator: judged at its head, its body stored or gathered, carried out at its end. A body
/// that does not come whole leaves nothing behind.
final class EmulatorExchange: ExchangeHandler {
    /// The most a body may have that is read whole.
    private static let documentBytesMax = 2 << 20

    let application: EmulatorApplication
    let head: RequestHead
    let id: RequestID
    private let responder: any Responder
    private let skewSeconds: Int64
    private var work = Work.none
    private var hasAnswered = false
    private var sender: ObjectSender?
    /// What the bucket's rules for other origins add to every answer.
    private var crossOrigin = Fields()
    private var callback: CallbackOrder?

    private enum Work {
        case none
        /// The body is data.
        case data(DataBody, EmulatorRequest, (EmulatorRequest, StoredData) throws(OSSError) -> Answer)
        /// The body is a form.
        case form(FormUpload, EmulatorRequest)
        /// There is no body, and bytes have to be copied.
        case copy(EmulatorRequest, (EmulatorRequest) throws(OSSError) -> CopyPlan)
        /// They are being copied.
        case copying(Copying)
        /// All has come; the digests are awaited.
        case digesting
        /// The body is a document, or there is none.
        case document(
            [UInt8], DigestClaims, EmulatorRequest, (EmulatorRequest, [UInt8]) throws(OSSError) -> Answer)
    }

    init(
        _ application: EmulatorApplication, _ head: RequestHead, _ responder: any Responder, id: RequestID,
        skewSeconds: Int64 = 0
    ) {
        self.skewSeconds = skewSeconds
        self.application = application
        self.head = head
        self.responder = responder
        self.id = id
    }

    func start() {
        do throws(OSSError) {
            let request = try EmulatorRequest(head, id: id, store: application.store)
            let settings = request.bucket.flatMap { try? application.store.settings(of: $0) }
            if let settings, !settings.isEmpty {
                crossOrigin = try CrossOrigin(settings)?.fields(request) ?? Fields()
            }
            let operation = try Operations(application.store).route(request)
            try application.checkRegion(request, settings)
            if case .form = operation {} else { try application.authorize(request, skewSeconds: skewSeconds) }
            if let settings, !settings.isEmpty { try Referers.check(request, settings) }
            try Encryption.checkOperation(request)
            try TrafficLimit.check(request)
            if CallbackOrder.applies(to: request) { callback = try CallbackOrder(request) }
            let claims = try DigestClaims(head, isActive: application.settings.verifiesDigests)
            switch operation {
            case .data(let check, let commit):
                try check(request)
                try checkLength()
                work = .data(try DataBody(application.store, application.lanes, claims), request, commit)
            case .form:
                try checkLength()
                work = .form(try FormUpload(application, request, claims, skewSeconds: skewSeconds), request)
            case .copy(let begin): work = .copy(request, begin)
            case .document(let carryOut): work = .document([], claims, request, carryOut)
            }
            responder.sendContinue()
        } catch {
            fail(error)
        }
    }

    private func checkLength() throws(OSSError) {
        switch head.framing {
        case .none: throw CatalogueRow.missingContentLength.error
        case .length(let count) where count > application.settings.limits.uploadBytes:
            throw CatalogueRow.inlineDataTooLarge.error
        case .length, .chunked, .untilClose: break
        }
    }

    // MARK: Body

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {
        guard !hasAnswered else { return }
        do throws(OSSError) {
            switch work {
            case .none, .copy, .copying, .digesting: break
            case .data(let data, _, _):
                try data.append(body)
                guard data.size <= application.settings.limits.uploadBytes else {
                    throw CatalogueRow.inlineDataTooLarge.error
                }
            case .form(let form, _): try form.receive(body)
            case .document(var bytes, let claims, let request, let carryOut):
                guard bytes.count + body.count <= Self.documentBytesMax else {
                    throw CatalogueRow.malformedXML.error
                }
                work = .none
                bytes.append(body)
                work = .document(bytes, claims, request, carryOut)
            }
        } catch {
            fail(error)
        }
    }

    func receiveEnd(trailers: Fields) {
        guard !hasAnswered else { return }
        do throws(OSSError) {
            switch work {
            case .none, .copying, .digesting: break
            case .copy(let request, let begin):
                switch try begin(request) {
                case .answer(let answer): self.answer(answer)
                case .bytes(let copying):
                    work = .copying(copying)
                    continueCopy()
                }
            case .data(let data, let request, let commit):
                finish(data) { (exchange, data) throws(OSSError) in
                    let stored = try data.stored()
                    let answer = try exchange.application.store.keeping(stored) { () throws(OSSError) in
                        try commit(request, stored)
                    }
                    try exchange.settle(answer, request)
                }
            case .form(let form, let request):
                finish(try form.finish()) { (exchange, file) throws(OSSError) in
                    let uploaded = try form.store(file)
                    exchange.callback = try CallbackOrder(
                        uploaded.form.request, formVariables: uploaded.form.variables)
                    try exchange.settle(try uploaded.answer(request), uploaded.form.request)
                }
            case .document(let bytes, let claims, let request, let carryOut):
                try claims.verify(bytes)
                try settle(try carryOut(request, bytes), request)
            }
        } catch {
            fail(error)
        }
    }

    /// Goes on when the digests of a body are known; not at all when the exchange is over by then.
    private func finish(
        _ body: DataBody, _ goOn: @escaping (EmulatorExchange, DataBody) throws(OSSError) -> Void
    ) {
        work = .digesting
        application.finish(body) { [weak self] body in
            guard let self, !self.hasAnswered else { return }
            do throws(OSSError) { try goOn(self, body) } catch { self.fail(error) }
        }
    }

    /// One step, and then what has come meanwhile.
    private func continueCopy() {
        // Without turns of its own the copy is done here and now, in no deeper a stack for all its steps.
        while !hasAnswered, case .copying(let copying) = work {
            do throws(OSSError) {
                if let body = try copying.step(application.lanes) {
                    return finish(body) { (exchange, body) throws(OSSError) in
                        exchange.answer(try copying.finish(body))
                    }
                }
            } catch {
                return fail(error)
            }
            if application.later({ [weak self] in self?.continueCopy() }) { return }
        }
    }

    func receiveFailure(_ failure: BodyFailure) {
        guard !hasAnswered else { return }
        switch failure {
        case .truncated: fail(CatalogueRow.incompleteBody.error)
        case .stalled: fail(CatalogueRow.requestTimeout.error)
        case .malformed: fail(CatalogueRow.gatewayMalformedRequest.error)
        }
    }

    func departed() {
        work = .none
        sender = nil
        hasAnswered = true
    }

    func downstreamDrained() { pump() }

    // MARK: Answers

    /// Answers, once the client's own server has been told if that was ordered. The object is stored whatever comes
    /// of the callback.
    private func settle(_ answer: Answer, _ request: EmulatorRequest) throws(OSSError) {
        guard let callback, (200..<300).contains(answer.status) else { return self.answer(answer) }
        guard let caller = application.callbacks else {
            throw CatalogueRow.callbackFailedConnect.error
        }
        work = .none
        let values = try callback.values(
            request, Operations(application.store), clientAddress: responder.clientAddress)
        caller.call(callback, values: values) { [weak self] outcome in
            guard let self, !self.hasAnswered else { return }
            switch outcome {
            case .failed(let error): self.fail(error)
            case .answered(let body):
                var answer = answer
                answer.status = 200
                answer.fields.removeAll("Content-Type")
                answer.set("Content-Type", "application/json")
                answer.body = .bytes(body)
                self.answer(answer)
            }
        }
    }

    private func answer(_ answer: Answer) {
        hasAnswered = true
        work = .none
        var head = ResponseHead(status: answer.status, fields: answer.fields)
        head.fields.append("x-oss-request-id", id.bytes)
        head.fields.append("x-oss-server-time", "1")
        head.fields.append(contentsOf: crossOrigin)
        switch answer.body {
        case .none:
            head.framing = answer.status == 204 || answer.status == 304 ? .none : .length(0)
            responder.send(head)
            responder.finish()
        case .bytes(let bytes):
            head.framing = .length(UInt64(bytes.count))
            responder.send(head)
            responder.send(body: bytes.span)
            responder.finish()
        case .object(let object, let range):
            head.framing = .length(UInt64(range.count))
            responder.send(head)
            guard self.head.method != .head else { return responder.finish() }
            sender = ObjectSender(application.store.bodies, object, range)
            pump()
        }
    }

    private func pump() {
        guard let sender else { return }
        do throws(StorageFailure) {
            while !responder.isCongested {
                guard let bytes = try sender.next() else {
                    self.sender = nil
                    return responder.finish()
                }
                responder.send(body: bytes.span)
            }
        } catch {
            self.sender = nil
            responder.abort()
        }
    }

    private func fail(_ error: OSSError) {
        hasAnswered = true
        work = .none
        EmulatorApplication.send(error, to: head, id, crossOrigin, responder)
    }
}

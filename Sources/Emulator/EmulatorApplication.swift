import Bytes
package import HTTPModel
package import HTTPServer
import OSSModel

/// The emulator on one shard: makes an exchange of every request.
package final class EmulatorApplication: Application {
    let store: EmulatorStore
    let settings: EmulatorSettings
    private var requestIDs = RequestIDSource()

    package init(store: EmulatorStore, settings: EmulatorSettings) {
        self.store = store
        self.settings = settings
    }

    package func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        let exchange = EmulatorExchange(self, head, responder, id: nextID())
        exchange.start()
        return exchange
    }

    package func refuse(_ failure: HeadFailure, _ responder: any Responder) {
        let error = CatalogueRow.headFailure(status: failure.status).error
        let (head, body) = ErrorDocument.response(error, requestID: nextID(), hostID: [], bodiless: false)
        responder.send(head)
        responder.send(body: body.span)
        responder.finish()
    }

    private func nextID() -> RequestID { requestIDs.next(unixSeconds: settings.now()) }

    /// The signature of a request against the credentials; nothing is checked when there are none.
    func authorize(_ request: EmulatorRequest) throws(OSSError) {
        guard !settings.credentials.isEmpty else { return }
        // Forms carry their own signature, and preflights none.
        if request.head.method == .options { return }
        let verdict = SignatureCheck.verify(
            request.head, bucket: request.bucket.map { Array($0.utf8)[...] }, key: request.key[...],
            now: settings.now()
        ) { id in
            settings.credentials.first { $0.id.utf8.elementsEqual(id) }.map { Array($0.secret.utf8) }
        }
        switch verdict {
        case .valid: return
        case .missing, .otherScheme: throw CatalogueRow.accessDenied1.error
        case .malformed: throw CatalogueRow.authorizationInvalid.error
        case .noValidDate: throw CatalogueRow.authenticationRequiresValidDate.error
        case .expired: throw CatalogueRow.queryExpired.error
        case .invalidAccessKeyID(let id):
            throw CatalogueRow.accessKeyUnknown.with("OSSAccessKeyId", String(decoding: id, as: UTF8.self))
        case .skewed(let seconds):
            throw CatalogueRow.requestTimeTooSkewed
                .with("RequestTime", String(decoding: OSSTime.extended(seconds), as: UTF8.self))
                .with("ServerTime", String(decoding: OSSTime.extended(settings.now()), as: UTF8.self))
                .with("MaxAllowedSkewMilliseconds", "900000")
        case .mismatch(let mismatch): throw Self.error(mismatch)
        }
    }

    private static func error(_ mismatch: SignatureMismatch) -> OSSError {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        var error = CatalogueRow.signatureDoesNotMatch
            .with("OSSAccessKeyId", text(mismatch.accessKeyID))
            .with("SignatureProvided", text(mismatch.signatureProvided))
            .with("StringToSign", text(mismatch.stringToSign))
            .with("StringToSignBytes", text(mismatch.stringToSignBytes))
        if let canonical = mismatch.canonicalRequest {
            error = error.with("CanonicalRequest", text(canonical))
        }
        return error
    }
}

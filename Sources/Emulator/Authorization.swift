import Bytes
import HTTPModel
import OSSModel

extension EmulatorApplication {
    /// Who asks, and may they? Without credentials everything is allowed. With them a signed request may do anything,
    /// and an unsigned one what the access control of bucket and object gives to everybody.
    /// `skewSeconds` is how far the clock that judges is off.
    func authorize(_ request: EmulatorRequest, skewSeconds: Int64) throws(OSSError) {
        // Preflights are never signed.
        let keys = settings.keys.current
        guard !keys.isEmpty, request.head.method != .options else { return }
        try AuthorizationForm.check(request)
        let now = settings.now() + skewSeconds
        let token = Credentials(request.head).token(request.head)
        var unknown: OSSError?
        let verdict = SignatureCheck.verify(
            request.head, bucket: request.bucket.map { Array($0.utf8)[...] }, key: request.key[...], now: now
        ) { id in
            do throws(OSSError) { return try keys.secret(of: id, token: token) } catch { unknown = error }
            return nil
        }
        switch verdict {
        case .valid: return
        case .missing: try authorizeAnonymous(request)
        case .otherScheme: throw CatalogueRow.authorizationInvalid.error
        case .malformed:
            let isField = request.head.fields.contains("authorization")
            throw (isField ? CatalogueRow.authorizationInvalid : .queryAuthIncomplete).error
        case .noValidDate: throw CatalogueRow.authenticationRequiresValidDate.error
        case .expired(let seconds):
            throw CatalogueRow.queryExpired.with("Expires", Operations.extended(seconds))
                .with("ServerTime", Operations.extended(now))
        case .invalidAccessKeyID(let id):
            throw unknown ?? CatalogueRow.accessKeyUnknown.with("OSSAccessKeyId", Self.text(id))
        case .skewed(let seconds):
            throw CatalogueRow.requestTimeTooSkewed.with("RequestTime", Operations.extended(seconds))
                .with("ServerTime", Operations.extended(now))
                .with("MaxAllowedSkewMilliseconds", "\(SignatureCheck.skewSecondsMax * 1_000)")
        case .mismatch(let mismatch): throw Self.error(mismatch)
        }
    }

    private static func error(_ mismatch: SignatureMismatch) -> OSSError {
        let error = CatalogueRow.signatureDoesNotMatch
            .with("OSSAccessKeyId", text(mismatch.accessKeyID))
            .with("SignatureProvided", text(mismatch.signatureProvided))
            .with("StringToSign", text(mismatch.stringToSign))
            .with("StringToSignBytes", text(mismatch.stringToSignBytes))
        guard let canonical = mismatch.canonicalRequest else { return error }
        return error.with("CanonicalRequest", text(canonical))
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func authorizeAnonymous(_ request: EmulatorRequest) throws(OSSError) {
        guard let bucket = request.bucket else { throw CatalogueRow.accessDenied12.error }
        let need = Permission(request)
        if need == .owner { throw CatalogueRow.accessDenied12.error }
        var grant = try store.bucket(bucket).acl
        switch need {
        case .owner, .list:
            guard Self.opensReading(grant) else { throw CatalogueRow.accessDenied4.error }
        case .read:
            if let acl = try store.accessControl(request.key, version: request.version, in: bucket),
                acl != "default"
            {
                grant = acl
            }
            guard Self.opensReading(grant) else { throw CatalogueRow.accessDenied11.error }
            guard !request.parameters.keys.contains(where: { $0.hasPrefix("response-") }) else {
                throw CatalogueRow.responseHeadersAnonymous.error
            }
        case .write:
            guard grant == "public-read-write" else { throw CatalogueRow.accessDenied11.error }
        }
    }

    private static func opensReading(_ grant: String) -> Bool {
        grant == "public-read" || grant == "public-read-write"
    }
}

/// What somebody who is not the owner needs for a request.
private enum Permission {
    /// Nobody else can have it.
    case owner
    case list
    case read
    case write

    private static let ofBucket =
        ["acl", "location", "bucketInfo", "stat", "uploads", "versioning", "versions"]
        + Setting.all.map(\.parameter) + Operations.familyParameters
    private static let ofObject = [
        "acl", "tagging", "live", "vod", "retention", "legalHold", "seal", "x-oss-rename",
    ]

    init(_ request: EmulatorRequest) {
        let isRead = request.head.method == .get || request.head.method == .head
        if request.key.isEmpty {
            let asksMore = Self.ofBucket.contains(where: request.has)
            self = isRead && !asksMore ? .list : request.has("delete") ? .write : .owner
        } else if Self.ofObject.contains(where: request.has) || isRead && request.has("uploadId") {
            self = .owner
        } else if request.head.fields.contains("x-oss-copy-source") {
            // The source needs a permission of its own, which only the owner has for sure.
            self = .owner
        } else {
            self = isRead ? .read : .write
        }
    }
}

import Bytes
import Digest
import HTTPModel
import OSSModel

/// The fields of a form when its file begins: they are what they must be, and whoever filled them in may upload.
struct JudgedForm {
    /// The form as a request of PutObject: its fields as fields of a head.
    let request: EmulatorRequest
    /// Bytes of the file that the policy allows.
    private(set) var sizes: ClosedRange<UInt64> = 0...UInt64.max
    /// `success_action_status`.
    let status: String?
    /// `success_action_redirect`.
    let redirect: String?
    /// `x:` variables of a callback, by their names.
    let variables: [(name: String, value: [UInt8])]

    private let fields: [FormReader.Field]

    init(
        _ fields: [FormReader.Field], _ file: FormReader.FileHead, _ request: EmulatorRequest,
        _ application: EmulatorApplication, now: Int64
    ) throws(OSSError) {
        self.fields = fields
        func value(_ name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }
        guard var key = value("key"), !key.isEmpty else {
            throw CatalogueRow.postMissingField.argument("key", "")
        }
        // The last part of the name of the file stands for the variable.
        let base = file.filename.split(whereSeparator: { $0 == ASCII.slash || $0 == ASCII.backslash }).last
        if let found = key.firstRange(of: Array("${filename}".utf8)) {
            key.replaceSubrange(found, with: base ?? [])
        }
        try EmulatorRequest.check(key: key)
        status = value("success_action_status").map { String(decoding: $0, as: UTF8.self) }
        redirect = value("success_action_redirect").flatMap { text in
            text.isEmpty || text.contains(where: ASCII.isControl)
                ? nil : String(decoding: text, as: UTF8.self)
        }
        variables = fields.filter { $0.name.hasPrefix("x:") }.map { ($0.name, $0.value) }
        self.request = EmulatorRequest(
            head: try Self.head(fields, file, request), bucket: request.bucket, key: key, id: request.id)
        if let policy = value("policy") {
            sizes = try Self.judge(policy, request, application, now, value)
        } else {
            try Self.checkAnonymous(request, application, value)
        }
    }

    /// The fields that stand for those of a head.
    private static func head(
        _ fields: [FormReader.Field], _ file: FormReader.FileHead, _ request: EmulatorRequest
    ) throws(OSSError) -> RequestHead {
        var found = Fields()
        for (name, spelled) in standard {
            if let field = fields.first(where: { $0.name == name }) {
                found.append(spelled, Array(field.value))
            }
        }
        for field in fields where field.name.hasPrefix("x-oss-") {
            guard field.name.utf8.allSatisfy(ASCII.isToken), !field.value.contains(where: ASCII.isControl)
            else { throw CatalogueRow.postUnrecognizedField.argument(field.name, "") }
            found.append(name: Array(field.name.utf8)[...], value: field.value[...])
        }
        let given = fields.first { $0.name == "x-oss-content-type" }?.value ?? file.contentType
        let type = given.isEmpty ? fields.first { $0.name == "content-type" }?.value ?? [] : given
        if !type.isEmpty { found.append("Content-Type", type.filter { !ASCII.isControl($0) }) }
        if let callback = fields.first(where: { $0.name == "callback" }) {
            found.append("x-oss-callback", callback.value)
        }
        var head = request.head
        head.fields = found
        return head
    }

    private static let standard: [(String, Literal)] = [
        ("cache-control", "Cache-Control"), ("content-disposition", "Content-Disposition"),
        ("content-encoding", "Content-Encoding"), ("content-language", "Content-Language"),
        ("expires", "Expires"),
    ]

    // MARK: Who may

    /// A form without a policy is nobody's: its bucket has to be open to all.
    private static func checkAnonymous(
        _ request: EmulatorRequest, _ application: EmulatorApplication, _ value: (String) -> [UInt8]?
    ) throws(OSSError) {
        if value("ossaccesskeyid") != nil || value("signature") != nil {
            throw CatalogueRow.postMissingField.argument("policy", "")
        }
        guard !application.settings.keys.current.isEmpty else { return }
        guard try application.store.bucket(request.requiredBucket()).acl == "public-read-write" else {
            throw CatalogueRow.accessDenied11.error
        }
    }

    /// The bytes of a file that the policy allows.
    private static func judge(
        _ policy: [UInt8], _ request: EmulatorRequest, _ application: EmulatorApplication, _ now: Int64,
        _ value: (String) -> [UInt8]?
    ) throws(OSSError) -> ClosedRange<UInt64> {
        let claim = try SignatureClaim(value)
        let parsed = try PostPolicy(policy)
        let bucket = request.bucket
        try parsed.check(now: now) { name in name == "bucket" ? bucket.map { Array($0.utf8) } : value(name) }
        try claim.verify(policy, application.settings, now: now)
        return parsed.sizes
    }

    /// What a form says of who signed its policy.
    private struct SignatureClaim {
        private let keyID: [UInt8]
        private let signature: [UInt8]
        /// nil for V1.
        private let credential: V4Credential?
        private let time: Int64?
        private let token: [UInt8]?

        init(_ value: (String) -> [UInt8]?) throws(OSSError) {
            token = value("x-oss-security-token")
            guard let version = value("x-oss-signature-version") else {
                guard let keyID = value("ossaccesskeyid"), !keyID.isEmpty else {
                    throw CatalogueRow.postAccessKeyIDEmpty.error
                }
                guard let signature = value("signature"), !signature.isEmpty else {
                    throw CatalogueRow.postSignatureEmpty.error
                }
                (self.keyID, self.signature, credential, time) = (keyID, signature, nil, nil)
                return
            }
            guard version[...].matches("OSS4-HMAC-SHA256") || version[...].matches("OSS2") else {
                throw CatalogueRow.signatureVersion.argument(
                    "x-oss-signature-version", String(decoding: version, as: UTF8.self))
            }
            guard let signature = value("x-oss-signature"), !signature.isEmpty else {
                throw CatalogueRow.postSignatureEmpty.error
            }
            guard let scope = value("x-oss-credential"),
                let credential = V4Credential(scope: scope[...], signature: signature, additionalHeaders: [])
            else { throw CatalogueRow.postMissingField.argument("x-oss-credential", "") }
            guard let date = value("x-oss-date"), let time = OSSTime.parseBasic(date[...]),
                OSSTime.basicDay(time) == credential.date
            else { throw CatalogueRow.postMissingField.argument("x-oss-date", "") }
            (keyID, self.signature, self.credential, self.time) = (
                credential.accessKeyID, signature, credential, time
            )
        }

        func verify(_ policy: [UInt8], _ settings: EmulatorSettings, now: Int64) throws(OSSError) {
            let keys = settings.keys.current
            guard !keys.isEmpty else { return }
            let secret = try keys.secret(of: keyID, token: token)
            let named = String(decoding: keyID, as: UTF8.self)
            let expected: [UInt8]
            if let credential, let time {
                guard (time - 604_800...time + 604_800).contains(now) else {
                    throw CatalogueRow.requestTimeTooSkewed.error
                }
                let key = SignatureV4.signingKey(secret: secret, credential: credential)
                expected = SignatureV4.signature(of: policy, signingKey: key)
            } else {
                expected = SignatureV1.signature(of: policy, secret: secret)
            }
            let (wanted, provided) = (expected, signature)
            guard constantTimeEqual(wanted.span, provided.span) else {
                throw CatalogueRow.signatureDoesNotMatch.with("OSSAccessKeyId", named)
                    .with("SignatureProvided", String(decoding: signature, as: UTF8.self))
                    .with("StringToSign", String(decoding: policy, as: UTF8.self))
            }
        }
    }
}

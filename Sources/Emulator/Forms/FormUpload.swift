import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// A form on its way into the store: read, judged when its file begins, stored as that comes.
final class FormUpload {
    private let operations: Operations
    private let request: EmulatorRequest
    private let application: EmulatorApplication
    private var reader: FormReader
    private var file: DataBody?
    private var isFileWhole = false
    /// Of the whole body, if that is claimed.
    private var md5: MD5?
    private let claims: DigestClaims
    /// How far the clock is off that judges the policy.
    private let skewSeconds: Int64
    /// Known when the file begins.
    private var form: JudgedForm?
    private var bodyBytes: UInt64 = 0

    init(
        _ application: EmulatorApplication, _ request: EmulatorRequest, _ claims: DigestClaims,
        skewSeconds: Int64
    ) throws(OSSError) {
        self.skewSeconds = skewSeconds
        _ = try application.store.bucket(request.requiredBucket())
        let type = request.head.fields.first("content-type") ?? []
        guard type.hasPrefixIgnoringCase("multipart/form-data") else {
            throw CatalogueRow.requestIsNotMultipart.error
        }
        guard let reader = FormReader(contentType: type) else {
            throw CatalogueRow.malformedPostRequest.error
        }
        self.reader = reader
        self.application = application
        self.request = request
        self.claims = claims
        md5 = claims.hasMD5 ? MD5() : nil
        operations = Operations(application.store)
    }

    func receive(_ bytes: Span<UInt8>) throws(OSSError) {
        md5?.update(bytes)
        bodyBytes += UInt64(bytes.count)
        guard bodyBytes <= application.settings.limits.uploadBytes else {
            throw CatalogueRow.postBodyTooLarge.error
        }
        for event in try reader.read(bytes) {
            switch event {
            case .file(let head):
                let now = application.settings.now() + skewSeconds
                let judged = try JudgedForm(reader.fields, head, request, application, now: now)
                try TrafficLimit.check(judged.request)
                form = judged
                file = try DataBody(application.store, application.lanes, claims.ofContent)
            case .data(let data):
                try file?.append(data.span)
                if let size = file?.size, let most = form?.sizes.upperBound, size > most {
                    throw CatalogueRow.entityTooLargePost.with("MaxSizeAllowed", "\(most)")
                        .with("ProposedSize", "\(size)")
                }
            case .fileEnd: isFileWhole = true
            }
        }
    }

    /// The file, when all of the body has come and is what it should be.
    func finish() throws(OSSError) -> DataBody {
        guard let form, let file, isFileWhole, reader.isClosed else {
            throw CatalogueRow.malformedPostRequest.error
        }
        if let digest = md5.take()?.finish() { try claims.verifyBody(md5: digest) }
        guard file.size >= form.sizes.lowerBound else {
            throw CatalogueRow.entityTooSmall.with("MinSizeAllowed", "\(form.sizes.lowerBound)")
                .with("ProposedSize", "\(file.size)")
        }
        return file
    }

    /// Makes an object of the file, whose digests are known.
    func store(_ file: DataBody) throws(OSSError) -> Uploaded {
        guard let form else { preconditionFailure("a form is judged before its file is whole") }
        let stored = try file.stored()
        return try application.store.keeping(stored) { () throws(OSSError) in
            var record = try operations.template(form.request, kind: .normal)
            record.pieces = [stored.piece]
            record.etag = Operations.hex(stored.md5)
            record.crc64 = stored.crc64
            record.contentMD5 = String(decoding: Base64.encode(stored.md5), as: UTF8.self)
            let bucket = try request.requiredBucket()
            try operations.checkKept(request, record.key)
            let version = try application.store.put(
                record, in: bucket, onlyIfAbsent: operations.forbidsOverwrite(form.request))
            return Uploaded(record: record, version: version, form: form)
        }
    }

    /// What became of a form.
    struct Uploaded {
        let record: ObjectRecord
        /// nil where no versions are kept.
        let version: String?
        let form: JudgedForm
    }
}

extension FormUpload.Uploaded {
    /// The answer that the form asked for.
    func answer(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        var answer = Answer(204)
        let bucket = try request.requiredBucket()
        let key = PercentEncoding.encode(record.key, keepingSlash: true)
        let location = "http://\(request.head.authority?.text ?? "")/\(String(decoding: key, as: UTF8.self))"
        if let target = form.redirect {
            answer.status = 303
            let separator = target.contains("?") ? "&" : "?"
            let encoded = String(
                decoding: PercentEncoding.encode(record.key, keepingSlash: false), as: UTF8.self)
            answer.set(
                "Location", "\(target)\(separator)bucket=\(bucket)&key=\(encoded)&etag=%22\(record.etag)%22")
        } else {
            switch form.status {
            case "200": answer.status = 200
            case "201":
                answer = Answer(
                    xml: XMLElement(
                        "PostResponse",
                        [
                            XMLElement("Bucket", bucket), XMLElement("ETag", "\"\(record.etag)\""),
                            XMLElement("Key", String(decoding: record.key, as: UTF8.self)),
                            XMLElement("Location", location),
                        ]
                    ).document)
                answer.status = 201
            default: break
            }
            answer.set("Location", location)
        }
        answer.set("ETag", "\"\(record.etag)\"")
        answer.set("x-oss-hash-crc64ecma", "\(record.crc64)")
        answer.set(version: version)
        answer.set(encryptionOf: record.fields)
        return answer
    }
}

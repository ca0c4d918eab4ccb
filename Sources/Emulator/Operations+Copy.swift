import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// The object that a copy reads.
struct CopySource {
    let record: ObjectRecord
    let bucket: String
    /// nil where its bucket keeps no versions.
    let version: String?

    /// `/bucket/key`, percent-encoded, perhaps with `?versionId=`.
    init(_ request: EmulatorRequest, store: EmulatorStore) throws(OSSError) {
        let field = request.head.fields.first("x-oss-copy-source") ?? []
        let path = field.prefix { $0 != ASCII.question }
        let decoded = PercentEncoding.decode(path) ?? []
        // SDKs leave the first slash out at times.
        let bare = decoded.first == ASCII.slash ? decoded.dropFirst() : decoded[...]
        guard let slash = bare.firstIndex(of: ASCII.slash), slash > bare.startIndex, slash + 1 < bare.endIndex
        else { throw CatalogueRow.copySourceFormat.argument("x-oss-copy-source", field.text) }
        bucket = String(decoding: bare[..<slash], as: UTF8.self)
        let key = Array(bare[(slash + 1)...])
        try EmulatorRequest.check(key: key)
        let version = QueryParameters(field[path.endIndex...].dropFirst()).first("versionId")?.decodedValue
        if version?.isEmpty == true { throw CatalogueRow.versionIDEmpty.error }
        let record = try store.object(
            key, version: version.map { String(decoding: $0, as: UTF8.self) }, in: bucket)
        try record.checkReadable(at: store.settings.now())
        self.record = record
        self.version = try store.bucket(bucket).versioning.map { _ in record.version }
        guard record.size <= store.settings.limits.copyBytes else {
            throw CatalogueRow.entityTooLargeCopy.error
        }
    }
}

/// What a request for a copy comes to.
enum CopyPlan {
    case answer(Answer)
    case bytes(Copying)
}

/// A copy of a run of an object's bytes, made in steps. Its source stays readable until it is done.
final class Copying {
    /// So many bytes are copied before other requests have their turn.
    private static let stepBytesMax = 1 << 20

    private let sender: ObjectSender
    private let store: EmulatorStore
    private let commit: (StoredData) throws(OSSError) -> Answer
    private var body: DataBody?

    init(
        _ source: CopySource, _ range: Range<UInt64>, _ store: EmulatorStore,
        commit: @escaping (StoredData) throws(OSSError) -> Answer
    ) {
        sender = ObjectSender(store.bodies, source.record, range)
        self.store = store
        self.commit = commit
    }

    /// The whole copy, whose digests are still to be asked for; nil as long as there is more to copy.
    func step(_ lanes: MD5Lanes) throws(OSSError) -> DataBody? {
        let body = if let body { body } else { try DataBody(store, lanes) }
        self.body = body
        var copied = 0
        while copied < Self.stepBytesMax {
            let bytes: [UInt8]?
            do throws(StorageFailure) { bytes = try sender.next() } catch { throw Fault.storage(error) }
            guard let bytes else { return body }
            try body.append(bytes.span)
            copied += bytes.count
        }
        return nil
    }

    /// Makes an object of the copy.
    func finish(_ body: DataBody) throws(OSSError) -> Answer {
        let data = try body.stored()
        return try store.keeping(data) { () throws(OSSError) in try commit(data) }
    }
}

extension Operations {
    func copyObject(_ request: EmulatorRequest) throws(OSSError) -> CopyPlan {
        guard !ClientEncryption(request.head).isUsed else { throw CatalogueRow.cseSetOnce.error }
        let bucket = try request.requiredBucket()
        let keepsVersions = try store.bucket(bucket).versioning != nil
        let source = try CopySource(request, store: store)
        try Conditions(request, "x-oss-copy-source-").check(source.record)
        var record = try template(request, kind: .normal)
        if try !replaces(request, "x-oss-metadata-directive") { record.fields = source.record.fields }
        if try !replaces(request, "x-oss-tagging-directive") { record.tags = source.record.tags }
        record.crc64 = source.record.crc64
        // Where versions are kept, a copy onto itself is another version, with bytes of its own.
        let isOntoItself = source.bucket == bucket && source.record.key == request.key && !keepsVersions
        if isOntoItself || source.record.kind == .symlink {
            // Only what is beside the bytes changes; of a link, the link is copied.
            record.kind = source.record.kind
            record.pieces = source.record.pieces
            record.etag = source.record.etag
            record.contentMD5 = source.record.contentMD5
            record.symlinkTarget = source.record.symlinkTarget
            let version = try store.put(record, in: bucket, onlyIfAbsent: forbidsOverwrite(request))
            return .answer(copied(record, version, source))
        }
        if forbidsOverwrite(request) { try store.checkAbsent(request.key, in: bucket) }
        let described = record
        return .bytes(
            Copying(source, 0..<source.record.size, store) { data throws(OSSError) in
                var whole = described
                whole.pieces = [data.piece]
                whole.etag = Self.hex(data.md5)
                whole.contentMD5 = String(decoding: Base64.encode(data.md5), as: UTF8.self)
                whole.modified = now
                let version = try store.put(whole, in: bucket, onlyIfAbsent: forbidsOverwrite(request))
                return copied(whole, version, source)
            })
    }

    private func copied(_ record: ObjectRecord, _ version: String?, _ source: CopySource) -> Answer {
        var xml = XMLWriter()
        xml.element("CopyObjectResult") { xml in
            xml.element("LastModified", Self.extended(record.modified))
            xml.element("ETag", "\"\(record.etag)\"")
        }
        var answer = Answer(xml: xml.bytes)
        answer.set("x-oss-hash-crc64ecma", "\(record.crc64)")
        answer.set("ETag", "\"\(record.etag)\"")
        answer.set(version: version)
        if let version = source.version { answer.set("x-oss-copy-source-version-id", version) }
        answer.set(encryptionOf: record.fields)
        return answer
    }

    /// `COPY` or `REPLACE`, the first when there is none.
    private func replaces(_ request: EmulatorRequest, _ directive: Literal) throws(OSSError) -> Bool {
        guard let text = request.field(directive) else { return false }
        switch text.uppercased() {
        case "REPLACE": return true
        case "COPY": return false
        default: throw Fault.argument(directive.description, Array(text.utf8))
        }
    }
}

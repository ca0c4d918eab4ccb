import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// The object that a copy reads.
struct CopySource {
    let record: ObjectRecord
    let bucket: String

    /// `/bucket/key`, percent-encoded, perhaps with `?versionId=`.
    init(_ request: EmulatorRequest, store: EmulatorStore) throws(OSSError) {
        let field = request.head.fields.first("x-oss-copy-source") ?? []
        let path =
            PercentEncoding.decode(field[..<(field.firstIndex(of: ASCII.question) ?? field.endIndex)]) ?? []
        // SDKs leave the first slash out at times.
        let bare = path.first == ASCII.slash ? path.dropFirst() : path[...]
        guard let slash = bare.firstIndex(of: ASCII.slash), slash > bare.startIndex, slash + 1 < bare.endIndex
        else {
            throw CatalogueRow.copySourceFormat.error
        }
        bucket = String(decoding: bare[..<slash], as: UTF8.self)
        record = try store.object(Array(bare[(slash + 1)...]), in: bucket)
    }

    /// A copy of a run of the bytes with their digests.
    func copy(_ range: Range<UInt64>, _ store: EmulatorStore) throws(OSSError) -> StoredData {
        let sender = ObjectSender(store.bodies, record, range)
        var md5 = MD5()
        var crc = CRC64()
        do throws(StorageFailure) {
            let writer = try store.bodies.begin()
            while let bytes = try sender.next() {
                md5.update(bytes.span)
                crc.update(bytes.span)
                try writer.append(bytes.span)
            }
            return StoredData(piece: try writer.finish(), md5: md5.finish(), crc64: crc.value)
        } catch {
            throw Fault.storage(error)
        }
    }
}

extension Operations {
    func copyObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        _ = try store.bucket(bucket)
        let source = try CopySource(request, store: store)
        try Conditions(request, "x-oss-copy-source-").check(source.record)
        var record = try template(request, kind: .normal)
        if request.field("x-oss-metadata-directive")?.uppercased() != "REPLACE" {
            record.fields = source.record.fields
        }
        if request.field("x-oss-tagging-directive")?.lowercased() != "replace" {
            record.tags = source.record.tags
        }
        if source.bucket == bucket, source.record.key == request.key {
            // Onto itself only what is beside the bytes changes.
            record.kind = source.record.kind
            record.pieces = source.record.pieces
            record.etag = source.record.etag
            record.contentMD5 = source.record.contentMD5
        } else {
            let data = try source.copy(0..<source.record.size, store)
            record.pieces = [data.piece]
            record.etag = Self.hex(data.md5)
            record.contentMD5 = String(decoding: Base64.encode(data.md5), as: UTF8.self)
        }
        record.crc64 = source.record.crc64
        try store.put(record, in: bucket, onlyIfAbsent: forbidsOverwrite(request))
        var xml = XMLWriter()
        xml.element("CopyObjectResult") { xml in
            xml.element("LastModified", Self.extended(record.modified))
            xml.element("ETag", "\"\(record.etag)\"")
        }
        var answer = Answer(xml: xml.bytes)
        answer.set("x-oss-hash-crc64ecma", "\(record.crc64)")
        answer.set("ETag", "\"\(record.etag)\"")
        return answer
    }
}

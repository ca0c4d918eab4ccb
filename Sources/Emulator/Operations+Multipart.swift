import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

extension Operations {
    func initiateUpload(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try ClientEncryption(request.head).checkMultipart()
        let bucket = try request.requiredBucket()
        let template = try template(request, kind: .multipart)
        try checkEncoding(request)
        if forbidsOverwrite(request) { try store.checkAbsent(request.key, in: bucket) }
        let id = Self.uploadID(request)
        try store.initiate(
            UploadRecord(
                id: id, bucket: bucket, key: request.key, initiated: now, acl: template.acl,
                storageClass: template.storageClass, fields: template.fields, tags: template.tags))
        var xml = XMLWriter()
        xml.element("InitiateMultipartUploadResult") { xml in
            xml.element("Bucket", bucket)
            xml.element("Key", Self.encoded(request.key, request))
            xml.element("UploadId", id)
            if Self.encodes(request) { xml.element("EncodingType", "url") }
        }
        var answer = Answer(xml: xml.bytes)
        answer.set(encryptionOf: template.fields)
        return answer
    }

    /// The first digit tells uploads whose parts have to come in order: those have an F, others never.
    private static func uploadID(_ request: EmulatorRequest) -> String {
        let seed = request.id.bytes
        let id = hex(MD5.hash(seed.span))
        if request.has("sequential") { return "F" + id.dropFirst() }
        return id.hasPrefix("F") ? "0" + id.dropFirst() : id
    }

    func checkUploadPart(_ request: EmulatorRequest) throws(OSSError) {
        let number = try partNumber(request)
        let id = request.text("uploadId") ?? ""
        let upload = try store.upload(id, request.key, in: request.requiredBucket())
        let isCopy = request.head.fields.contains("x-oss-copy-source")
        let said = ClientEncryption(request.head)
        let begun = ClientEncryption(upload.record)
        if isCopy, said.isUsed || begun.isUsed { throw CatalogueRow.csePartCopy.error }
        try said.checkPart(number, of: begun)
        let last = upload.parts.keys.max() ?? 0
        guard !id.hasPrefix("F") || number == last + 1 || number == last else {
            throw CatalogueRow.partNotSequential.with("PartNumber", "\(number)")
        }
    }

    func uploadPart(_ request: EmulatorRequest, _ data: StoredData) throws(OSSError) -> Answer {
        let id = request.text("uploadId") ?? ""
        let number = try partNumber(request)
        let upload = try store.upload(id, request.key, in: request.requiredBucket())
        try ClientEncryption(upload.record).checkPart(number, bytes: data.piece.size)
        let part = PartRecord(
            uploadID: id, number: number, piece: data.piece,
            etag: Self.hex(data.md5), crc64: data.crc64, modified: now)
        try store.putPart(part, request.key, in: request.requiredBucket())
        var answer = Answer()
        answer.set("ETag", "\"\(part.etag)\"")
        answer.set("x-oss-hash-crc64ecma", "\(part.crc64)")
        answer.set("Content-MD5", String(decoding: Base64.encode(data.md5), as: UTF8.self))
        return answer
    }

    func uploadPartCopy(_ request: EmulatorRequest) throws(OSSError) -> CopyPlan {
        try checkUploadPart(request)
        let source = try CopySource(request, store: store)
        try Conditions(request, "x-oss-copy-source-").check(source.record)
        let range = ByteRange.ofSource(request, size: source.record.size)
        return .bytes(
            Copying(source, range ?? 0..<source.record.size, store) { data throws(OSSError) in
                _ = try uploadPart(request, data)
                var xml = XMLWriter()
                xml.element("CopyPartResult") { xml in
                    xml.element("LastModified", Self.extended(now))
                    xml.element("ETag", "\"\(Self.hex(data.md5))\"")
                }
                var answer = Answer(xml: xml.bytes)
                // Clients take the ETag of the part from here as they do after UploadPart.
                answer.set("ETag", "\"\(Self.hex(data.md5))\"")
                if let version = source.version { answer.set("x-oss-copy-source-version-id", version) }
                if let range {
                    let last = range.upperBound - 1
                    answer.set("Content-Range", "bytes \(range.lowerBound)-\(last)/\(source.record.size)")
                }
                return answer
            })
    }

    func listParts(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let id = request.text("uploadId") ?? ""
        let countMax = try count(request, "max-parts", fallback: 1000)
        try checkEncoding(request)
        let marker = request.parameters["part-number-marker"]?[...].decimal.flatMap { Int(exactly: $0) } ?? 0
        let upload = try store.upload(id, request.key, in: bucket)
        let matching = upload.parts.values.filter { $0.number > marker }.sorted { $0.number < $1.number }
        let page = matching.prefix(countMax)
        var xml = XMLWriter()
        xml.element("ListPartsResult") { xml in
            xml.element("Bucket", bucket)
            xml.element("Key", Self.encoded(request.key, request))
            if Self.encodes(request) { xml.element("EncodingType", "url") }
            xml.element("UploadId", id)
            xml.element("StorageClass", upload.record.storageClass)
            xml.element("PartNumberMarker", marker)
            xml.element("NextPartNumberMarker", page.last?.number ?? 0)
            xml.element("MaxParts", countMax)
            xml.element("IsTruncated", matching.count > page.count)
            for part in page {
                xml.element("Part") { xml in
                    xml.element("PartNumber", part.number)
                    xml.element("LastModified", Self.extended(part.modified))
                    xml.element("ETag", "\"\(part.etag)\"")
                    xml.element("HashCrc64ecma", part.crc64)
                    xml.element("Size", part.piece.size)
                }
            }
        }
        return Answer(xml: xml.bytes)
    }

    func completeUpload(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let listsAll = request.field("x-oss-complete-all")?.lowercased() == "yes"
        if listsAll, !body.isEmpty { throw Fault.argument("x-oss-complete-all", Array("yes".utf8)) }
        try checkEncoding(request)
        let added = try StoredField.persistent(of: request.head)
        try checkParts(request.key)
        try checkKept(request, request.key)
        let listed = listsAll ? nil : try Self.listedParts(body)
        let begun = try store.upload(request.text("uploadId") ?? "", request.key, in: bucket)
        try ClientEncryption(begun.record).checkList(listed?.count ?? begun.parts.count)
        let (record, version) = try store.complete(
            request.text("uploadId") ?? "", request.key, in: bucket, listed: listed,
            onlyIfAbsent: forbidsOverwrite(request), adding: added)
        let host = request.head.authority?.text ?? ""
        var xml = XMLWriter()
        xml.element("CompleteMultipartUploadResult") { xml in
            if Self.encodes(request) { xml.element("EncodingType", "url") }
            let path = PercentEncoding.encode(request.key, keepingSlash: true)
            xml.element("Location", "http://\(host)/\(String(decoding: path, as: UTF8.self))")
            xml.element("Bucket", bucket)
            xml.element("Key", Self.encoded(request.key, request))
            xml.element("ETag", "\"\(record.etag)\"")
        }
        var answer = Answer(xml: xml.bytes)
        answer.set("ETag", "\"\(record.etag)\"")
        answer.set("x-oss-hash-crc64ecma", "\(record.crc64)")
        answer.set(version: version)
        return answer
    }

    func abortUpload(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.abort(request.text("uploadId") ?? "", request.key, in: request.requiredBucket())
        return Answer(204)
    }

    private static func listedParts(_ body: [UInt8]) throws(OSSError) -> [ListedPart] {
        let document = try document(body)
        guard document.isNamed("CompleteMultipartUpload") else { throw CatalogueRow.malformedXML.error }
        var parts: [ListedPart] = []
        for entry in document.children("Part") {
            guard let number = entry.child("PartNumber")?.trimmedText.decimal, let etag = entry.child("ETag")
            else {
                throw CatalogueRow.malformedXML.error
            }
            guard (1...10_000).contains(number) else { throw CatalogueRow.partNumberRange.error }
            let bare = etag.trimmedText.text.filter { $0 != "\"" }.uppercased()
            parts.append(ListedPart(number: Int(number), etag: bare))
        }
        return parts
    }

    private func partNumber(_ request: EmulatorRequest) throws(OSSError) -> Int {
        guard let text = request.parameters["partNumber"], !text.isEmpty else {
            throw CatalogueRow.partNumberAbsent.error
        }
        guard let number = text[...].decimal, (1...10_000).contains(number) else {
            throw CatalogueRow.partNumberQuery.argument("PartNumber", String(decoding: text, as: UTF8.self))
        }
        return Int(number)
    }
}

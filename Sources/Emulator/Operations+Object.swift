import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

extension Operations {
    // MARK: Upload

    func checkPutObject(_ request: EmulatorRequest) throws(OSSError) {
        let bucket = try request.requiredBucket()
        _ = try store.bucket(bucket)
        for name in ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"] as [Literal]
        where request.head.fields.contains(name) {
            throw CatalogueRow.notImplementedHeader.with("Header", name.description)
        }
        try ClientEncryption(request.head).check()
        _ = try template(request, kind: .normal)
        try checkKept(request, request.key)
        if forbidsOverwrite(request) { try store.checkAbsent(request.key, in: bucket) }
    }

    func putObject(_ request: EmulatorRequest, _ data: StoredData) throws(OSSError) -> Answer {
        var record = try template(request, kind: .normal)
        record.pieces = [data.piece]
        record.etag = Self.hex(data.md5)
        record.crc64 = data.crc64
        record.contentMD5 = String(decoding: Base64.encode(data.md5), as: UTF8.self)
        let version = try store.put(
            record, in: request.requiredBucket(), onlyIfAbsent: forbidsOverwrite(request))
        var answer = uploaded(etag: record.etag, crc64: record.crc64)
        answer.set("Content-MD5", String(decoding: Base64.encode(data.md5), as: UTF8.self))
        answer.set(version: version)
        answer.set(encryptionOf: record.fields)
        return answer
    }

    func checkAppend(_ request: EmulatorRequest) throws(OSSError) {
        try checkSeal(request)
        try ClientEncryption(request.head).check()
        try store.checkAppend(request.key, in: request.requiredBucket(), at: position(request))
        _ = try template(request, kind: .appendable)
    }

    func appendObject(_ request: EmulatorRequest, _ data: StoredData) throws(OSSError) -> Answer {
        try checkSeal(request)
        var first = try template(request, kind: .appendable)
        first.pieces = data.piece.size > 0 ? [data.piece] : []
        first.etag = Self.hex(data.md5)
        first.crc64 = data.crc64
        let appended = try store.append(
            data.piece, crc64: data.crc64, at: position(request), first: first, in: request.requiredBucket())
        var answer = uploaded(etag: appended.etag, crc64: appended.crc64)
        answer.set("x-oss-next-append-position", "\(appended.size)")
        answer.set(version: appended.version)
        return answer
    }

    private func position(_ request: EmulatorRequest) throws(OSSError) -> UInt64 {
        guard let position = request.parameters["position"]?[...].decimal, position <= Int64.max else {
            throw CatalogueRow.missingArgument.with("ArgumentName", "position")
        }
        return position
    }

    private func uploaded(etag: String, crc64: UInt64) -> Answer {
        var answer = Answer()
        answer.set("ETag", "\"\(etag)\"")
        answer.set("x-oss-hash-crc64ecma", "\(crc64)")
        return answer
    }

    // MARK: Download

    func getObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let (record, content) = try resolved(request)
        if request.has("response-content-type"), !store.settings.account.overridesContentType {
            throw CatalogueRow.responseContentType.error
        }
        try checkParts(content.key)
        try content.checkReadable(at: now)
        try Conditions(request, "").check(content)
        var answer = described(record, content, request)
        answer.set(version: try versionToName(record, request))
        guard let range = try ByteRange.requested(request, size: content.size) else {
            answer.body = .object(content, 0..<content.size)
            return answer
        }
        answer.status = 206
        answer.set("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.size)")
        answer.body = .object(content, range)
        return answer
    }

    func headObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let (record, content) = try resolved(request)
        try Conditions(request, "").check(content)
        var answer: Answer
        if request.has("objectMeta") {
            answer = Answer()
            answer.set("ETag", "\"\(content.etag)\"")
            answer.set("Last-Modified", Self.httpDate(max(record.modified, content.modified)))
            answer.set("x-oss-hash-crc64ecma", "\(content.crc64)")
        } else {
            answer = described(record, content, request)
        }
        answer.set(version: try versionToName(record, request))
        answer.body = .object(content, 0..<content.size)
        return answer
    }

    /// The object, and that whose bytes are answered: what a symbolic link leads to.
    private func resolved(
        _ request: EmulatorRequest
    ) throws(OSSError) -> (record: ObjectRecord, content: ObjectRecord) {
        let bucket = try request.requiredBucket()
        let record = try store.object(request.key, version: request.version, in: bucket)
        guard let target = record.symlinkTarget else { return (record, record) }
        guard let found = try store.objectIfAny(target, in: bucket) else {
            throw CatalogueRow.symlinkTargetNotExist.error
        }
        guard found.symlinkTarget == nil else { throw CatalogueRow.invalidTargetType.error }
        return (record, found)
    }

    /// Of a link, the digests and the length are those of its target; everything else is its own.
    private func described(
        _ record: ObjectRecord, _ content: ObjectRecord, _ request: EmulatorRequest
    ) -> Answer {
        var answer = Answer()
        answer.set("ETag", "\"\(content.etag)\"")
        answer.set("Last-Modified", Self.httpDate(max(record.modified, content.modified)))
        answer.set("Accept-Ranges", "bytes")
        answer.set("x-oss-object-type", record.kind.rawValue)
        answer.set("x-oss-storage-class", record.storageClass)
        answer.set("x-oss-hash-crc64ecma", "\(content.crc64)")
        if let md5 = content.contentMD5 { answer.set("Content-MD5", md5) }
        if let restore = content.restoreField(at: now) { answer.set("x-oss-restore", restore) }
        if record.kind == .appendable { answer.set("x-oss-next-append-position", "\(record.size)") }
        if !record.tags.isEmpty { answer.set("x-oss-tagging-count", "\(record.tags.count)") }
        var overridden: Set<String> = []
        for (parameter, field) in Self.overrides {
            guard let value = request.parameters[parameter] else { continue }
            overridden.insert(field)
            answer.fields.append(
                name: Array(field.utf8)[...], value: value.filter { $0 >= 0x20 && $0 != 0x7F }[...])
        }
        for field in record.fields where !overridden.contains(field.name) {
            answer.fields.append(name: Array(field.name.utf8)[...], value: field.value[...])
        }
        return answer
    }

    private static let overrides = [
        ("response-content-type", "Content-Type"), ("response-content-language", "Content-Language"),
        ("response-expires", "Expires"), ("response-cache-control", "Cache-Control"),
        ("response-content-disposition", "Content-Disposition"),
        ("response-content-encoding", "Content-Encoding"),
    ]

    // MARK: Deletion

    func deleteObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try checkKept(request, request.key, version: request.version)
        let deletion = Deletion(key: request.key, version: request.version)
        let result = try store.delete([deletion], in: request.requiredBucket()).first
        var answer = Answer(204)
        if result?.marker != nil { answer.set("x-oss-delete-marker", "true") }
        answer.set(version: result?.version ?? result?.marker)
        return answer
    }

    func deleteObjects(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        _ = try store.bucket(bucket)
        let document = try Self.document(body)
        let entries = document.children("Object")
        guard document.isNamed("Delete"), (1...1000).contains(entries.count) else {
            throw CatalogueRow.malformedXML.error
        }
        // The service takes the encoding of the answer's keys from the query or from a field.
        let encodes = request.text("encoding-type") == "url" || request.field("encoding-type") == "url"
        let isQuiet = document.child("Quiet")?.trimmedText.matchesIgnoringCase("true") == true
        var deletions: [Deletion] = []
        for entry in entries {
            guard let key = entry.child("Key")?.text, !key.isEmpty else {
                throw CatalogueRow.userKeyMustBeSpecified.error
            }
            try EmulatorRequest.check(key: key)
            let version = entry.child("VersionId")?.trimmedText ?? []
            deletions.append(Deletion(key: key, version: version.isEmpty ? nil : version.text))
        }
        for deletion in deletions { try checkKept(request, deletion.key, version: deletion.version) }
        let results = try store.delete(deletions, in: bucket)
        if isQuiet { return Answer() }
        var xml = XMLWriter()
        xml.element("DeleteResult") { xml in
            if encodes { xml.element("EncodingType", "url") }
            for result in results {
                xml.element("Deleted") { xml in
                    let key = result.key
                    xml.element("Key", encodes ? PercentEncoding.encode(key, keepingSlash: false) : key)
                    if let version = result.version { xml.element("VersionId", version) }
                    if let marker = result.marker {
                        xml.element("DeleteMarker", true)
                        xml.element("DeleteMarkerVersionId", marker)
                    }
                }
            }
        }
        return Answer(xml: xml.bytes)
    }

    // MARK: Shared

    /// A record of this request's key with everything that its fields say, and no bytes yet.
    func template(_ request: EmulatorRequest, kind: ObjectRecord.Kind) throws(OSSError) -> ObjectRecord {
        let acl = request.field("x-oss-object-acl") ?? "default"
        try checkObjectACL(acl)
        let bucket = try store.bucket(request.requiredBucket())
        let storageClass = request.field("x-oss-storage-class") ?? bucket.storageClass
        guard Self.storageClasses.contains(storageClass) else {
            throw Fault.argument("x-oss-storage-class", Array(storageClass.utf8))
        }
        let fields = try StoredField.kept(of: request.head) + encryption(request)
        return ObjectRecord(
            key: request.key, kind: kind, pieces: [], etag: "", crc64: 0, contentMD5: nil, modified: now,
            acl: acl, storageClass: storageClass, fields: fields,
            tags: try Tags.parse(header: request.head.fields.first("x-oss-tagging")), symlinkTarget: nil)
    }

    func checkObjectACL(_ acl: String) throws(OSSError) {
        guard ["default", "private", "public-read", "public-read-write"].contains(acl) else {
            throw Fault.argument("x-oss-object-acl", Array(acl.utf8))
        }
    }

    func forbidsOverwrite(_ request: EmulatorRequest) -> Bool {
        request.field("x-oss-forbid-overwrite") == "true"
    }

    static func hex(_ digest: [UInt8]) -> String {
        String(decoding: Hex.encode(digest, upper: true), as: UTF8.self)
    }
    static func httpDate(_ seconds: Int64) -> String {
        String(decoding: OSSTime.httpDate(seconds), as: UTF8.self)
    }
}

extension Operations {
    /// Stores bytes that the emulator made itself under the key of a request, in place of what was there.
    func storeObject(_ request: EmulatorRequest, _ bytes: [UInt8], type: String) throws(OSSError) {
        let stored = try store.keep(bytes)
        var record = try template(request, kind: .normal)
        record.fields.removeAll { $0.name == "Content-Type" }
        record.fields.append(StoredField(name: "Content-Type", value: Array(type.utf8)))
        record.pieces = [stored.piece]
        record.etag = Self.hex(stored.md5)
        record.crc64 = stored.crc64
        record.contentMD5 = String(decoding: Base64.encode(stored.md5), as: UTF8.self)
        let whole = record
        _ = try store.keeping(stored) { () throws(OSSError) in
            try store.put(whole, in: request.requiredBucket(), onlyIfAbsent: false)
        }
    }
}

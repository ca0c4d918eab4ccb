import Bytes
import HTTPModel
import OSSModel
import XML

/// What is kept beside an object's bytes: ACL, tags, symbolic links.
extension Operations {
    func getObjectACL(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let record = try store.object(request.key, version: request.version, in: request.requiredBucket())
        var answer = accessControl(record.acl)
        answer.set(version: try versionToName(record, request))
        return answer
    }

    func putObjectACL(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let acl = request.field("x-oss-object-acl") else { throw CatalogueRow.missingArgument.error }
        try checkObjectACL(acl)
        return try changed(request) { $0.acl = acl }
    }

    func getTagging(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let record = try store.object(request.key, version: request.version, in: request.requiredBucket())
        var answer = Answer(xml: Tags.write(record.tags))
        answer.set(version: try versionToName(record, request))
        return answer
    }

    func putTagging(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let tags = try Tags.parse(document: Self.document(body))
        return try changed(request) { $0.tags = tags }
    }

    func deleteTagging(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try changed(request, status: 204) { $0.tags = [] }
    }

    /// Changes what is kept beside the bytes of an object or of a version.
    private func changed(
        _ request: EmulatorRequest, status: Int = 200, _ change: (inout ObjectRecord) -> Void
    ) throws(OSSError) -> Answer {
        let version = try store.update(
            request.key, version: request.version, in: request.requiredBucket()
        ) { record throws(OSSError) in change(&record) }
        var answer = Answer(status)
        answer.set(version: version)
        return answer
    }

    /// The version of a record, where its bucket keeps versions.
    func versionToName(_ record: ObjectRecord, _ request: EmulatorRequest) throws(OSSError) -> String? {
        try store.bucket(request.requiredBucket()).versioning.map { _ in record.version }
    }

    func putSymlink(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let field = request.head.fields.first("x-oss-symlink-target"),
            let target = PercentEncoding.decode(field), !target.isEmpty
        else { throw CatalogueRow.missingArgument.with("ArgumentName", "x-oss-symlink-target") }
        var record = try template(request, kind: .symlink)
        record.symlinkTarget = target
        record.etag = Self.hex(Array(repeating: 0, count: 16))
        let version = try store.put(
            record, in: request.requiredBucket(), onlyIfAbsent: forbidsOverwrite(request))
        var answer = Answer()
        answer.set("ETag", "\"\(record.etag)\"")
        answer.set(version: version)
        return answer
    }

    func getSymlink(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let record = try store.object(request.key, version: request.version, in: request.requiredBucket())
        guard let target = record.symlinkTarget else { throw CatalogueRow.notSymlink.error }
        var answer = Answer()
        answer.fields.append("x-oss-symlink-target", PercentEncoding.encode(target, keepingSlash: false))
        answer.set("ETag", "\"\(record.etag)\"")
        answer.set("Last-Modified", Self.httpDate(record.modified))
        answer.set(version: try versionToName(record, request))
        return answer
    }
}

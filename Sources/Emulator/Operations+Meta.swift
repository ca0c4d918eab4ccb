import Bytes
import HTTPModel
import OSSModel
import XML

/// What is kept beside an object's bytes: ACL, tags, symbolic links.
extension Operations {
    func getObjectACL(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        accessControl(try store.object(request.key, in: request.requiredBucket()).acl)
    }

    func putObjectACL(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let acl = request.field("x-oss-object-acl") else { throw CatalogueRow.missingArgument.error }
        try checkObjectACL(acl)
        try store.update(request.key, in: request.requiredBucket()) { $0.acl = acl }
        return Answer()
    }

    func getTagging(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        Answer(xml: Tags.write(try store.object(request.key, in: request.requiredBucket()).tags))
    }

    func putTagging(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let tags = try Tags.parse(document: Self.document(body))
        try store.update(request.key, in: request.requiredBucket()) { $0.tags = tags }
        return Answer()
    }

    func deleteTagging(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.update(request.key, in: request.requiredBucket()) { $0.tags = [] }
        return Answer(204)
    }

    func putSymlink(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let field = request.head.fields.first("x-oss-symlink-target"),
            let target = PercentEncoding.decode(field), !target.isEmpty
        else { throw CatalogueRow.missingArgument.with("ArgumentName", "x-oss-symlink-target") }
        var record = try template(request, kind: .symlink)
        record.symlinkTarget = target
        record.etag = Self.hex(Array(repeating: 0, count: 16))
        try store.put(record, in: request.requiredBucket(), onlyIfAbsent: forbidsOverwrite(request))
        var answer = Answer()
        answer.set("ETag", "\"\(record.etag)\"")
        return answer
    }

    func getSymlink(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let record = try store.object(request.key, in: request.requiredBucket())
        guard let target = record.symlinkTarget else { throw CatalogueRow.notSymlink.error }
        var answer = Answer()
        answer.fields.append("x-oss-symlink-target", PercentEncoding.encode(target, keepingSlash: false))
        answer.set("ETag", "\"\(record.etag)\"")
        answer.set("Last-Modified", Self.httpDate(record.modified))
        return answer
    }
}

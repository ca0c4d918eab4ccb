import Digest
import HTTPModel
import OSSModel
import Synchronization
import TestSupport

/// A scripted origin that answers uploads in parts as the service does, and everything else with 200: ids are
/// numbered, the ETag of a part is the MD5 of its body.
enum MultipartOrigin {
    static func make() -> ScriptedOrigin {
        let ids = Ids()
        return ScriptedOrigin(onEnd: { .answer(answer(to: $0, ids)) })
    }

    private final class Ids: Sendable {
        private let last = Atomic<Int>(0)

        func next() -> String { "UPLOAD\(last.wrappingAdd(1, ordering: .relaxed).newValue)" }
    }

    private static func answer(to seen: ScriptedOrigin.Seen, _ ids: Ids) -> [UInt8] {
        let query = QueryParameters(seen.head.query)
        if seen.head.method == .post, query.contains("uploads") {
            return begun(id: ids.next())
        }
        if seen.head.method == .delete { return ScriptedOrigin.ok(status: "204 No Content") }
        guard seen.head.method == .put, query.contains("partNumber") else { return ScriptedOrigin.ok() }
        if seen.head.fields.contains("x-oss-copy-source") {
            return document(
                "<CopyPartResult><ETag>\"0123456789ABCDEF0123456789ABCDEF\"</ETag></CopyPartResult>")
        }
        return ScriptedOrigin.ok(fields: [("ETag", tag(of: seen.body))])
    }

    static func begun(id: String) -> [UInt8] {
        document(
            "<InitiateMultipartUploadResult><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
    }

    static func tag(of body: [UInt8]) -> String {
        var md5 = MD5()
        md5.update(body.span)
        let digits = Array("0123456789ABCDEF")
        return "\"" + md5.finish().map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined() + "\""
    }

    private static func document(_ text: String) -> [UInt8] {
        ScriptedOrigin.ok(fields: [("Content-Type", "application/xml")], body: Array(text.utf8))
    }
}

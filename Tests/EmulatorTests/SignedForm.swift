import Bytes
import OSSModel
import TestSupport
import Testing

/// Forms signed as V4 asks for it.
enum SignedForm {
    static func date(_ now: Int64) -> String { String(decoding: OSSTime.basic(now), as: UTF8.self) }

    static func v4(_ policy: String, id: String, secret: String, date: String) -> FormBody {
        let scope = "\(id)/\(date.prefix(8))/cn-hangzhou/oss/aliyun_v4_request"
        var form = FormBody()
        form.field("key", "k")
        form.field("x-oss-signature-version", "OSS4-HMAC-SHA256")
        form.field("x-oss-credential", scope)
        form.field("x-oss-date", date)
        form.field("policy", policy)
        let credential = V4Credential(scope: Array(scope.utf8)[...], signature: [0], additionalHeaders: [])
        if let credential {
            let key = SignatureV4.signingKey(secret: Array(secret.utf8), credential: credential)
            form.field("x-oss-signature", SignatureV4.signature(of: Array(policy.utf8), signingKey: key))
        }
        return form
    }
}

extension Harness {
    /// Sets the access control of the bucket where requests have to be signed.
    func setACL(_ acl: String, id: String, secret: String) {
        let date = String(decoding: OSSTime.httpDate(clock.now), as: UTF8.self)
        let text = "PUT\n\n\n\(date)\nx-oss-acl:\(acl)\n/bucket/?acl"
        let signature = SignatureV1.signature(of: Array(text.utf8), secret: Array(secret.utf8))
        let reply = send(
            "PUT", "/bucket?acl",
            [
                ("Date", date), ("x-oss-acl", acl),
                ("Authorization", "OSS \(id):\(String(decoding: signature, as: UTF8.self))"),
            ])
        #expect(reply.status == 200, "\(reply.text)")
    }
}

import Admission
import Bytes
import HTTPModel
import OSSModel
import TestSupport
import Testing

@Suite struct RejectionTests {
    private func refusal(_ lines: String...) throws -> Rejection {
        let placeholders = Placeholders(now: vectorTime)
        let text = lines.map { placeholders.expand($0) + "\r\n" }.joined() + "\r\n"
        let verdict = Admission.judge(
            head: try decodeHead([UInt8](text.utf8)), settings: AdmissionSettings(), now: vectorTime)
        return try #require(verdict.rejection)
    }

    private func element(_ name: String, of rejection: Rejection) -> String? {
        rejection.error.elements.first { $0.name == name }?.value
    }

    @Test(arguments: [
        "Basic dXNlcjpzZWNyZXQ=", "dXNlcjpzZWNyZXQ=", "OSSx LTAI:c2VjcmV0",
        "OSS4-HMAC-SHA256 Credential=a,Signature=c2VjcmV0,Unknown=1",
    ])
    func nothingOfAnAuthorizationValueButItsSchemeIsTold(value: String) throws {
        let rejection = try refusal(
            "GET /k HTTP/1.1", "Host: bkt.oss-cn-hangzhou.aliyuncs.com", "Date: {{now_http}}",
            "Authorization: \(value)")
        #expect(rejection.error.code == "InvalidArgument")
        let told = "\(rejection)"
        #expect(!told.contains("c2VjcmV0"))
        #expect(!told.contains("dXNlcjpzZWNyZXQ"))
    }

    @Test func aSkewedTimeIsToldWithOurs() throws {
        let rejection = try refusal(
            "GET /k HTTP/1.1", "Host: bkt.oss-cn-hangzhou.aliyuncs.com", "Date: {{now_http-960}}",
            "Authorization: OSS a:b")
        #expect(element("RequestTime", of: rejection) == "2026-10-15T11:44:00.000Z")
        #expect(element("ServerTime", of: rejection) == "2026-10-15T12:00:00.000Z")
        #expect(element("MaxAllowedSkewMilliseconds", of: rejection) == "900000")
    }

    @Test func methodNotAllowedNamesMethodAndLevel() throws {
        let rejection = try refusal("BREW /k HTTP/1.1", "Host: bkt.oss-cn-hangzhou.aliyuncs.com")
        #expect(element("Method", of: rejection) == "BREW")
        #expect(element("ResourceType", of: rejection) == "Object")
    }

    @Test func notImplementedNamesTheFieldAsReceived() throws {
        let rejection = try refusal(
            "PUT /k HTTP/1.1", "Host: bkt.oss-cn-hangzhou.aliyuncs.com", "Content-Length: 0", "iF-mAtch: *")
        #expect(element("Header", of: rejection) == "iF-mAtch")
        #expect(rejection.error.ec == "0017-00000245")
    }

    @Test func anArgumentIsToldWithItsValue() throws {
        let rejection = try refusal(
            "PUT /k HTTP/1.1", "Host: bkt.oss-cn-hangzhou.aliyuncs.com", "Content-Length: 0",
            "x-oss-object-acl: public")
        #expect(element("ArgumentName", of: rejection) == "x-oss-object-acl")
        #expect(element("ArgumentValue", of: rejection) == "public")
        #expect(rejection.actual == "public")
    }

    @Test func bodyRejections() {
        let digest = Rejection.digestMismatch(
            client: [UInt8]("AAAA".utf8)[...], computed: [UInt8]("BBBB".utf8))
        #expect(digest.phase == .body)
        #expect(digest.rule == BodyRules.contentMD5)
        #expect(digest.error.code == "InvalidDigest")
        #expect(element("ClientComputedContentMD5", of: digest) == "AAAA")
        #expect(element("ServerComputedContentMD5", of: digest) == "BBBB")

        let crc = Rejection.crc64Mismatch(client: [UInt8]("1".utf8)[...], computed: 2)
        #expect(crc.error.code == "InvalidCRC64")
        #expect(crc.expected == "1")
        #expect(crc.actual == "2")

        #expect(Rejection.incompleteBody(expected: 10, received: 3).error.code == "IncompleteBody")
        #expect(Rejection.incompleteBody(expected: nil, received: 3).expected == "the last chunk")
        #expect(Rejection.requestTimeout(received: 3, waitedSeconds: 60).error.code == "RequestTimeout")
        #expect(Rejection.malformedBody("bad chunk").error.code == "InvalidRequest")
    }

    @Test(arguments: [
        (OSSOperation.putObject, "InlineDataTooLarge"), (.uploadPart, "InlineDataTooLarge"),
        (.postObject, "InvalidArgument"), (.deleteMultipleObjects, "MalformedXML"),
        (.putBucketPolicy, "EntityTooLarge"),
    ])
    func aBodyThatGrowsTooLarge(operation: OSSOperation, code: String) {
        #expect(Rejection.bodyTooLarge(operation, limit: 5).error.code == code)
    }

    @Test func bodyLimits() {
        let limits = AdmissionLimits()
        #expect(BodyLimit.bytes(of: .putObject, limits: limits) == 5_368_709_120)
        #expect(BodyLimit.bytes(of: .putBucketCors, limits: limits) == 16_384)
        #expect(BodyLimit.bytes(of: .writeGetObjectResponse, limits: limits) == nil)
        #expect(BodyLimit.bytes(of: .getObject, limits: limits) == nil)
    }
}

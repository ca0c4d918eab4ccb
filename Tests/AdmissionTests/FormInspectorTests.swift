import Admission
import Bytes
import OSSModel
import TestSupport
import Testing

@Suite struct FormInspectorTests {
    private func request(_ form: FormBody, _ body: [UInt8]? = nil) throws -> FormRequest {
        let body = body ?? form.bytes()
        let head =
            "POST / HTTP/1.1\r\nHost: bkt.oss-cn-hangzhou.aliyuncs.com\r\nContent-Type: \(form.contentType)\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        return try FormRequest(Array(head.utf8) + body)
    }

    private func rejections(
        _ form: FormBody, _ body: [UInt8]? = nil, modes: [String: RuleMode] = [:], now: Int64 = vectorTime
    ) throws -> [Rejection] {
        let request = try request(form, body)
        let settings = AdmissionSettings(modes: RuleModes(modes))
        return try request.inspect([request.body], settings: settings, now: now).rejections
    }

    private func form(policy: String? = nil, key: String = "a.txt", content: String = "abc") -> FormBody {
        var form = FormBody()
        form.field("key", key)
        if let policy { form.policy(policy) }
        form.file(Array(content.utf8))
        return form
    }

    /// The moment itself is past: a policy holds until its expiration, not through it.
    @Test func aPolicyHoldsBeforeItsExpiration() throws {
        let signed = form(
            policy:
                "{\"expiration\":\"2026-10-15T12:00:00.999Z\",\"conditions\":[[\"starts-with\",\"$key\",\"\"]]}"
        )
        #expect(try rejections(signed, now: vectorTime - 1) == [])
        let late = try rejections(signed, now: vectorTime)
        #expect(late.map(\.rule.description) == ["policy-expired"])
    }

    @Test func fieldsAreCounted() throws {
        var many = FormBody()
        many.field("key", "k")
        for _ in 1..<FormInspector.fieldsMax { many.field("x", "") }
        var more = many
        many.file([])
        #expect(try rejections(many) == [])
        more.field("x", "")
        more.file([])
        #expect(try rejections(more).map(\.error.code) == ["MaxPOSTPreDataLengthExceededError"])
    }

    /// A flood of tiny fields ends at the limit, long before it has been read.
    @Test func aFloodOfFieldsIsRefusedEarly() throws {
        let request = try request(form(), Array("".utf8))
        var inspector = try #require(
            FormInspector(head: request.head, settings: AdmissionSettings(), now: vectorTime))
        var flood = FormBody()
        for _ in 0..<100 { flood.field("x", "1") }
        let piece = Array("\r\n".utf8) + flood.bytes(closed: false)
        var sent = 0
        var rejections: [Rejection] = []
        while rejections.isEmpty, sent < 1_000 {
            rejections = inspector.take(piece.span) { _ in }
            sent += 1
        }
        #expect(rejections.map(\.rule) == [FormRules.fieldsTooLarge])
        #expect(sent == 11)
        #expect(inspector.take(piece.span) { _ in } == [])
    }

    /// Heads alone can be as large as the values may be.
    @Test func headsOfFieldsAreBoundedTogether() throws {
        var form = FormBody()
        for _ in 0..<900 {
            form.part(
                "Content-Disposition: form-data; name=\"x\"\r\nContent-Type: "
                    + String(repeating: "a", count: 30_000) + "\r\n", [])
        }
        let code = try rejections(form).map(\.error.code)
        #expect(code == ["MaxPOSTPreDataLengthExceededError"])
    }

    @Test func aRuleThatOnlyReportsLetsTheRestBeJudged() throws {
        var faulty = FormBody()
        faulty.field("key", "/a")
        faulty.field("x-oss-object-acl", "public")
        faulty.policy(
            "{\"expiration\":\"2014-12-01T12:00:00Z\",\"conditions\":[[\"content-length-range\",1,2]]}")
        faulty.file(Array("abc".utf8))
        faulty.file(Array("abc".utf8))
        func rules(_ modes: [String: RuleMode]) throws -> [String] {
            try rejections(faulty, modes: modes).map(\.rule.description)
        }
        #expect(try rules([:]) == ["invalid-object-name"])
        #expect(
            try rules(["invalid-object-name": .report, "policy-expired": .off])
                == ["invalid-object-name", "object-acl"])
        let all: [String: RuleMode] = [
            "invalid-object-name": .report, "policy-expired": .report, "object-acl": .report,
            "entity-too-large": .report, "post-file-count": .report,
        ]
        #expect(
            try rules(all)
                == [
                    "invalid-object-name", "policy-expired", "object-acl", "entity-too-large",
                    "post-file-count",
                ])
        #expect(try rules(all.mapValues { _ in .off }) == [])
    }

    /// What cannot be read on is left alone when the operator does not want it refused.
    @Test(arguments: [RuleMode.report, .off])
    func aMalformedFormThatIsNotRefusedIsNotReadOn(mode: RuleMode) throws {
        let found = try rejections(
            form(), Array("no form at all".utf8), modes: ["malformed-post-request": mode])
        #expect(found.count == (mode == .report ? 1 : 0))
        let request = try request(form(), Array("no form at all".utf8))
        let settings = AdmissionSettings(modes: RuleModes(["malformed-post-request": mode]))
        var inspector = try #require(FormInspector(head: request.head, settings: settings, now: vectorTime))
        _ = inspector.take(request.body.span) { _ in }
        #expect(!inspector.holdsOrigin)
        #expect(!inspector.hasWholeFile)
    }

    /// The file is told as it is, whatever in it looks like a boundary.
    @Test func theFileIsTold() throws {
        var form = FormBody()
        form.field("key", "k")
        let content = Array("a\r\n--9431149156168x\r\r\n\r\n--94".utf8)
        form.file(content)
        form.field("submit", "x")
        let request = try request(form)
        for pieces in [[request.body], request.body.map { [$0] }] {
            let found = try request.inspect(pieces, settings: AdmissionSettings())
            #expect(found.file == content)
            #expect(found.isWhole)
        }
    }

    /// A deep, a wide and a long policy: the first two are the origin's to judge, none takes long.
    @Test func largePoliciesAreBounded() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(try rejections(form(policy: deep)) == [])
        let wide =
            "{\"expiration\":\"2099-12-31T12:00:00Z\",\"conditions\":["
            + Array(repeating: "{\"x\":\"1\"}", count: 20_000).joined(separator: ",") + "]}"
        #expect(try rejections(form(policy: wide)) == [])
        let long =
            "{\"expiration\":\"2099-12-31T12:00:00Z\",\"conditions\":[[\"eq\",\"$key\",\""
            + String(repeating: "k", count: 1_000_000) + "\"]]}"
        let found = try rejections(form(policy: long))
        #expect(found.map(\.rule.description) == ["policy-condition-failed"])
        #expect(found.allSatisfy { $0.error.message.utf8.count < 512 })
    }

    /// A long list is shown in part.
    @Test func aLongListIsCutInTheMessage() throws {
        let values = (0..<200).map { "\"v\($0)\"" }.joined(separator: ",")
        let signed = form(
            policy: "{\"expiration\":\"2099-12-31T12:00:00Z\",\"conditions\":[[\"in\",\"$key\",[\(values)]]]}"
        )
        let message = try #require(try rejections(signed).first?.error.message)
        #expect(message.hasSuffix("\"v15\", ...]]"))
    }

    /// No policy, key or signature is written to a record.
    @Test func nothingSecretIsTold() throws {
        var secret = FormBody()
        secret.field("key", "k")
        secret.field("OSSAccessKeyId", "LTAI")
        secret.field("policy", "c2VjcmV0")
        secret.field("x-oss-security-token", "tokentoken")
        secret.file([])
        let told = "\(try rejections(secret))"
        #expect(told.contains("Post request signature is empty."))
        #expect(!told.contains("c2VjcmV0"))
        #expect(!told.contains("tokentoken"))
    }
}

import Bytes
import Digest
import Emulator
import OSSModel
import TestSupport
import Testing

/// PostObject at the emulator: what a form must be, who may send one, and what is answered.
@Suite struct FormTests {
    private static let credentials = [EmulatorKey(id: "LTAIform", secret: "secret/of/forms")]

    private func policy(_ conditions: String, expiration: String = "2030-01-01T00:00:00.000Z") -> String {
        let json = "{\"expiration\":\"\(expiration)\",\"conditions\":[\(conditions)]}"
        return String(decoding: Base64.encode(json.utf8), as: UTF8.self)
    }

    /// A form whose policy is signed as V1 asks for it.
    private func signed(_ policy: String, secret: String = credentials[0].secret) -> FormBody {
        var form = FormBody()
        form.field("key", "dir/${filename}")
        form.field("OSSAccessKeyId", Self.credentials[0].id)
        form.field("policy", policy)
        form.field("Signature", SignatureV1.signature(of: Array(policy.utf8), secret: Array(secret.utf8)))
        return form
    }

    private func post(
        _ emulator: Harness, _ form: FormBody, _ fields: [(String, String)] = [], closed: Bool = true,
        step: Int = 70_000
    ) -> Reply {
        emulator.send(
            "POST", "/bucket", [("Content-Type", form.contentType)] + fields,
            body: form.bytes(closed: closed),
            step: step)
    }

    @Test(arguments: [1, 7, 70_000]) func aFormStoresItsFile(step: Int) throws {
        let emulator = try Harness()
        var form = FormBody()
        form.field("key", "a/b")
        form.field("x-oss-meta-color", "blue")
        form.field("Cache-Control", "no-cache")
        form.field("x-oss-object-acl", "public-read")
        form.file(Array("line\r\n--94311491\r\nend".utf8))
        form.field("submit", "Upload")
        let reply = post(emulator, form, step: step)
        #expect(reply.status == 204, "\(reply.text)")
        #expect(reply.field("etag") != nil)
        let object = emulator.send("GET", "/bucket/a/b")
        #expect(object.text == "line\r\n--94311491\r\nend")
        #expect(object.field("x-oss-meta-color") == "blue")
        #expect(object.field("cache-control") == "no-cache")
        #expect(object.field("content-type") == "text/plain")
        #expect(object.field("x-oss-hash-crc64ecma") == reply.field("x-oss-hash-crc64ecma"))
        #expect(
            emulator.send("GET", "/bucket/a/b?acl").xml.text("AccessControlList", "Grant") == "public-read")
    }

    @Test func whatIsAnswered() throws {
        let emulator = try Harness()
        func reply(_ name: String, _ value: String) -> Reply {
            var form = FormBody()
            form.field("key", "k&1")
            form.field(name, value)
            form.file(Array("x".utf8))
            return post(emulator, form)
        }
        #expect(reply("success_action_status", "200").status == 200)
        #expect(reply("success_action_status", "404").status == 204)
        let created = reply("success_action_status", "201")
        #expect(created.status == 201)
        #expect(created.xml.isNamed("PostResponse"))
        #expect(created.xml.text("Bucket") == "bucket")
        #expect(created.xml.text("Key") == "k&1")
        #expect(created.xml.text("ETag") == created.field("etag"))
        let moved = reply("success_action_redirect", "http://a.example/done?x=1")
        #expect(moved.status == 303)
        let etag = created.field("etag")?.filter { $0 != "\"" } ?? ""
        #expect(
            moved.field("location") == "http://a.example/done?x=1&bucket=bucket&key=k%261&etag=%22\(etag)%22")
    }

    @Test func formsThatAreNone() throws {
        let emulator = try Harness()
        #expect(emulator.send("POST", "/bucket", body: []).code == "RequestIsNotMultiPartContent")
        let bare = emulator.send("POST", "/bucket", [("Content-Type", "multipart/form-data")], body: [])
        #expect(bare.code == "MalformedPOSTRequest")
        var form = FormBody()
        form.file(Array("x".utf8))
        #expect(post(emulator, form).code == "InvalidArgument", "no key")
        form = FormBody()
        form.field("key", "k")
        #expect(post(emulator, form).code == "MalformedPOSTRequest", "no file")
        form.file(Array("x".utf8))
        #expect(post(emulator, form, closed: false).code == "MalformedPOSTRequest", "no end")
        form.file(Array("y".utf8))
        #expect(post(emulator, form).code == "IncorrectNumberOfFilesInPOSTRequest")
        #expect(emulator.send("GET", "/bucket?stat").xml.text("ObjectCount") == "0")
        #expect(post(try Harness { $0.buckets = [] }, form).code == "NoSuchBucket")
    }

    @Test func fieldsHaveLimits() throws {
        let emulator = try Harness()
        var form = FormBody()
        form.field("key", "k")
        form.field("long", [UInt8](repeating: 0x61, count: 2 << 20))
        form.file([])
        #expect(post(emulator, form).status == 204)
        var long = FormBody()
        long.field("long", [UInt8](repeating: 0x61, count: 2 << 20 + 1))
        #expect(post(emulator, long).code == "FieldItemTooLong")
        var many = FormBody()
        for _ in 0..<5 { many.field("long", [UInt8](repeating: 0x61, count: 2 << 20)) }
        #expect(post(emulator, many).code == "MaxPOSTPreDataLengthExceededError")
    }

    @Test func digestsOfAForm() throws {
        let emulator = try Harness()
        var form = FormBody()
        form.field("key", "k")
        form.file(Array("content".utf8))
        func base64(_ bytes: [UInt8]) -> String { String(decoding: Base64.encode(bytes), as: UTF8.self) }
        let whole = form.bytes()
        let content = Array("content".utf8)
        let good = [
            ("Content-MD5", base64(MD5.hash(whole.span))),
            ("x-oss-hash-crc64ecma", "\(CRC64.hash(content.span))"),
        ]
        #expect(
            post(emulator, form, [("Content-MD5", base64(MD5.hash(content.span)))]).code == "InvalidDigest")
        #expect(post(emulator, form, [("x-oss-hash-crc64ecma", "1")]).code == "InvalidCRC64")
        #expect(emulator.send("HEAD", "/bucket/k").status == 404)
        #expect(post(emulator, form, good).status == 204)
    }

    @Test func policiesOfForms() throws {
        let emulator = try Harness()
        func reply(_ conditions: String, size: Int = 3, expiration: String = "2030-01-01T00:00:00.000Z")
            -> Reply
        {
            var form = signed(policy(conditions, expiration: expiration))
            form.file([UInt8](repeating: 0x78, count: size), filename: "a.txt")
            return post(emulator, form)
        }
        #expect(reply("{\"bucket\":\"bucket\"}").status == 204)
        #expect(emulator.send("GET", "/bucket/dir/a.txt").text == "xxx")
        #expect(reply("{\"bucket\":\"bucket\"},[\"starts-with\",\"$key\",\"dir/\"]").status == 204)
        let refused = reply("[\"starts-with\",\"$key\",\"other/\"]")
        #expect(refused.status == 403)
        #expect(
            refused.xml.text("Message")
                == "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$key\", \"other/\"]"
        )
        #expect(reply("[\"in\",\"$bucket\",[\"a\",\"bucket\"]]").status == 204)
        #expect(reply("[\"not-in\",\"$bucket\",[\"a\",\"bucket\"]]").code == "AccessDenied")
        #expect(reply("[\"content-length-range\",1,3]").status == 204)
        #expect(reply("[\"content-length-range\",1,3]", size: 4).code == "EntityTooLarge")
        #expect(reply("[\"content-length-range\",4,9]").code == "EntityTooSmall")
        let expired = reply("{\"bucket\":\"bucket\"}", expiration: "2023-11-14T22:13:19.000Z")
        #expect(expired.status == 403)
        #expect(expired.xml.text("Message") == "Invalid according to Policy: Policy expired.")
        #expect(reply("{\"a\":\"b\",\"c\":\"d\"}").xml.text("Message")?.contains("Simple-Condition") == true)
        #expect(reply("").code == "InvalidPolicyDocument")
        #expect(reply("[\"eq\",\"$key\"]").code == "InvalidPolicyDocument")
    }

    @Test func signaturesOfForms() throws {
        let emulator = try Harness { $0.keys = KeyRing(Self.credentials) }
        let text = policy("{\"bucket\":\"bucket\"}")
        var form = signed(text)
        form.file(Array("x".utf8))
        #expect(post(emulator, form).status == 204)
        form = signed(text, secret: "another")
        form.file(Array("x".utf8))
        let mismatch = post(emulator, form)
        #expect(mismatch.status == 403)
        #expect(mismatch.code == "SignatureDoesNotMatch")
        #expect(mismatch.xml.text("StringToSign") == text)
        var anonymous = FormBody()
        anonymous.field("key", "k")
        anonymous.file(Array("x".utf8))
        #expect(post(emulator, anonymous).code == "AccessDenied")
        let date = SignedForm.date(emulator.clock.now)
        var fourth = SignedForm.v4(
            text, id: Self.credentials[0].id, secret: Self.credentials[0].secret, date: date)
        fourth.file(Array("x".utf8))
        #expect(post(emulator, fourth).status == 204)
        var wrong = SignedForm.v4(text, id: "LTAIother", secret: Self.credentials[0].secret, date: date)
        wrong.file(Array("x".utf8))
        #expect(post(emulator, wrong).code == "InvalidAccessKeyId")
    }

    @Test func formsOfTemporaryKeys() throws {
        let key = Self.credentials[0]
        let emulator = try Harness {
            $0.keys = KeyRing([EmulatorKey(id: key.id, secret: key.secret, token: "right")])
        }
        func code(_ token: String?) -> String? {
            var form = signed(policy("{\"bucket\":\"bucket\"}"))
            if let token { form.field("x-oss-security-token", token) }
            form.file(Array("x".utf8))
            return post(emulator, form).code
        }
        #expect(code("right") == nil)
        #expect(code("wrong") == "InvalidSecurityToken")
        #expect(code(nil) == "InvalidAccessKeyId")
    }

    /// The clock that is off judges the policies of forms, too.
    @Test func theClockOfFormsIsOff() throws {
        let faults = FaultTable()
        let emulator = try Harness { settings in
            settings.keys = KeyRing(Self.credentials)
            settings.faults = faults
        }
        let year: Int64 = 365 * 86_400
        let date = SignedForm.date(emulator.clock.now)
        let text = policy("{\"bucket\":\"bucket\"}", expiration: "2024-01-01T00:00:00.000Z")
        var first = signed(text)
        first.file(Array("x".utf8))
        let lasting = policy("{\"bucket\":\"bucket\"}")
        var fourth = SignedForm.v4(
            lasting, id: Self.credentials[0].id, secret: Self.credentials[0].secret, date: date)
        fourth.file(Array("x".utf8))
        #expect(post(emulator, first).status == 204)
        #expect(post(emulator, fourth).status == 204)
        var rule = FaultRule(.clock(seconds: year))
        rule.operations = [.postObject]
        faults.replace([rule])
        let expired = post(emulator, first)
        #expect(expired.status == 403)
        #expect(expired.message == "Invalid according to Policy: Policy expired.")
        #expect(post(emulator, fourth).code == "RequestTimeTooSkewed")
    }

    @Test func openBucketsTakeFormsOfAnybody() throws {
        let emulator = try Harness { $0.keys = KeyRing(Self.credentials) }
        var form = FormBody()
        form.field("key", "k")
        form.file(Array("x".utf8))
        #expect(post(emulator, form).status == 403)
        emulator.setACL("public-read-write", id: Self.credentials[0].id, secret: Self.credentials[0].secret)
        #expect(post(emulator, form).status == 204)
    }
}

import Admission
import Bytes
import HTTPModel
import TestSupport
import Testing

@Suite struct FormFieldTests {
    /// The fields after a key and before a file.
    private func judge(
        _ fields: [(String, String)], modes: [String: RuleMode] = [:]
    ) -> (rejection: Rejection?, reported: [Rejection]) {
        var form = FormBody()
        form.field("key", "a")
        for (name, value) in fields { form.field(name, value) }
        form.file([])
        var head = Fields()
        head.append("content-type", form.contentType)
        let settings = AdmissionSettings(modes: RuleModes(modes))
        let request = RequestHead(method: .post, target: [UInt8]("/".utf8)[...], fields: head)
        guard var inspector = FormInspector(head: request, settings: settings, now: vectorTime) else {
            return (nil, [])
        }
        var found = inspector.take(form.bytes().span) { _ in }
        guard !inspector.hasWholeFile else { return (nil, found) }
        let rejection = found.popLast()
        return (rejection, found)
    }

    private func base64(_ text: String) -> String { Base64.encode(text.utf8)[...].text }

    @Test func aSoundFormPasses() {
        let callback = #"{"callbackUrl":"http://a.com/","callbackBody":"${bucket}"}"#
        let (rejection, reported) = judge([
            ("X-OSS-Object-ACL", "private"), ("x-oss-storage-class", "IA"),
            ("x-oss-server-side-encryption", "KMS"), ("x-oss-server-side-encryption-key-id", "a-b"),
            ("x-oss-forbid-overwrite", "true"), ("x-oss-traffic-limit", "819200"),
            ("x-oss-persistent-headers", "a:YQ=="), ("callback", base64(callback)), ("x:a", "1"),
        ])
        #expect(rejection == nil)
        #expect(reported.isEmpty)
    }

    @Test(arguments: [
        ("x-oss-object-acl", "Private", "object-acl"), ("X-Oss-Storage-Class", "ia", "storage-class"),
        ("x-oss-server-side-encryption", "AES128", "sse-algorithm-invalid"),
        ("x-oss-forbid-overwrite", "1", "forbid-overwrite"),
        ("x-oss-traffic-limit", "819199", "traffic-limit-range"),
        ("x-oss-persistent-headers", "a:!", "persistent-headers"), ("Callback", "!", "callback-form"),
    ])
    func aValueIsRefusedAsInAHead(field: String, value: String, rule: String) {
        let rejection = judge([(field, value)]).rejection
        #expect(rejection?.rule.description == rule)
        #expect(rejection?.phase == .body)
        #expect(rejection?.error.status == 400)
    }

    @Test func fieldsAreReadWithTheOthers() {
        #expect(judge([("x-oss-server-side-encryption-key-id", "!")]).rejection == nil)
        let kms = [("x-oss-server-side-encryption", "KMS"), ("x-oss-server-side-encryption-key-id", "!")]
        #expect(judge(kms).rejection?.rule == "kms-key-id-invalid")
        let conflict = [("x-oss-persistent-headers", "expires:YQ=="), ("Expires", "b")]
        #expect(judge(conflict).rejection?.error.message.contains("not equal to reqeust header") == true)
    }

    @Test func everyOccurrenceIsLookedAt() {
        let twice = [("x-oss-object-acl", "private"), ("x-oss-object-acl", "public")]
        #expect(judge(twice).rejection?.actual == "public")
        #expect(judge([twice[0], twice[0]]).rejection == nil)
    }

    @Test func theChecksOfACallbackKeepTheirOrderAndModes() {
        let callback = [("callback", base64(#"{"callbackUrl":"10.0.0.1","callbackHost":1}"#))]
        #expect(judge(callback).rejection?.rule == "callback-private-address")
        let modes: [String: RuleMode] = ["callback-private-address": .report]
        let (rejection, reported) = judge(callback, modes: modes)
        #expect(reported.map(\.rule) == ["callback-private-address"])
        #expect(rejection?.rule == "callback-content")
        #expect(judge(callback, modes: modes.merging(["callback-content": .off]) { $1 }).rejection == nil)
    }

    @Test func ofALongValueNotAllIsTold() throws {
        for field in ["x-oss-object-acl", "callback", "x-oss-traffic-limit"] {
            let value = String(repeating: "!", count: 2_000_000)
            let rejection = try #require(judge([(field, value)]).rejection)
            #expect("\(rejection)".utf8.count < 40_000)
        }
    }

    /// Pages send the inputs that nobody filled in; they ask for nothing.
    @Test func emptyFieldsAreNone() {
        let names = ["x-oss-storage-class", "x-oss-object-acl", "callback", "x-oss-persistent-headers"]
        #expect(judge(names.map { ($0, " ") }).rejection == nil)
    }

    /// A field that no header has the name of cannot be at odds with a persistent one.
    @Test func otherFieldsAreNoHeaders() {
        #expect(judge([("x-oss-persistent-headers", "a:YQ=="), ("A", "b")]).rejection == nil)
    }
}

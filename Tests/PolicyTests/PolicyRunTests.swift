import Bytes
import TestSupport
import Testing

@testable import Admission

/// Which rule decides, and when.
@Suite struct PolicyRunTests {
    @Test func theFirstMatchWins() throws {
        let rules = try policy(
            """
            { "name": "free", "when": { "key": "incoming/free/**" } },
            { "name": "strict", "when": { "key": "incoming/**" }, "refuse": true,
              "otherwise": { "code": "InvalidArgument", "message": "no" } },
            { "name": "never", "when": { "key": "incoming/**" }, "refuse": true }
            """)
        let refused = PolicyRequest().judge(by: rules)
        #expect(refused.decision == "strict")
        #expect(
            refused.events == [PolicyEvent(rule: 1, kind: .matched), PolicyEvent(rule: 1, kind: .refused)])
        #expect(refused.rejections.map(\.error.status) == [400])
        #expect(refused.rejections.map(\.error.message) == ["no"])
        let free = PolicyRequest("PUT", "/incoming/free/x").judge(by: rules)
        #expect(free.decision == "allow")
        #expect(free.events == [PolicyEvent(rule: 0, kind: .matched)])
        let other = PolicyRequest("PUT", "/elsewhere").judge(by: rules)
        #expect(other.decision == "allow")
        #expect(other.events == [])
    }

    /// Reports tell what each rule alone would have refused, and decide nothing.
    @Test func reportsDoNotDecide() throws {
        let rules = try policy(
            """
            { "name": "one", "refuse": true, "mode": "report" },
            { "name": "two", "when": { "bucket": "photos" }, "require": { "size": { "max": 3 } }, "mode": "report" },
            { "name": "three", "require": { "size": { "max": 5 } } },
            { "name": "four", "refuse": true, "mode": "report" }
            """)
        let small = PolicyRequest(body: Array("abcd".utf8)).judge(by: rules)
        #expect(small.decision == "allow")
        #expect(small.reported == ["one", "two"])
        #expect(small.events.filter { $0.kind == .wouldRefuse }.map(\.rule) == [0, 1])
        let large = PolicyRequest(body: Array("abcdef".utf8)).judge(by: rules)
        #expect(large.decision == "three")
        #expect(large.reported == ["one", "two"])
    }

    /// With a declared length nothing of the body is needed; counted, the first byte too many is enough.
    @Test func sizesAreDeclaredOrCounted() throws {
        let rules = try policy(
            "{ \"name\": \"size\", \"require\": { \"size\": { \"min\": 2, \"max\": 2500 } } }")
        func at(_ count: Int, _ isChunked: Bool) -> Int? {
            PolicyRequest(body: [UInt8](repeating: 1, count: count), isChunked: isChunked).judge(by: rules)
                .refusedAt
        }
        #expect(at(2500, false) == nil)
        #expect(at(2501, false) == 0)
        #expect(at(1, false) == 0)
        #expect(at(2500, true) == nil)
        #expect(at(10_000, true) == 3000)
        #expect(at(1, true) == 1)
        #expect(at(0, false) == 0)
        let append = PolicyRequest("POST", "/k?append&position=2000", body: [UInt8](repeating: 1, count: 501))
        #expect(append.judge(by: rules).decision == "size")
        var chunked = PolicyRequest(
            "POST", "/k?append&position=2000", body: [UInt8](repeating: 1, count: 500))
        chunked.isChunked = true
        #expect(chunked.judge(by: rules).decision == "allow")
    }

    @Test func partsAreJudgedAloneAndTogether() throws {
        let rules = try policy(
            "{ \"name\": \"sum\", \"require\": { \"size\": { \"min\": 100, \"max\": 1000 }, \"partSize\": { \"max\": 600 } } }"
        )
        func part(_ count: Int, others: UInt64?, isChunked: Bool = false) -> String {
            var request = PolicyRequest(
                "PUT", "/k?partNumber=2&uploadId=U", body: [UInt8](repeating: 1, count: count),
                isChunked: isChunked)
            request.uploadBytes = others
            return request.judge(by: rules).decision
        }
        #expect(part(600, others: nil) == "allow")
        #expect(part(601, others: nil) == "sum")
        #expect(part(600, others: 400) == "allow")
        #expect(part(600, others: 401) == "sum")
        #expect(part(600, others: 401, isChunked: true) == "sum")
        #expect(part(600, others: 400, isChunked: true) == "allow")
        #expect(part(600, others: .max) == "sum")
        func completion(_ sum: UInt64?) -> String {
            var request = PolicyRequest("POST", "/k?uploadId=U", body: Array("<x/>".utf8))
            request.uploadBytes = sum
            return request.judge(by: rules).decision
        }
        #expect(completion(1000) == "allow")
        #expect(completion(1001) == "sum")
        #expect(completion(99) == "sum")
        #expect(completion(nil) == "allow")
        // Without its first part nobody has seen how the object begins.
        let typed = try policy(
            "{ \"name\": \"type\", \"require\": { \"detectedType\": \"image/*\" }, \"unknown\": \"refuse\" }")
        var request = PolicyRequest("POST", "/k?uploadId=U", body: Array("<x/>".utf8))
        #expect(request.judge(by: typed).decision == "allow")
        request.beginsWithFirst = false
        #expect(request.judge(by: typed).decision == "type")
    }

    @Test func typesAreDetectedInTheFirstBytes() throws {
        let rules = try policy("{ \"name\": \"type\", \"require\": { \"detectedType\": \"image/*\" } }")
        let text = [UInt8](repeating: 0x61, count: 10_000)
        #expect(PolicyRequest(body: text).judge(by: rules).refusedAt == 2000)
        #expect(PolicyRequest(body: Array(text.prefix(5))).judge(by: rules).refusedAt == 5)
        #expect(PolicyRequest(body: PolicyRequest.png + text).judge(by: rules).decision == "allow")
        #expect(PolicyRequest().judge(by: rules).decision == "type")
        #expect(
            PolicyRequest("PUT", "/k?partNumber=1&uploadId=U", body: text).judge(by: rules).decision == "type"
        )
        #expect(
            PolicyRequest("PUT", "/k?partNumber=2&uploadId=U", body: text).judge(by: rules).decision
                == "allow")
        #expect(PolicyRequest("POST", "/k?append&position=0", body: text).judge(by: rules).decision == "type")
        #expect(
            PolicyRequest("POST", "/k?append&position=9", body: text).judge(by: rules).decision == "allow")
    }

    /// A rule that waits for the body keeps those after it waiting, but nothing goes out meanwhile.
    @Test func whatTheBodyDecidesComesInOrder() throws {
        let rules = try policy(
            """
            { "name": "images", "when": { "detectedType": "image/*" }, "require": { "size": { "max": 3000 } } },
            { "name": "programs", "when": { "detectedType": "application/x-executable" }, "refuse": true },
            { "name": "rest", "require": { "size": { "max": 2000 } } }
            """)
        let png = PolicyRequest.png + [UInt8](repeating: 0, count: 2500)
        #expect(PolicyRequest(body: png).judge(by: rules).decision == "allow")
        #expect(PolicyRequest(body: png, isChunked: true).judge(by: rules).decision == "allow")
        #expect(PolicyRequest(body: png + png).judge(by: rules).decision == "images")
        #expect(PolicyRequest(body: png + png, isChunked: true).judge(by: rules).decision == "images")
        #expect(PolicyRequest(body: [0x7F, 0x45, 0x4C, 0x46]).judge(by: rules).decision == "programs")
        let text = [UInt8](repeating: 0x61, count: 2500)
        #expect(PolicyRequest(body: text).judge(by: rules).decision == "rest")
        #expect(
            PolicyRequest(body: Array(text.prefix(2000)), isChunked: true).judge(by: rules).decision
                == "allow")
        let verdict = Admission.judge(
            head: PolicyRequest(body: text).head, settings: AdmissionSettings(), now: 0)
        var run = PolicyRun(rules, client: PolicyClient(address: "unix"))
        _ = run.begin(verdict.view)
        #expect(run.holdsOrigin)
        _ = run.take(text.span)
        #expect(!run.holdsOrigin)
    }

    /// Reports wait for bytes, but hold nothing back for them.
    @Test func reportsHoldNothing() throws {
        let rules = try policy(
            "{ \"name\": \"r\", \"require\": { \"detectedType\": \"image/*\" }, \"mode\": \"report\" }")
        let request = PolicyRequest(body: [1, 2, 3])
        let verdict = Admission.judge(head: request.head, settings: AdmissionSettings(), now: 0)
        var run = PolicyRun(rules, client: PolicyClient(address: "unix"))
        #expect(run.begin(verdict.view).isEmpty)
        #expect(!run.holdsOrigin)
        #expect(request.judge(by: rules).reported == ["r"])
    }

    @Test func recordsTellWhatWasAskedAndNoSecret() throws {
        let rules = try policy(
            "{ \"name\": \"r\", \"require\": { \"header\": { \"authorization\": \"OSS x*\" } } }")
        let request = PolicyRequest("PUT", "/k", ["Authorization": "OSS LTAIone:secretsignature"])
        let rejection = try #require(request.judge(by: rules).rejections.first)
        #expect(rejection.expected == "field authorization: OSS x*")
        #expect(rejection.actual == "another value")
        #expect(rejection.error.code == "AccessDenied")
        #expect(rejection.error.status == 403)
        #expect(rejection.ruleName == "r")
    }

    @Test func anUploadInPartsIsNamedByAnyOfIts() throws {
        let rules = try policy(
            "{ \"name\": \"r\", \"when\": { \"operation\": \"UploadPart\" }, \"refuse\": true }")
        #expect(PolicyRequest("POST", "/k?uploads").judge(by: rules).decision == "r")
        #expect(PolicyRequest("PUT", "/k?partNumber=1&uploadId=U").judge(by: rules).decision == "r")
        #expect(PolicyRequest("PUT", "/k").judge(by: rules).decision == "allow")
    }

    private func deletion(_ keys: [String]) -> PolicyRequest {
        let objects = keys.map { "<Object><Key>\($0)</Key></Object>" }.joined()
        return PolicyRequest("POST", "/?delete", body: Array("<Delete>\(objects)</Delete>".utf8))
    }

    /// Each key that a document lists is judged as if it were deleted alone; a rule that names DeleteObject is about
    /// them too.
    @Test func keysInDocumentsAreJudged() throws {
        let rules = try policy(
            """
            { "name": "temporary", "when": { "operation": "DeleteObject", "key": "tmp/**" } },
            { "name": "watched", "when": { "key": "old/**" }, "refuse": true, "mode": "report" },
            { "name": "kept", "when": { "operation": "DeleteObject" }, "refuse": true }
            """)
        #expect(deletion(["tmp/a", "tmp/b"]).judge(by: rules).decision == "allow")
        let refused = deletion(["tmp/a", "old/a", "old/b", "keep/&amp;<![CDATA[<]]>", "keep/b"]).judge(
            by: rules)
        #expect(refused.decision == "kept")
        // What reports say is said once a request; the key that first gave rise to each is told.
        #expect(refused.reported == ["watched"])
        #expect(refused.events.map(\.kind) == [.matched, .matched, .wouldRefuse, .matched, .refused])
        #expect(refused.rejections.map(\.actual).last == "one that the rule matches, for the key old/a")
        #expect(deletion([]).judge(by: rules).decision == "kept")
        #expect(PolicyRequest("DELETE", "/keep/a").judge(by: rules).decision == "kept")
        #expect(PolicyRequest("DELETE", "/tmp/a").judge(by: rules).decision == "allow")
        let escaped = try policy("{ \"name\": \"r\", \"when\": { \"key\": \"keep/&<\" }, \"refuse\": true }")
        #expect(deletion(["a", "keep/&amp;<![CDATA[<]]>"]).judge(by: escaped).decision == "r")
        let demanded = try policy(
            "{ \"name\": \"r\", \"when\": { \"operation\": \"DeleteObject\" }, \"require\": { \"keyLength\": { \"max\": 3 } } }"
        )
        #expect(deletion(["abc"]).judge(by: demanded).decision == "allow")
        #expect(deletion(["abc", "abcd"]).judge(by: demanded).decision == "r")
    }

    /// Where no rule looks at keys, the head of a deletion is enough.
    @Test func otherRulesRefuseDeletionsByTheirHead() throws {
        let rules = try policy(
            """
            { "name": "r", "when": { "operation": "DeleteMultipleObjects", "bucket": "photos" }, "refuse": true },
            { "name": "puts", "when": { "operation": "PutObject", "key": "a" }, "refuse": true }
            """)
        #expect(deletion(["a"]).judge(by: rules).refusedAt == 0)
    }

    /// A form whose grammar rules are off is judged by what was read of it; what that leaves open is not known.
    @Test(arguments: [RuleMode.report, .off])
    func formsThatCannotBeReadAreJudgedByWhatWas(mode: RuleMode) throws {
        let rules = try policy(
            """
            { "name": "key", "when": { "key": "secret/**" }, "refuse": true },
            { "name": "size", "when": { "key": "sized" }, "require": { "size": { "max": 3 } }, "unknown": "refuse" },
            { "name": "lenient", "when": { "key": "lenient" }, "require": { "detectedType": "image/*" } }
            """)
        var modes: [String: RuleMode] = [:]
        for name in FormRules.names { modes[name] = mode }
        let settings = AdmissionSettings(modes: RuleModes(modes), policy: rules)
        func decision(_ key: String, _ rest: String) -> String {
            let form =
                "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n\(key)\r\n--b\r\n\(rest)"
            let request = PolicyRequest(
                "POST", "/", ["Content-Type": "multipart/form-data; boundary=b"], body: Array(form.utf8))
            return request.judgeForm(
                settings, PolicyRun(rules, client: PolicyClient(address: "192.0.2.7"))
            ).decision
        }
        let file = "Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nab"
        for (key, expected) in [("secret/a", "key"), ("sized", "size"), ("lenient", "allow"), ("x", "allow")]
        {
            // A part without a name; the end in the middle of the fields, and in that of the file; no file at all.
            #expect(decision(key, "Nonsense\r\n\r\nab\r\n--b--\r\n") == expected)
            #expect(decision(key, "Content-Dis") == expected)
            #expect(decision(key, file) == expected)
            #expect(
                decision(key, "Content-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--\r\n") == expected)
        }
        #expect(decision("sized", file + "\r\n--b--\r\n") == "allow")
    }
}

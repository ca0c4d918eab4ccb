import Bytes
import TestSupport
import Testing

@testable import Admission

/// Whatever rules look at: an index leaves out no rule whose `when` holds, and few others.
@Suite struct PolicyClueTests {
    /// Values that overlap in their beginnings and ends, and patterns of them.
    private static let words = ["a", "ab", "abc", "b", "bc", "abcab", "AB", "none"]
    private static let patterns = [
        "a", "ab", "abc", "a*", "*c", "*bc", "a*c", "**", "?b", "{a,b}*", "[ab]c", "!a", "re:ab?",
        "re:(?i)ab",
        "re:.*bc", "re:a(bc)+", "re:ab|bc", "AB", "n*e",
    ]
    private static let keys = ["a/b.x", "a/b/c.x", "b.y", "a/b/c.y", "B.X", "c/d.x"]
    private static let keyPatterns = [
        "a/**", "**.x", "a/**.y", "**/c.x", "*", "a/b/*", "b.y", "{a,c}/**", "re:a/.*x", "re:.*/c\\\\.y",
        "re:(a|b)/.*", "!**.x", "re:(?i)b\\\\.x",
    ]
    private static let addresses = [
        "10.0.0.1", "10.1.2.3", "192.168.7.9", "2001:db8::1", "::ffff:10.0.0.1", "unix", "?",
    ]
    private static let ranges = [
        "10.0.0.0/8", "10.0.0.0/24", "10.0.0.1", "0.0.0.0/0", "2001:db8::/32", "::/0", "unix",
        "192.168.0.0/16",
    ]
    private static let types = [
        "image/png", "IMAGE/PNG", "image/svg+xml", "text/plain; charset=a", "video/mp4",
    ]
    private static let typePatterns = [
        "image/*", "*/png", "!image/svg+xml", "text/plain", "re:IMAGE/.*", "*+xml",
    ]

    private static func list(_ items: [String], _ generator: inout SeededGenerator) -> String {
        let chosen = (0..<Int.random(in: 1...2, using: &generator)).compactMap { _ in
            items.randomElement(using: &generator)
        }
        return "[" + chosen.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    private static func rule(_ name: Int, _ generator: inout SeededGenerator) -> String {
        var when: [String] = []
        func add(_ condition: String, _ items: [String]) {
            guard Int.random(in: 0..<6, using: &generator) == 0 else { return }
            let list = list(items, &generator)
            when.append(condition.hasSuffix("}") ? condition.dropLast() + list + "}" : condition + list)
        }
        add("\"operation\":", ["PutObject", "GetObject", "CopyObject", "upload"])
        add("\"bucket\":", ["abc", "ab*", "*bc", "bcd", "re:a.*"])
        add("\"key\":", keyPatterns)
        add("\"sourceAddress\":", ranges)
        add("\"accessKeyId\":", patterns + ["anonymous"])
        add("\"header\":{\"X-One\":}", patterns)
        add("\"contentType\":", typePatterns)
        add("\"userAgent\":", patterns)
        add("\"tlsClientName\":", patterns)
        add("\"kmsKeyId\":", patterns)
        add("\"tags\":{\"t\":}", patterns)
        add("\"metadata\":{\"m\":}", patterns)
        add("\"copySource\":", ["abc/*", "**.x", "abc/a/**"])
        return "{\"name\":\"r\(name)\",\"when\":{\(when.joined(separator: ","))},\"refuse\":true}"
    }

    private static func request(_ generator: inout SeededGenerator) -> (PolicyRequest, PolicyClient) {
        func one(_ items: [String]) -> String { items.randomElement(using: &generator) ?? "" }
        var fields: [String: String] = [:]
        for name in ["X-One", "User-Agent", "x-oss-server-side-encryption-key-id", "x-oss-meta-m"]
        where Bool.random(using: &generator) {
            fields[name] = one(words)
        }
        if Bool.random(using: &generator) { fields["Content-Type"] = one(types) }
        if Bool.random(using: &generator) { fields["x-oss-tagging"] = "t=" + one(words) }
        if Bool.random(using: &generator) { fields["Authorization"] = "OSS " + one(words) + ":c2ln" }
        if Bool.random(using: &generator) { fields["x-oss-copy-source"] = "/abc/" + one(keys) }
        var sent = PolicyRequest(one(["PUT", "PUT", "GET"]), "/" + one(keys), fields)
        sent.host = "\(one(["abc", "ABC", "bcd", "abd"])).oss-cn-hangzhou.aliyuncs.com"
        let name = Bool.random(using: &generator) ? Array(one(words).utf8)[...] : nil
        return (sent, PolicyClient(address: one(addresses), tlsName: name))
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func noRuleThatMatchesIsLeftOut(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let text = (0..<Int.random(in: 1...60, using: &generator)).map { Self.rule($0, &generator) }
            .joined(separator: ",")
        let compiled = try policy(text)
        for _ in 0..<100 {
            let (sent, client) = Self.request(&generator)
            let view = Admission.judge(head: sent.head, settings: AdmissionSettings(), now: sent.now).view
            let subject = PolicySubject(view, client)
            let matching = compiled.rules.indices.filter { place in
                let rule = compiled.rules[place]
                return rule.operations.map { view.isOne(of: $0) } ?? true
                    && rule.head.allSatisfy { $0.answer(subject, .any) == .yes }
            }
            let found = compiled.index.candidates(subject, subject.bodyFacts)
            #expect(Set(found).isSuperset(of: matching.map { Int32($0) }), "\(sent) by \(text)")
            #expect(zip(found, found.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    /// A hundred rules that one condition tells apart: a request meets the rule that is about it, and no other.
    @Test(arguments: [
        "\"bucket\":\"b-%\"", "\"bucket\":\"*-b-%-x\"", "\"key\":\"k-%/**\"", "\"key\":\"**/k-%.jpg\"",
        "\"key\":\"same/**/k-%.jpg\"", "\"key\":\"re:k-%/.*\"", "\"key\":\"re:.*/k-%[.]jpg\"",
        "\"key\":\"{k,l}-%/**\"", "\"sourceAddress\":\"10.7.%.0/24\"",
        "\"sourceAddress\":\"2001:db8:%::/48\"",
        "\"accessKeyId\":\"key-%\"", "\"header\":{\"x-team\":\"team-%\"}", "\"contentType\":\"Image/X-%\"",
        "\"userAgent\":\"agent-%/*\"", "\"tlsClientName\":\"client-%\"", "\"kmsKeyId\":\"kms-%\"",
        "\"tags\":{\"t\":\"tag-%\"}", "\"metadata\":{\"m\":\"meta-%\"}", "\"copySource\":\"b-%/**\"",
        "\"callbackHost\":\"host-%.example.com\"",
        "\"bucket\":\"same\",\"key\":\"same/**\",\"accessKeyId\":\"key-%\"",
        "\"keyLength\":{\"min\":%,\"max\":%}", "\"size\":{\"min\":%,\"max\":%}",
        "\"time\":{\"notBefore\":\"20%-01-01T00:00:00Z\",\"notAfter\":\"20%-12-31T00:00:00Z\"}",
    ])
    func oneConditionTellsRulesApart(condition: String) throws {
        let rules = (10..<99).map { number in
            let when = condition.replacing("%", with: "\(number)")
            return "{\"name\":\"r\(number)\",\"when\":{\"operation\":\"upload\",\(when)},\"refuse\":true}"
        }
        let compiled = try policy(rules.joined(separator: ","))
        let callback = Base64.encode(
            Array("{\"callbackUrl\":\"http://host-42.example.com/\",\"callbackBody\":\"a\"}".utf8))
        var sent = PolicyRequest(
            "PUT", "/k-42/a",
            [
                "Authorization": "OSS key-42:c2ln", "X-Team": "team-42", "Content-Type": "image/x-42",
                "User-Agent": "agent-42/1.0", "x-oss-server-side-encryption-key-id": "kms-42",
                "x-oss-tagging": "t=tag-42", "x-oss-meta-m": "meta-42",
                "x-oss-callback": String(decoding: callback, as: UTF8.self),
            ])
        if condition.contains("jpg") { sent.target = "/same/a/k-42.jpg" }
        if condition.contains("same") { sent.target = "/same/a/k-42.jpg" }
        if condition.contains("keyLength") { sent.target = "/" + String(repeating: "k", count: 42) }
        if condition.contains("time") { sent.now = 2_285_193_600 }
        if condition.contains("size") { sent.body = [UInt8](repeating: 1, count: 42) }
        if condition.contains("copySource") { sent.fields.append(("x-oss-copy-source", "/b-42/a")) }
        sent.host =
            (condition.contains("same\",") ? "same" : condition.contains("-x") ? "a-b-42-x" : "b-42")
            + ".oss-cn-hangzhou.aliyuncs.com"
        let address = condition.contains("2001") ? "2001:db8:42::9" : "10.7.42.9"
        let view = Admission.judge(head: sent.head, settings: AdmissionSettings(), now: sent.now).view
        let client = PolicyClient(address: address, tlsName: Array("client-42".utf8)[...])
        let subject = PolicySubject(view, client)
        #expect(compiled.index.candidates(subject, subject.bodyFacts) == [32])
    }
}

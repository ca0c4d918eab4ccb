import Admission
import Bytes
import HTTPModel
import OSSModel
import Testing

@Suite struct AdmissionTests {
    private let now: Int64 = 1_795_390_000

    private func head(_ method: Method, _ target: String, host: String, framing: BodyFraming = .none)
        -> RequestHead
    {
        var fields = Fields()
        fields.append("Host", host)
        return RequestHead(
            method: method, target: [UInt8](target.utf8)[...], fields: fields, framing: framing)
    }

    private func judge(
        _ head: RequestHead, modes: [String: RuleMode] = [:], addressing: Addressing = Addressing()
    ) -> Verdict {
        let settings = AdmissionSettings(addressing: addressing, modes: RuleModes(modes))
        return Admission.judge(head: head, settings: settings, now: now)
    }

    @Test func aSoundRequestIsRoutedAndAdmitted() {
        let verdict = judge(head(.get, "/b-1/k", host: "127.0.0.1"))
        #expect(verdict.operation == .getObject)
        #expect(verdict.resource.bucket?.text == "b-1")
        #expect(verdict.rejection == nil)
        #expect(verdict.reported.isEmpty)
        #expect(verdict.bodyPlan == .none)
    }

    @Test func theFirstFailureWins() {
        let bad = head(.get, "//x", host: "ABC.oss-cn-hangzhou.aliyuncs.com")
        #expect(judge(bad).rejection?.rule == "invalid-bucket-name")
        #expect(judge(bad).rejection?.phase == .head)
        let worse = head(.other([UInt8]("ABC".utf8)), "//x", host: "ABC.oss-cn-hangzhou.aliyuncs.com")
        #expect(judge(worse).rejection?.rule == "method-not-allowed")
    }

    @Test func aReportingRuleLetsTheNextOneRefuse() {
        let bad = head(.get, "//x", host: "ABC.oss-cn-hangzhou.aliyuncs.com")
        let verdict = judge(bad, modes: ["invalid-bucket-name": .report])
        #expect(verdict.reported.map(\.rule) == ["invalid-bucket-name"])
        #expect(verdict.rejection?.rule == "invalid-object-name")
    }

    @Test func aRuleThatIsOffSaysNothing() {
        let bad = head(.get, "//x", host: "ABC.oss-cn-hangzhou.aliyuncs.com")
        let verdict = judge(bad, modes: ["invalid-bucket-name": .off, "invalid-object-name": .report])
        #expect(verdict.rejection == nil)
        #expect(verdict.reported.map(\.rule) == ["invalid-object-name"])
    }

    @Test func anUnknownOperationThatIsOnlyReportedStreamsItsBody() {
        let modes: [String: RuleMode] = ["method-not-allowed": .off, "operation-unknown": .report]
        let verdict = judge(
            head(.other([UInt8]("ABC".utf8)), "/b-1/k", host: "127.0.0.1", framing: .length(3)), modes: modes)
        #expect(verdict.operation == nil)
        #expect(verdict.rejection == nil)
        #expect(verdict.bodyPlan == .opaque)
    }

    @Test func ruleNamesAreUniqueAndUnknownOnesAreFound() {
        #expect(Set(RuleModes.allNames).count == RuleModes.allNames.count)
        #expect(RuleModes.unknownNames(in: ["content-md5", "no-such", "invalid-bucket-name"]) == ["no-such"])
        #expect(RuleModes(["crc64": .report]).mode(of: BodyRules.crc64) == .report)
        #expect(RuleModes().mode(of: BodyRules.crc64) == .enforce)
    }

    @Test func anUnknownHostHasAHint() {
        let rejection = judge(head(.get, "/a.txt", host: "unknown.example.com")).rejection
        #expect(rejection?.error.code == "NonStandardHostForbidden")
        #expect(rejection?.actual == "unknown.example.com")
        #expect(rejection?.hint?.contains("cnames") == true)
    }
}

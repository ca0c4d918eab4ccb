import Bytes
import Config
import HTTP1
import HTTPModel
import TestSupport
import Testing

@testable import Admission

/// A policy from the rules of a configuration file.
func policy(_ rules: String) throws -> CompiledPolicy {
    let text = "{ \"policy\": [ \(rules) ] }"
    let configuration = try ConfigurationLoader(ruleNames: ["content-md5"], environment: [:])
        .load(bytes: Array(text.utf8), file: "policy.json")
    return try #require(configuration.policy)
}

/// What is wrong with one rule, as the operator reads it.
func problems(_ rules: String) -> [String] {
    do throws(ConfigurationFailure) {
        let text = "{ \"policy\": [ \(rules) ] }"
        _ = try ConfigurationLoader(ruleNames: ["content-md5"], environment: [:])
            .load(bytes: Array(text.utf8), file: nil)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// A request for a policy: a head and a body, which is sent in pieces.
struct PolicyRequest {
    var method = "PUT"
    var target = "/incoming/a.png"
    var host = "photos.oss-cn-hangzhou.aliyuncs.com"
    var fields: [(String, String)] = []
    var body: [UInt8] = []
    var isChunked = false
    var client = "192.0.2.7"
    var now: Int64 = 1_795_390_000
    var pieceBytes = 1000
    var uploadBytes: UInt64?
    var beginsWithFirst = true

    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    init(
        _ method: String = "PUT", _ target: String = "/incoming/a.png", _ fields: [String: String] = [:],
        body: [UInt8] = [], isChunked: Bool = false, client: String = "192.0.2.7"
    ) {
        self.method = method
        self.target = target
        self.fields = fields.sorted { $0.key < $1.key }
        self.body = body
        self.isChunked = isChunked
        self.client = client
    }

    var head: RequestHead {
        var all = Fields()
        all.append("Host", host)
        for (name, value) in fields {
            all.append(name: Array(name.utf8)[...], value: Array(value.utf8)[...])
        }
        let token = Array(method.utf8)
        let framing: BodyFraming =
            body.isEmpty && !isChunked ? .none : isChunked ? .chunked : .length(UInt64(body.count))
        return RequestHead(
            method: Method(token.span), target: Array(target.utf8)[...], fields: all, framing: framing)
    }

    struct Result {
        var rejections: [Rejection] = []
        var events: [PolicyEvent] = []
        /// Bytes of the body that had come when an enforced rule refused.
        var refusedAt: Int?

        /// `allow`, or the rule that refused.
        var decision: String { rejections.last { $0.policyRule?.mode == .enforce }?.ruleName ?? "allow" }
        var reported: [String] { rejections.filter { $0.policyRule?.mode == .report }.map(\.ruleName) }
    }

    func judge(by policy: CompiledPolicy) -> Result {
        let settings = AdmissionSettings(policy: policy)
        let verdict = Admission.judge(head: head, settings: settings, now: now)
        var run = PolicyRun(policy, client: PolicyClient(address: client, otherPartsBytes: uploadBytes))
        var result = Result()
        func note(_ found: [Rejection], at count: Int) -> Bool {
            result.rejections += found
            result.events += run.takeEvents()
            guard result.decision != "allow" else { return false }
            result.refusedAt = count
            return true
        }
        if verdict.operation == .postObject { return judgeForm(settings, run) }
        if note(run.begin(verdict.view), at: 0) { return result }
        var rest = body[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieceBytes))
            rest = rest.dropFirst(pieceBytes)
            if note(run.take(piece.span), at: body.count - rest.count) { return result }
        }
        if note(run.end(), at: body.count) { return result }
        if verdict.operation == .deleteMultipleObjects {
            _ = note(run.judge(keys: DeletedKeys.keys(in: body.span), of: verdict.view), at: body.count)
        }
        if verdict.operation == .completeMultipartUpload {
            _ = note(run.endParts(bytes: uploadBytes, beginsWithFirst: beginsWithFirst), at: body.count)
        }
        return result
    }

    /// Of a PostObject; grammar rules may be off.
    func judgeForm(_ settings: AdmissionSettings, _ run: PolicyRun) -> Result {
        var result = Result()
        guard var inspector = FormInspector(head: head, settings: settings, now: now) else { return result }
        inspector.policy = run
        var rest = body[...]
        while !rest.isEmpty, result.refusedAt == nil {
            let piece = Array(rest.prefix(pieceBytes))
            rest = rest.dropFirst(pieceBytes)
            result.rejections += inspector.take(piece.span) { _ in }
            if result.decision != "allow" { result.refusedAt = body.count - rest.count }
        }
        if result.refusedAt == nil { result.rejections += inspector.finish() }
        result.events = inspector.policy?.takeEvents() ?? []
        return result
    }
}

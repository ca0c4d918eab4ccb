package import Bytes
package import HTTPModel
import OSSModel

/// What people write and sign by themselves, put to the rules that requests are put to, without a request.
package struct Lint: Sendable {
    /// What it says, for people.
    package private(set) var facts: [(name: String, value: String)] = []
    /// Every failure, in the order of the rules, and not only the first. Rules that are off are not asked.
    package private(set) var failures: [Rejection] = []
    /// What the service may refuse and no rule does.
    package private(set) var doubts: [String] = []

    private let settings: AdmissionSettings
    private let now: Int64

    /// `now` is in Unix seconds.
    private init(settings: AdmissionSettings, now: Int64) {
        self.settings = settings
        self.now = now
    }

    // MARK: Kinds

    /// A URL that is signed, as the head of the request that is made of it.
    package init(url head: RequestHead, settings: AdmissionSettings, now: Int64) {
        self.init(settings: settings, now: now)
        let view = judge(head)
        note("operation", view.operation?.name ?? "none")
        note("bucket", view.resource.bucket?.text)
        note("key", view.level == .object ? view.resource.key.text : nil)
        note("signature", view.signing.name)
        note("key id", view.signing == .anonymous ? nil : AccessKeyIDs.of(view).first?.text)
        guard let end = HeadRule.expiry(view) else { return }
        note(end < now ? "ended" : "ends", Self.time(end))
    }

    /// The key of an object, as text and not percent-encoded.
    package init(key: ByteSlice, settings: AdmissionSettings, now: Int64) {
        self.init(settings: settings, now: now)
        let path = PercentEncoding.encode(key, keepingSlash: true)
        // Of an operation that is about an object even when there is no key.
        var target = Array("/".utf8) + path
        target.append("?append&position=0")
        judge(Self.head(.post, target, Fields()))
        note("bytes", "\(key.count) of \(OSSLimits.keyBytesMax)")
        note("in a URL", path[...].text)
    }

    /// A callback, and perhaps its variables: Base64 as they are sent, or the JSON that is in it.
    package init(callback: ByteSlice, variables: ByteSlice?, settings: AdmissionSettings, now: Int64) {
        self.init(settings: settings, now: now)
        var fields = Fields()
        fields.append("x-oss-callback", Self.base64(callback))
        if let variables { fields.append("x-oss-callback-var", Self.base64(variables)) }
        let view = judge(Self.head(.put, Array("/key".utf8), fields))
        guard let callback = try? view.callback?.result.get() else { return }
        note("hosts", callback.hosts.map { $0[...].text }.joined(separator: ", "))
        note("callback", callback.json)
    }

    /// The policy of a form: Base64 as it is sent, or the JSON that is in it.
    package init(postPolicy text: ByteSlice, settings: AdmissionSettings, now: Int64) {
        self.init(settings: settings, now: now)
        var fields = FormFields()
        fields.append(name: Array("policy".utf8)[...], value: Self.base64(text))
        let head = Self.head(.post, Array("/".utf8), Fields())
        let view = FormView(
            fields: fields, file: FormPartHead(), request: HeadView(head: head, settings: settings, now: now))
        for rule in [FormRule.policyJSON, .policySimpleCondition, .policyExpired]
        where settings.modes.mode(of: rule.name) != .off {
            if let failure = rule.refusal(of: view) { failures.append(failure) }
        }
        switch view.policy {
        case .absent: doubts.append("the policy is empty")
        case .unjudged(let reason): doubts.append(reason)
        case .refused: break
        case .policy(let policy):
            note(policy.expiration <= now ? "ended" : "ends", Self.time(policy.expiration))
            for condition in policy.conditions { note("condition", condition.text) }
        }
    }

    // MARK: Parts

    private mutating func note(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { facts.append((name: name, value: value)) }
    }

    /// Puts a head to all rules that are not off.
    @discardableResult
    private mutating func judge(_ head: RequestHead) -> HeadView {
        let modes = HeadRules.ordered.map { rule in
            (rule.name.description, settings.modes.mode(of: rule.name) == .off ? RuleMode.off : .report)
        }
        let all = AdmissionSettings(
            addressing: settings.addressing, modes: RuleModes(Dictionary(modes) { first, _ in first }),
            limits: settings.limits)
        let verdict = Admission.judge(head: head, settings: all, now: now)
        failures += verdict.reported
        return verdict.view
    }

    /// A head that nothing is wrong with but what is put into it.
    private static func head(_ method: Method, _ target: [UInt8], _ fields: Fields) -> RequestHead {
        var all = Fields()
        all.append("Host", "bucket.oss-cn-hangzhou.aliyuncs.com" as Literal)
        all.append(contentsOf: fields)
        return RequestHead(method: method, target: target[...], fields: all, framing: .length(0))
    }

    private static func base64(_ text: ByteSlice) -> [UInt8] {
        let start = text.first { !ASCII.isBlank($0) && $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }
        return start == 0x7B ? Base64.encode(text) : Array(text)
    }

    private static func time(_ unixSeconds: Int64) -> String {
        String(decoding: OSSTime.extended(unixSeconds), as: UTF8.self)
    }
}

extension Signing {
    fileprivate var name: String {
        switch self {
        case .anonymous: "none"
        case .header: "in a header"
        case .urlV1: "V1"
        case .urlV2: "V2"
        case .urlV4: "V4"
        case .s3: "of the S3 dialect, which is not judged"
        }
    }
}

import Admission
import Bytes
import Config
import HTTPModel

/// What a policy costs: to load, and for one request that has been routed and admitted, from its head to its end.
enum PolicyBench {
    static func run() throws {
        print("| policy | load ms | decided by | us/request |")
        print("|---|---|---|---|")
        for count in [100, 1000] {
            for kind in Kind.allCases { try run(count, kind) }
        }
    }

    private enum Kind: String, CaseIterable {
        /// Teams with buckets and prefixes of their own, as policies grow.
        case teams
        /// All for one bucket, told apart by what their keys begin or end with.
        case prefixes
        case suffixes
        /// The same by regular expressions.
        case expressions
        /// All for everybody, told apart by where clients are, who they are, or what they send.
        case addresses
        case accessKeys
        case headers
        case contentTypes
        /// By no text: one for each minute of the day, for each length of keys, for each size.
        case times
        case lengths
        case sizes
    }

    private static func rule(_ index: Int, _ kind: Kind) -> String {
        let key = "\"bucket\": \"photos\", \"operation\": \"upload\", \"key\": "
        let when =
            switch kind {
            case .teams:
                "\"bucket\": \"team-\(index / 20)\", \"operation\": \"upload\", \"key\": \"project-\(index % 20)/**\""
            case .prefixes: key + "\"kind-\(index)/**\""
            case .suffixes: key + "\"**/kind-\(index).jpg\""
            case .expressions: key + "\"re:(a|b)/.*/kind-\(index)[.]jpg\""
            case .addresses: "\"sourceAddress\": \"10.\(index / 250).\(index % 250).0/24\""
            case .accessKeys: "\"accessKeyId\": \"key-\(index)\""
            case .headers: "\"header\": { \"x-team\": \"team-\(index)\" }"
            case .contentTypes: "\"contentType\": \"image/x-\(index)\""
            case .times: "\"time\": { \"from\": \"\(clock(index))\", \"until\": \"\(clock(index + 1))\" }"
            case .lengths: "\"keyLength\": { \"min\": \(index + 20), \"max\": \(index + 20) }"
            case .sizes: "\"size\": { \"min\": \(index + 10_000), \"max\": \(index + 10_000) }"
            }
        return
            "{\"name\": \"rule-\(index)\", \"when\": {\(when)}, \"require\": {\"contentType\": [\"image/*\", \"!image/svg+xml\"], "
            + "\"size\": {\"max\": \"20MiB\"}, \"encryption\": [\"AES256\", \"KMS\"], \"key\": \"re:[a-z0-9/._-]+\"}}"
    }

    private static func clock(_ minute: Int) -> String {
        func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(digits(minute / 60)):\(digits(minute % 60))"
    }

    /// One that the last rule is about, or none is.
    private struct Request {
        var bucket = "other"
        var target = "/b/c.gif"
        var client = "192.0.2.7"
        var contentType = "image/jpeg"
        var size = 4096
        var fields: [(name: Literal, value: String)] = []
        /// Some day in Unix seconds, its last minute.
        var now: Int64 = 1_795_392_000 + 86_340

        init() {}

        init(meeting last: Int, _ kind: Kind) {
            switch kind {
            case .teams: (bucket, target) = ("team-\(last / 20)", "/project-\(last % 20)/2026/11/picture.jpg")
            case .prefixes: (bucket, target) = ("photos", "/kind-\(last)/a.jpg")
            case .suffixes, .expressions: (bucket, target) = ("photos", "/a/b/kind-\(last).jpg")
            case .addresses: client = "10.\(last / 250).\(last % 250).9"
            case .accessKeys: fields = [("Authorization", "OSS key-\(last):c2lnbmF0dXJl")]
            case .headers: fields = [("x-team", "team-\(last)")]
            case .contentTypes: contentType = "image/x-\(last)"
            case .times: now += Int64(last - 1439) * 60
            case .lengths: target = "/" + String(repeating: "k", count: last + 20)
            case .sizes: size = last + 10_000
            }
        }
    }

    private static func run(_ count: Int, _ kind: Kind) throws {
        let rules = (0..<count).map { rule($0, kind) }.joined(separator: ",")
        let text = Array("{\"policy\": [\(rules)]}".utf8)
        let clock = ContinuousClock()
        let start = clock.now
        let configuration = try ConfigurationLoader(ruleNames: RuleModes.allNames, environment: [:])
            .load(bytes: text, file: "policy.json")
        let load = (clock.now - start) / .milliseconds(1)
        guard let policy = configuration.policy else { preconditionFailure("the policy has no rules") }
        for (name, request) in [
            ("the last rule", Request(meeting: count - 1, kind)), ("no rule", Request()),
        ] {
            let microseconds = time(policy, request)
            print("| \(count) \(kind.rawValue) | \(shown(load)) | \(name) | \(shown(microseconds)) |")
        }
    }

    /// Microseconds, the best of some runs.
    private static func time(_ policy: CompiledPolicy, _ request: Request) -> Double {
        var fields = Fields()
        fields.append("Host", "\(request.bucket).oss-cn-hangzhou.aliyuncs.com")
        fields.append("Content-Type", request.contentType)
        for field in request.fields { fields.append(field.name, field.value) }
        fields.append("x-oss-server-side-encryption", "AES256" as String)
        let head = RequestHead(
            method: .put, target: Array(request.target.utf8)[...], fields: fields,
            framing: .length(UInt64(request.size)))
        let verdict = Admission.judge(head: head, settings: AdmissionSettings(), now: request.now)
        let body = [UInt8](repeating: 0x61, count: request.size)
        let rounds = 20_000
        var refusals = 0
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<5 {
            let start = clock.now
            for _ in 0..<rounds {
                var run = PolicyRun(policy, client: PolicyClient(address: request.client))
                refusals += run.begin(verdict.view).count + run.take(body.span).count + run.end().count
            }
            best = min(best, (clock.now - start) / .microseconds(1) / Double(rounds))
        }
        precondition(refusals == 0, "a request of the benchmark is refused")
        return best
    }

    private static func shown(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}

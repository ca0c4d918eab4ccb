import Admission
import Bytes
import Config
import HTTPModel

/// What a policy costs: to load, and for one request that has been routed and admitted, from its head to its end.
enum PolicyBench {
    static func run() throws {
        print("| policy | load ms | request | candidates decide | us/request |")
        print("|---|---|---|---|---|")
        for count in [100, 1000] {
            for kind in Kind.allCases { try run(count, kind) }
        }
    }

    private enum Kind: String, CaseIterable {
        /// Teams with buckets and prefixes of their own, as policies grow.
        case teams
        /// All for one bucket, told apart by what their keys end with: no index helps.
        case suffixes
        /// All for everybody, told apart by where clients are.
        case addresses
    }

    private static func rule(_ index: Int, _ kind: Kind) -> String {
        let when =
            switch kind {
            case .teams:
                "\"bucket\": \"team-\(index / 20)\", \"operation\": \"upload\", \"key\": \"project-\(index % 20)/**\""
            case .suffixes:
                "\"bucket\": \"photos\", \"operation\": \"upload\", \"key\": \"**/kind-\(index).jpg\""
            case .addresses: "\"sourceAddress\": \"10.\(index / 250).\(index % 250).0/24\""
            }
        return
            "{\"name\": \"rule-\(index)\", \"when\": {\(when)}, \"require\": {\"contentType\": [\"image/*\", \"!image/svg+xml\"], "
            + "\"size\": {\"max\": \"20MiB\"}, \"encryption\": [\"AES256\", \"KMS\"], \"key\": \"re:[a-z0-9/._-]+\"}}"
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
        let last = count - 1
        let matching =
            switch kind {
            case .teams: ("team-\(last / 20)", "/project-\(last % 20)/2026/11/picture.jpg", "192.0.2.7")
            case .suffixes: ("photos", "/a/kind-\(last).jpg", "192.0.2.7")
            case .addresses: ("photos", "/a.jpg", "10.\(last / 250).\(last % 250).9")
            }
        for (name, request) in [("the last rule", matching), ("no rule", ("other", "/b/c.gif", "192.0.2.7"))]
        {
            let (bucket, target, client) = request
            let microseconds = time(policy, bucket: bucket, target: target, client: client)
            print(
                "| \(count) \(kind.rawValue) | \(shown(load)) | \(target) | \(name) | \(shown(microseconds)) |"
            )
        }
    }

    private static func time(_ policy: CompiledPolicy, bucket: String, target: String, client: String)
        -> Double
    {
        var fields = Fields()
        fields.append("Host", "\(bucket).oss-cn-hangzhou.aliyuncs.com")
        fields.append("Content-Type", "image/jpeg" as String)
        fields.append("x-oss-server-side-encryption", "AES256" as String)
        let head = RequestHead(
            method: .put, target: Array(target.utf8)[...], fields: fields, framing: .length(4096))
        let verdict = Admission.judge(head: head, settings: AdmissionSettings(), now: 1_795_390_000)
        let body = [UInt8](repeating: 0x61, count: 4096)
        let rounds = 20_000
        var refusals = 0
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<5 {
            let start = clock.now
            for _ in 0..<rounds {
                var run = PolicyRun(policy, client: PolicyClient(address: client))
                refusals += run.begin(verdict.view).count + run.take(body.span).count + run.end().count
            }
            best = min(best, (clock.now - start) / .microseconds(1) / Double(rounds))
        }
        precondition(refusals == 0, "a request of the benchmark is refused")
        return best
    }

    private static func shown(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}

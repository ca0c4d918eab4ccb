import Synchronization

/// The counters of the operator's policy, by the names of its rules: a closed set that the configuration gives and a
/// new configuration replaces. Rules that keep their names keep their counts.
package final class PolicyMetrics: Sendable {
    package enum Outcome: Int, Sendable, CaseIterable {
        /// The rule decided about a request, whatever it decided.
        case matched
        case refused
        /// The rule only reports; enforced, it would have refused.
        case wouldRefuse
        /// Something that the rule demands could not be judged, and the request was let through.
        case unknown

        var label: String {
            switch self {
            case .matched: "matched"
            case .refused: "refused"
            case .wouldRefuse: "would_refuse"
            case .unknown: "unknown"
            }
        }
    }

    /// Of one rule; every shard adds to them.
    package final class RuleCounters: Sendable {
        private let cells = InlineArray<4, Atomic<UInt64>> { _ in Atomic<UInt64>(0) }

        package func add(_ outcome: Outcome) { cells[outcome.rawValue].wrappingAdd(1, ordering: .relaxed) }

        func value(_ outcome: Outcome) -> UInt64 { cells[outcome.rawValue].load(ordering: .relaxed) }
    }

    private struct Current {
        var hash: String?
        var rules: [(name: String, counters: RuleCounters)] = []
    }

    private let current = Mutex(Current())

    init() {}

    /// A policy comes into force: its counters in the order of its rules. Not for the data path: it locks.
    package func begin(hash: String?, rules: [String]) -> [RuleCounters] {
        current.withLock { current in
            let before = Dictionary(current.rules.map { ($0.name, $0.counters) }) { first, _ in first }
            current.hash = hash
            current.rules = rules.map { ($0, before[$0] ?? RuleCounters()) }
            return current.rules.map(\.counters)
        }
    }

    func append(to text: inout PrometheusText) {
        let (hash, rules) = current.withLock { ($0.hash, $0.rules) }
        text.family("ossgate_policy_rules_total", .counter, "What the rules of the policy did.")
        for (name, counters) in rules {
            for outcome in Outcome.allCases {
                text.sample([("rule", name), ("outcome", outcome.label)], counters.value(outcome))
            }
        }
        text.family("ossgate_policy_info", .gauge, "The policy in force, by its hash.")
        if let hash { text.sample([("hash", hash)], 1) }
    }
}

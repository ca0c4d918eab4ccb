package import Bytes
import HTTPModel
import OSSModel

/// Something that a rule did, to be counted.
package struct PolicyEvent: Sendable, Equatable {
    package enum Kind: Int, Sendable, CaseIterable {
        /// The rule decided about a request, whatever it decided.
        case matched
        case refused
        /// The rule only reports; enforced, it would have refused.
        case wouldRefuse
        /// Something that the rule demands could not be judged, and the request was let through.
        case unknown
    }

    /// Its place in the policy.
    package let rule: Int
    package let kind: Kind
}

/// The rule of the operator's policy that refused.
package struct PolicyRuleMark: Sendable, Equatable {
    package let name: String
    /// Its place in the policy.
    package let place: Int
    package let mode: RuleMode
}

/// The policy over one request, from its head to the end of its body. Rules are looked at once; what they wait for is
/// the size and the first bytes of the body, of which it keeps at most `DetectedType.bytesMax`, and only when a rule
/// asks for them.
package struct PolicyRun: Sendable {
    /// What rules did since it was last taken.
    package private(set) var events: [PolicyEvent] = []

    private let policy: CompiledPolicy
    private let client: PolicyClient
    private var facts = BodyFacts()
    private var entries: [Entry] = []
    private var sniffed: [UInt8] = []

    /// A rule that matches, or will once the body is known.
    fileprivate struct Entry: Sendable {
        let place: Int
        /// What of `when` is still to be told.
        var when: [PolicyBodyCondition]
        var required: [PolicyBodyCondition]
        var failure: PolicyFailure?
        /// The first thing that cannot be judged.
        var unknown: PolicyFailure?
        var isDone = false
    }

    package init(_ policy: CompiledPolicy, client: PolicyClient) {
        self.policy = policy
        self.client = client
    }

    package mutating func takeEvents() -> [PolicyEvent] {
        defer { if !events.isEmpty { events = [] } }
        return events
    }

    /// No byte may go to the origin before more of the body has come: an enforced rule looks at its beginning.
    package var holdsOrigin: Bool {
        guard facts.type == .pending else { return false }
        return entries.contains { policy.rules[$0.place].mode == .enforce && $0.asksType }
    }

    // MARK: Steps

    /// Judges a request by its head. Rejections are in order; the last may be of an enforced rule, and then the
    /// request is refused. A form is judged by its fields instead, and a document that lists keys by these.
    package mutating func begin(_ view: HeadView) -> [Rejection] {
        if view.operation == .deleteMultipleObjects, policy.judgesDeletedKeys { return [] }
        return begin(PolicySubject(view, client), in: .head)
    }

    mutating func begin(_ view: HeadView, form: FormView) -> [Rejection] {
        begin(PolicySubject(view, client, form: form), in: .body)
    }

    /// The keys that a request wants deleted are known: each is judged as if it were the only one, and one that is
    /// refused refuses the request. What rules do is told once. Without a key there is nothing to be judged by one.
    package mutating func judge(keys: [ByteSlice], of view: HeadView) -> [Rejection] {
        guard policy.judgesDeletedKeys else { return [] }
        guard !keys.isEmpty else { return begin(PolicySubject(view, client), in: .body) }
        var found: [Rejection] = []
        for key in keys {
            var single = PolicyRun(policy, client: client)
            let rejections = single.begin(PolicySubject(view, client, listedKey: key), in: .body)
            for event in single.events where !events.contains(event) { events.append(event) }
            for var rejection in rejections
            where !found.contains(where: { $0.policyRule == rejection.policyRule }) {
                rejection.actual =
                    "\(rejection.actual ?? ""), for the key \(key.prefix(Refusal.shownBytesMax).text)"
                found.append(rejection)
            }
            if found.last?.policyRule?.mode == .enforce { break }
        }
        return found
    }

    /// Nothing more of the body can be understood: what is not known by now never will be.
    mutating func loseSight() -> [Rejection] {
        guard !entries.isEmpty else { return [] }
        facts.object = facts.object.lost
        facts.part = facts.part.lost
        if facts.type == .pending { facts.type = .unknown }
        return advance(in: .body)
    }

    private mutating func begin(_ subject: PolicySubject, in phase: Rejection.Phase) -> [Rejection] {
        facts = subject.bodyFacts
        for place in policy.index.candidates(subject, facts) {
            let place = Int(place)
            guard let entry = Self.entry(place, policy.rules[place], subject, facts) else { continue }
            entries.append(entry)
            // Nothing after a rule that matches for certain can decide.
            if entry.when.isEmpty, policy.rules[place].mode == .enforce { break }
        }
        return advance(in: phase)
    }

    /// A piece of the content.
    package mutating func take(_ bytes: Span<UInt8>) -> [Rejection] {
        guard !entries.isEmpty, !bytes.isEmpty else { return [] }
        facts.object = facts.object.adding(UInt64(bytes.count))
        facts.part = facts.part.adding(UInt64(bytes.count))
        if facts.type == .pending, entries.contains(where: \.asksType) {
            let wanted = min(bytes.count, DetectedType.bytesMax - sniffed.count)
            sniffed.append(bytes.extracting(0..<wanted))
            if sniffed.count == DetectedType.bytesMax { detect() }
        }
        return advance(in: .body)
    }

    /// The content is whole.
    package mutating func end() -> [Rejection] {
        guard !entries.isEmpty else { return [] }
        facts.object = facts.object.ended
        facts.part = facts.part.ended
        if facts.type == .pending { detect() }
        return advance(in: .body)
    }

    /// The parts that a completion lists are known: their sum, nil when one of them is not, and whether the first
    /// of them is that whose beginning was looked at.
    package mutating func endParts(bytes: UInt64?, beginsWithFirst: Bool) -> [Rejection] {
        guard !entries.isEmpty else { return [] }
        if facts.object == .listed { facts.object = bytes.map { .exactly($0) } ?? .unknown }
        if facts.type == .listed { facts.type = beginsWithFirst ? .inapplicable : .unknown }
        return advance(in: .body)
    }

    private mutating func detect() {
        facts.type = .known(DetectedType.of(sniffed.span))
        sniffed = []
    }

    // MARK: Rules

    /// nil when the rule does not match.
    private static func entry(
        _ place: Int, _ rule: PolicyRule, _ subject: PolicySubject, _ facts: BodyFacts
    ) -> Entry? {
        for condition in rule.head where condition.answer(subject, .any) != .yes { return nil }
        var entry = Entry(place: place, when: [], required: [])
        for condition in rule.body {
            switch condition.answer(facts) {
            case .yes: break
            case .pending: entry.when.append(condition)
            case .no, .unknown, .inapplicable: return nil
            }
        }
        switch rule.requirement {
        case .nothing: break
        case .refusal: entry.failure = .refused
        case .conditions(let head, let body):
            for condition in head where entry.failure == nil {
                switch condition.answer(subject, .all) {
                case .no: entry.failure = condition.failure(subject)
                case .unknown: entry.unknown = entry.unknown ?? .unknown(condition.expected)
                case .yes, .pending, .inapplicable: break
                }
            }
            entry.required = body
        }
        return entry
    }

    /// Takes what is known by now to the rules that wait, in order. An enforced rule that has not made up its mind
    /// keeps those after it waiting, since it may be the one that decides; one that only reports does not.
    private mutating func advance(in phase: Rejection.Phase) -> [Rejection] {
        var found: [Rejection] = []
        var isBlocked = false
        var index = 0
        while index < entries.count {
            let mode = policy.rules[entries[index].place].mode
            switch matches(index) {
            case .no: entries[index].isDone = true
            case .yes where isBlocked: break
            case .yes:
                judge(index, phase, &found)
                if mode == .enforce {
                    entries.removeSubrange((index + 1)...)
                    if !found.isEmpty, found.last?.policyRule?.mode == .enforce { entries = [] }
                }
            default: isBlocked = isBlocked || mode == .enforce
            }
            index += 1
        }
        entries.removeAll { $0.isDone }
        return found
    }

    /// `yes`, `no` or `pending`.
    private mutating func matches(_ index: Int) -> PolicyAnswer {
        var open: [PolicyBodyCondition] = []
        for condition in entries[index].when {
            switch condition.answer(facts) {
            case .yes: break
            case .pending: open.append(condition)
            case .no, .unknown, .inapplicable: return .no
            }
        }
        entries[index].when = open
        return open.isEmpty ? .yes : .pending
    }

    /// Puts what a matching rule demands to what is known; done when nothing more can change it.
    private mutating func judge(_ index: Int, _ phase: Rejection.Phase, _ found: inout [Rejection]) {
        var entry = entries[index]
        let rule = policy.rules[entry.place]
        var open: [PolicyBodyCondition] = []
        for condition in entry.required where entry.failure == nil {
            switch condition.answer(facts) {
            case .no: entry.failure = condition.failure(facts)
            case .pending: open.append(condition)
            case .unknown: entry.unknown = entry.unknown ?? .unknown(condition.expected)
            case .yes, .inapplicable: break
            }
        }
        entry.required = open
        if entry.failure == nil, rule.refusesUnknown { entry.failure = entry.unknown }
        entry.isDone = entry.failure != nil || open.isEmpty
        entries[index] = entry
        guard entry.isDone else { return }
        events.append(PolicyEvent(rule: entry.place, kind: .matched))
        guard let failure = entry.failure else {
            if entry.unknown != nil { events.append(PolicyEvent(rule: entry.place, kind: .unknown)) }
            return
        }
        let isEnforced = rule.mode == .enforce
        events.append(PolicyEvent(rule: entry.place, kind: isEnforced ? .refused : .wouldRefuse))
        found.append(Self.rejection(rule, entry.place, failure, phase))
    }

    private static func rejection(
        _ rule: PolicyRule, _ place: Int, _ failure: PolicyFailure, _ phase: Rejection.Phase
    ) -> Rejection {
        var rejection = Rejection(
            phase: phase, rule: PolicyRules.name, error: rule.error, expected: failure.expected,
            actual: failure.actual,
            hint: failure.hint ?? "the rule \"\(rule.name)\" of the policy in the gateway's configuration")
        rejection.policyRule = PolicyRuleMark(name: rule.name, place: place, mode: rule.mode)
        return rejection
    }
}

extension PolicyRun.Entry {
    fileprivate var asksType: Bool {
        (when + required).contains { if case .detectedType = $0 { true } else { false } }
    }
}

/// What refusals of the policy are counted under.
package enum PolicyRules {
    package static let name: Literal = "policy"
}

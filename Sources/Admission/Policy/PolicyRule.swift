package import OSSModel

/// One rule of the operator's policy, compiled. It never changes.
package final class PolicyRule: Sendable {
    package enum Requirement: Sendable {
        /// The rule lets through what it matches: an exception from rules after it.
        case nothing
        case conditions([PolicyHeadCondition], [PolicyBodyCondition])
        /// The rule refuses whatever it matches.
        case refusal
    }

    package let name: String
    package let mode: RuleMode
    /// nil for all, and for requests that are no operation.
    let operations: OperationSet?
    let head: [PolicyHeadCondition]
    let body: [PolicyBodyCondition]
    let requirement: Requirement
    let error: OSSError
    /// A requirement that cannot be judged is refused.
    let refusesUnknown: Bool

    /// `mode` is `enforce` or `report`.
    package init(
        name: String, mode: RuleMode, operations: OperationSet?, head: [PolicyHeadCondition],
        body: [PolicyBodyCondition], requirement: Requirement, error: OSSError, refusesUnknown: Bool
    ) {
        self.name = name
        self.mode = mode
        self.operations = operations
        // The cheapest first; their order means nothing.
        self.head = head.sorted { $0.cost < $1.cost }
        self.body = body
        self.requirement = requirement
        self.error = error
        self.refusesUnknown = refusesUnknown
    }

    /// The condition on the bucket, for the index.
    var bucket: TextMatcher? {
        for case .bucket(let matcher) in head { return matcher }
        return nil
    }

    var key: TextMatcher? {
        for case .key(let matcher) in head { return matcher }
        return nil
    }

    /// The rule looks at keys of objects that a request deletes.
    var judgesDeletedKeys: Bool {
        guard operations?.contains(.deleteMultipleObjects) ?? true else { return false }
        var conditions = head
        if case .conditions(let required, _) = requirement { conditions += required }
        return conditions.contains(where: \.isOnKey)
    }

    /// The rule looks at the first bytes of content.
    var detectsType: Bool {
        var conditions = body
        if case .conditions(_, let required) = requirement { conditions += required }
        return conditions.contains { if case .detectedType = $0 { true } else { false } }
    }
}

extension PolicyHeadCondition {
    fileprivate var isOnKey: Bool {
        switch self {
        case .key, .keyLength, .keyCharacters: true
        default: false
        }
    }

    /// A rank, not a measure.
    fileprivate var cost: Int {
        switch self {
        case .operation, .method, .contentMD5: 0
        case .bucket, .keyLength, .time: 1
        case .key: 2
        case .sourceAddress, .storageClass, .acl, .encryption, .kmsKeyID, .userAgent, .tlsClientName,
            .contentType:
            3
        default: 4
        }
    }
}

/// The operator's policy, compiled: one immutable value of the configuration snapshot.
package struct CompiledPolicy: Sendable, Equatable {
    /// In the order of the file; the first that matches wins.
    package let rules: [PolicyRule]
    /// Of the rules as they are written, key order and spacing aside: 16 hexadecimal digits.
    package let hash: String
    let index: PolicyIndex
    /// Some rule looks at the first bytes of content.
    let detectsType: Bool
    /// Some rule looks at the keys that a DeleteMultipleObjects lists: such a request waits for them.
    let judgesDeletedKeys: Bool

    package static let rulesMax = 10_000

    package init(rules: [PolicyRule], hash: String) {
        self.rules = rules
        self.hash = hash
        index = PolicyIndex(rules)
        detectsType = rules.contains { $0.detectsType }
        judgesDeletedKeys = rules.contains { $0.judgesDeletedKeys }
    }

    package static func == (left: CompiledPolicy, right: CompiledPolicy) -> Bool { left.hash == right.hash }
}

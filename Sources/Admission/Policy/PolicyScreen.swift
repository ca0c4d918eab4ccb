/// The numbers that requests of one rule have, of those that no text tells: plain words in a row, so that a thousand
/// rules which nothing else tells apart are passed over in a few microseconds. It passes each request that the
/// conditions in the rule's `when` hold for, and some others.
struct PolicyScreen: Sendable {
    /// What it looks at.
    struct Numbers {
        let keyLength: UInt64?
        let now: Int64
        let object: BodyFacts.Size
        let part: BodyFacts.Size

        init(_ subject: PolicySubject, _ facts: BodyFacts) {
            keyLength = subject.key.map { UInt64($0.count) }
            now = subject.view.now
            object = facts.object
            part = facts.part
        }
    }

    private var keyLength: PolicyRange?
    private var time: TimeWindow?
    private var object: PolicyRange?
    private var part: PolicyRange?

    init(_ rule: PolicyRule) {
        for condition in rule.head {
            switch condition {
            case .keyLength(let range): keyLength = range
            case .time(let window, _): time = window
            default: break
            }
        }
        for condition in rule.body {
            switch condition {
            case .size(let range): object = range
            case .partSize(let range): part = range
            case .detectedType: break
            }
        }
    }

    func passes(_ numbers: Numbers) -> Bool {
        if let keyLength {
            guard let length = numbers.keyLength, keyLength.contains(length) else { return false }
        }
        if let object, !Self.passes(numbers.object.answer(object)) { return false }
        if let part, !Self.passes(numbers.part.answer(part)) { return false }
        return time?.contains(numbers.now) ?? true
    }

    private static func passes(_ answer: PolicyAnswer) -> Bool {
        switch answer {
        case .yes, .pending: true
        case .no, .unknown, .inapplicable: false
        }
    }
}

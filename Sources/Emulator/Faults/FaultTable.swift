import OSSModel
import Synchronization

/// The faults that are to be shown, with how often each has been. Shared by all that serve one store.
package final class FaultTable: Sendable {
    /// More rules than this are refused: every request is held against all of them.
    package static let rulesMax = 100

    /// One rule, and how many requests it has befallen.
    package struct Entry: Sendable {
        package let rule: FaultRule
        package fileprivate(set) var hits = 0

        fileprivate var isSpent: Bool { rule.count.map { hits >= $0 } ?? false }
    }

    private let entries: Mutex<[Entry]>
    private let hasRules: Atomic<Bool>

    package init(_ rules: [FaultRule] = []) {
        entries = Mutex(rules.map { Entry(rule: $0) })
        hasRules = Atomic(!rules.isEmpty)
    }

    /// Puts other rules in place of all that are there; they begin to count anew.
    package func replace(_ rules: [FaultRule]) {
        entries.withLock { $0 = rules.map { Entry(rule: $0) } }
        hasRules.store(!rules.isEmpty, ordering: .releasing)
    }

    /// Without any rule requests need not be looked at, and no lock is taken.
    var isActive: Bool { hasRules.load(ordering: .acquiring) }

    package var current: [Entry] { entries.withLock { $0 } }

    /// What befalls a request, which counts for every rule that it fits.
    func take(bucket: String?, key: [UInt8], operation: OSSOperation?) -> Faults {
        entries.withLock { entries in
            var faults = Faults()
            for index in entries.indices where !entries[index].isSpent {
                guard entries[index].rule.fits(bucket: bucket, key: key, operation: operation) else {
                    continue
                }
                entries[index].hits += 1
                faults.add(entries[index].rule.effect)
            }
            return faults
        }
    }
}

/// All that befalls one request; of effects of one kind the first counts.
struct Faults: Sendable, Equatable {
    private(set) var delayNanoseconds: UInt64?
    private(set) var bytesPerSecond: UInt64?
    private(set) var answerBytesMax: UInt64?
    private(set) var hasWrongCRC = false
    private(set) var resetsRequestAt: UInt64?
    private(set) var resetsAnswerAt: UInt64?
    private(set) var refusal: OSSError?
    private(set) var earlyRefusal: OSSError?
    private(set) var skewSeconds: Int64 = 0

    mutating func add(_ effect: FaultRule.Effect) {
        switch effect {
        case .delay(let nanoseconds): delayNanoseconds = delayNanoseconds ?? nanoseconds
        case .bandwidth(let rate): bytesPerSecond = bytesPerSecond ?? max(1, rate)
        case .shortBody(let bytes): answerBytesMax = answerBytesMax ?? bytes
        case .wrongCRC: hasWrongCRC = true
        case .resetRequest(let bytes): resetsRequestAt = resetsRequestAt ?? bytes
        case .resetAnswer(let bytes): resetsAnswerAt = resetsAnswerAt ?? bytes
        case .status(let status): refusal = refusal ?? Self.error(status)
        case .error(let row): refusal = refusal ?? row.error
        case .earlyAnswer(let status): earlyRefusal = earlyRefusal ?? Self.error(status)
        case .clock(let seconds): if skewSeconds == 0 { skewSeconds = seconds }
        }
    }

    var isEmpty: Bool { self == Faults() }

    /// The answer with this status, in the service's words where it has such an answer.
    private static func error(_ status: Int) -> OSSError {
        switch status {
        case 403: CatalogueRow.accessDenied11.error
        case 500: CatalogueRow.internalError.error
        case 503:
            OSSError(status: 503, code: "ServiceUnavailable", message: "Please reduce your request rate.")
        default:
            OSSError(status: status, code: "InjectedFault", message: "The emulator was told to answer so.")
        }
    }
}

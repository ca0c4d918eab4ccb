import Admission
import Reactor
import Telemetry

/// Where a shard asks and tells what is known of uploads in parts. Each upload has one home shard, by the hash of its
/// id, whose table alone knows it; all shards send messages there. What a shard tells before it passes on an answer
/// of the origin is at home before the client's next request can ask, since messages keep their order: so no part
/// that a client knows to be uploaded is ever missing there.
final class UploadDirectory {
    /// What goes from shard to shard.
    enum Message: Sendable {
        case began(UploadKey, UploadEncryption?)
        case partBegins(UploadKey, number: UInt16, asker: Int, question: UInt64)
        case completes(UploadKey, asker: Int, question: UInt64)
        case partEnds(UploadKey, number: UInt16, PartOutcome)
        case ended(UploadKey)
        case answer(question: UInt64, UploadFacts?)
    }

    private unowned let core: ShardCore
    private let shards: [Shard]
    private let metrics: ShardMetrics
    private var table: UploadTable
    private var isEnabled: Bool
    /// What goes on when the answer to a question of this shard comes; bounded by its exchanges.
    private var waiting: [UInt64: (UploadFacts?) -> Void] = [:]
    private var nextQuestion: UInt64 = 0
    private var reportedEvictions: UInt64 = 0

    /// `shards` are all that run gateways, this one among them at its index.
    init(core: ShardCore, shards: [Shard], limits: UploadLimits, metrics: ShardMetrics) {
        self.core = core
        self.shards = shards
        self.metrics = metrics
        table = UploadTable(limits: limits.share(of: max(shards.count, 1)))
        isEnabled = limits.uploadsMax > 0
    }

    var shardCount: Int { max(shards.count, 1) }

    /// Bounds of all shards together; what no longer fits is forgotten.
    func setLimits(_ limits: UploadLimits) {
        table.limits = limits.share(of: max(shards.count, 1))
        isEnabled = limits.uploadsMax > 0
        report()
    }

    // MARK: For exchanges

    /// What is known of the upload that `step` goes on with; `then` hears it, at once when there is but one shard.
    /// The number of the question if it does not, for `forget`. A part must be followed by `tell(.partEnds)`.
    func ask(_ step: UploadStep, then: @escaping (UploadFacts?) -> Void) -> UInt64? {
        switch step {
        case .begins, .aborts:
            then(nil)
            return nil
        case .part(let key, let number):
            return ask(key, then) {
                .partBegins(key, number: number, asker: $0, question: $1)
            }
        case .completes(let key):
            return ask(key, then) { .completes(key, asker: $0, question: $1) }
        }
    }

    private func ask(
        _ key: UploadKey, _ then: @escaping (UploadFacts?) -> Void, _ message: (Int, UInt64) -> Message
    ) -> UInt64? {
        guard isEnabled else {
            then(nil)
            return nil
        }
        nextQuestion += 1
        let question = nextQuestion
        waiting[question] = then
        send(message(core.index, question), to: home(of: key))
        return waiting[question] == nil ? nil : question
    }

    /// Nobody waits for the answer any more.
    func forget(_ question: UInt64) { waiting[question] = nil }

    /// Tells the home of an upload what has become of it.
    func tell(_ message: Message) {
        guard isEnabled else { return }
        switch message {
        case .began(let key, _), .partEnds(let key, _, _), .ended(let key): send(message, to: home(of: key))
        case .partBegins, .completes, .answer: preconditionFailure("a question is asked, not told")
        }
    }

    // MARK: Messages

    private func home(of key: UploadKey) -> Int {
        Int(UInt(bitPattern: key.id.hashValue) % UInt(shards.count))
    }

    /// A shard that is its own receiver waits in the queue like any other: what others have sent it before must come
    /// first. Only one that is alone has nobody to wait for.
    private func send(_ message: Message, to shard: Int) {
        guard shards.count > 1 else { return receive(message) }
        shards[shard].post { core in core.gateway?.uploads.receive(message) }
    }

    private func receive(_ message: Message) {
        switch message {
        case .began(let key, let encryption): table.began(key, encryption: encryption, now: core.now)
        case .partBegins(let key, let number, let asker, let question):
            let facts = table.partBegins(key, number: number, now: core.now)
            send(.answer(question: question, facts), to: asker)
        case .completes(let key, let asker, let question):
            send(.answer(question: question, table.facts(key, now: core.now)), to: asker)
        case .partEnds(let key, let number, let outcome):
            table.partEnds(key, number: number, outcome, now: core.now)
        case .ended(let key): table.ended(key)
        case .answer(let question, let facts): return waiting.removeValue(forKey: question)?(facts) ?? ()
        }
        report()
    }

    private func report() {
        metrics.remembers(uploads: table.count)
        let evictions = table.evictions
        if evictions != reportedEvictions { metrics.evictedUploads(evictions - reportedEvictions) }
        reportedEvictions = evictions
    }
}

extension ShardCore {
    /// The gateway that runs here.
    var gateway: Gateway? {
        for case let gateway as Gateway in services { return gateway }
        return nil
    }
}

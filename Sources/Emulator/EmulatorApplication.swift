import Bytes
import Digest
package import HTTPModel
package import HTTPServer
import OSSModel
package import Reactor

/// Where an application has its work done in steps.
package protocol Turns: AnyObject {
    /// Does something later, and nothing if all ends before.
    func later(_ action: @escaping () -> Void)
    /// Does something after so many nanoseconds or a little more, and nothing if all ends before.
    func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void)
}

extension ShardCore: Turns {
    package func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
        // The wheel of deadlines keeps it until then.
        Deadline(self, action).set(after: nanoseconds)
    }
}

/// What is left of a request that has its answer.
private final class Answered: ExchangeHandler {
    func receive(_ body: Span<UInt8>, remaining: UInt64?) {}
    func receiveEnd(trailers: Fields) {}
    func receiveFailure(_ failure: BodyFailure) {}
    func downstreamDrained() {}
    func departed() {}
}

/// Hashes at the end of the rounds of a shard.
private final class LaneWork: DeferredWork {
    private let lanes: MD5Lanes

    init(_ lanes: MD5Lanes) { self.lanes = lanes }

    var isWaiting: Bool { lanes.isWaiting }
    func workAhead() { lanes.workAhead() }
    func work(isIdle: Bool) { lanes.work(isIdle: isIdle) }
}

/// The emulator on one shard: makes an exchange of every request.
package final class EmulatorApplication: Application {
    let store: EmulatorStore
    let settings: EmulatorSettings
    /// nil where nothing can be connected to.
    let callbacks: CallbackCaller?
    /// The MD5s of the bodies of this shard.
    let lanes = MD5Lanes()
    private let isOnShard: Bool
    private let turns: (any Turns)?
    private var requestIDs = RequestIDSource()

    /// Without a `core` there is nothing to make callbacks with: they fail. Without `turns`, which are those of the core
    /// unless others are given, what takes many of them is done at once.
    package init(
        store: EmulatorStore, settings: EmulatorSettings, core: ShardCore? = nil, turns: (any Turns)? = nil
    ) {
        self.store = store
        self.settings = settings
        self.turns = turns ?? core
        callbacks = core.map { CallbackCaller(core: $0, settings: settings.callbacks) }
        isOnShard = core != nil
        core?.deferWork(to: LaneWork(lanes))
    }

    /// Asks for the digests of a body; `done` is called at the end of the shard's round, or at once without a shard.
    func finish(_ body: DataBody, _ done: @escaping (DataBody) -> Void) {
        body.finish(done)
        guard !isOnShard else { return }
        while lanes.isWaiting { lanes.work(isIdle: true) }
    }

    /// Goes on with long work when what has come meanwhile is done. False without turns: the caller goes on itself.
    func later(_ action: @escaping () -> Void) -> Bool {
        turns?.later(action)
        return turns != nil
    }

    package func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        let id = nextID()
        if let signer = callbacks?.signer, isForKey(head) { return send(signer.publicKey, id, responder) }
        let faults = faults(of: head, id)
        let make: (any Responder) -> any ExchangeHandler = { [self] responder in
            let exchange = EmulatorExchange(self, head, responder, id: id, skewSeconds: faults.skewSeconds)
            exchange.start()
            return exchange
        }
        guard !faults.isEmpty else { return make(responder) }
        let exchange = FaultyExchange(faults, responder, now: settings.now) { [self] nanoseconds, action in
            if let turns { turns.after(nanoseconds, action) } else { action() }
        }
        exchange.begin(make: make) { responder, error in
            Self.send(error, to: head, id, Fields(), responder)
        }
        return exchange
    }

    private func isForKey(_ head: RequestHead) -> Bool {
        guard head.method == .get, head.path.matches(CallbackSigner.path),
            case .service = HostAddress(head.authority ?? [], store)
        else { return false }
        return true
    }

    /// The public key that callbacks are signed with.
    private func send(_ key: [UInt8], _ id: RequestID, _ responder: any Responder) -> any ExchangeHandler {
        var head = ResponseHead(status: 200, fields: Fields(), framing: .length(UInt64(key.count)))
        head.fields.append("Content-Type", "application/x-pem-file")
        head.fields.append("x-oss-request-id", id.bytes)
        responder.send(head)
        responder.send(body: key.span)
        responder.finish()
        return Answered()
    }

    /// A request that says no bucket is left alone.
    private func faults(of head: RequestHead, _ id: RequestID) -> Faults {
        guard settings.faults.isActive, let request = try? EmulatorRequest(head, id: id, store: store) else {
            return Faults()
        }
        let level: ResourceLevel = request.bucket == nil ? .service : request.key.isEmpty ? .bucket : .object
        return settings.faults.take(
            bucket: request.bucket, key: request.key, operation: OperationTable.route(head, level: level))
    }

    package func refuse(_ failure: HeadFailure, _ responder: any Responder) {
        let error = CatalogueRow.headFailure(status: failure.status).error
        Self.send(error, to: nil, nextID(), Fields(), responder)
    }

    /// The whole answer to a request that is refused, with what the bucket's rules add to it.
    static func send(
        _ error: OSSError, to request: RequestHead?, _ id: RequestID, _ added: Fields,
        _ responder: any Responder
    ) {
        var (head, body) = ErrorDocument.response(
            error, requestID: id, hostID: request?.authority ?? [], bodiless: request?.method == .head)
        for (name, value) in Fault.fields(error) { head.fields.append(name, value) }
        if error.status == 304 {
            body = []
            head.framing = .none
        }
        head.fields.append(contentsOf: added)
        responder.send(head)
        responder.send(body: body.span)
        responder.finish()
    }

    private func nextID() -> RequestID { requestIDs.next(unixSeconds: settings.now()) }
}

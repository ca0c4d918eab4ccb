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

/// Hashes at the end of the rounds of a shard.
private final class LaneWork: DeferredWork {
    private let lanes: MD5Lanes

    init(_ lanes: MD5Lanes) { self.lanes = lanes }

    var isWaiting: Bool { lanes.isWaiting }
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
        core?.deferredWork.append(LaneWork(lanes))
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
        exchange.begin(make: make) { responder, status in
            let (answer, body) = ErrorDocument.response(
                Faults.error(status), requestID: id, hostID: head.authority ?? [],
                bodiless: head.method == .head)
            responder.send(answer)
            responder.send(body: body.span)
            responder.finish()
        }
        return exchange
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
        let (head, body) = ErrorDocument.response(error, requestID: nextID(), hostID: [], bodiless: false)
        responder.send(head)
        responder.send(body: body.span)
        responder.finish()
    }

    private func nextID() -> RequestID { requestIDs.next(unixSeconds: settings.now()) }
}

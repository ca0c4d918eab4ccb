import Bytes
package import HTTPModel
package import HTTPServer
import OSSModel
package import Reactor

/// Where an application has its work done in steps.
package protocol Turns: AnyObject {
    /// Does something later, and nothing if all ends before.
    func later(_ action: @escaping () -> Void)
}

extension ShardCore: Turns {}

/// The emulator on one shard: makes an exchange of every request.
package final class EmulatorApplication: Application {
    let store: EmulatorStore
    let settings: EmulatorSettings
    /// nil where nothing can be connected to.
    let callbacks: CallbackCaller?
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
    }

    /// Goes on with long work when what has come meanwhile is done. False without turns: the caller goes on itself.
    func later(_ action: @escaping () -> Void) -> Bool {
        turns?.later(action)
        return turns != nil
    }

    package func begin(_ head: RequestHead, _ responder: any Responder) -> any ExchangeHandler {
        let exchange = EmulatorExchange(self, head, responder, id: nextID())
        exchange.start()
        return exchange
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

import Bytes
package import HTTPModel
package import HTTPServer
import OSSModel
package import Reactor

/// The emulator on one shard: makes an exchange of every request.
package final class EmulatorApplication: Application {
    let store: EmulatorStore
    let settings: EmulatorSettings
    /// nil where nothing can be connected to.
    let callbacks: CallbackCaller?
    private var requestIDs = RequestIDSource()

    /// Without a `core` there is nothing to make callbacks with: they fail.
    package init(store: EmulatorStore, settings: EmulatorSettings, core: ShardCore? = nil) {
        self.store = store
        self.settings = settings
        callbacks = core.map { CallbackCaller(core: $0, settings: settings.callbacks) }
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

package import HTTP1
package import HTTP2
import HTTPModel
import OSSModel
package import Reactor

/// Bounds of a server's connections. Times are nanoseconds, sizes are bytes.
package struct ServerSettings: Sendable {
    package var http1 = HTTP1Limits()
    /// Field lists are bounded by `http1.headBytesMax`.
    package var http2 = HTTP2Limits()
    /// From the first byte of a head, or the opening of a connection, to the end of the head; then 408. A TLS handshake
    /// has the same time to itself.
    package var headNanoseconds: UInt64 = 10_000_000_000
    /// An open connection without a request.
    package var keepAliveNanoseconds: UInt64 = 75_000_000_000
    /// Without a byte of the body, while it is being read; also without progress of a response.
    package var bodyIdleNanoseconds: UInt64 = 30_000_000_000
    /// Bytes a second that a client must send of a body, and take of an answer that waits for it, on average over
    /// `rateWindowNanoseconds`; 0 for no minimum.
    package var bodyBytesPerSecondMin: UInt64 = 0
    package var rateWindowNanoseconds: UInt64 = 10_000_000_000
    /// An unread rest of a request body up to this size is drained so that the connection can be kept.
    package var keepDrainBytesMax: UInt64 = 64 * 1024
    /// After an early answer this much is drained, so that no reset destroys the answer, then the connection is cut.
    package var lingerBytesMax: UInt64 = 1 << 30
    package var lingerNanoseconds: UInt64 = 30_000_000_000
    /// Without a byte while lingering: a client that has stopped sending has read the answer.
    package var lingerIdleNanoseconds: UInt64 = 2_000_000_000
    /// Of the server, which is on one shard; further ones are closed at once.
    package var connectionsMax = Int.max
    /// Of each client, on all shards that share the counts; 0 for no limit. As many again are answered with 503.
    package var connectionsPerAddressMax = 0
    /// The `Server` field of answers that have none.
    package var serverName = "AliyunOSS"

    package init() {}
}

/// What the connections of one server on one shard share: the application, the bounds, and the text of the current
/// second for the `Date` field.
package final class Server: ShardService {
    package let core: ShardCore
    package var settings: ServerSettings { bounds }
    /// Stored out of sight of other modules, as the times of the shard.
    private var bounds: ServerSettings
    let application: any Application
    let addressCounts: AddressCounts
    /// Hears of every connection that opens or closes.
    package var connectionsChanged: (_ isOpen: Bool) -> Void = { _ in }
    /// Hears of what happens below the level of requests.
    package var observe: (ServerEvent) -> Void = { _ in }
    private(set) var connectionCount = 0
    private var listeners: [Int: OpenListener] = [:]
    private var isDraining = false
    private var drainable: [ObjectIdentifier: any DrainableConnection] = [:]
    private var dateSecond: Int64 = .min
    private var dateText: [UInt8] = []

    /// A listener and how those are served whom it accepts from now on.
    private struct OpenListener {
        let listener: Listener
        var options: ListenerOptions
    }

    /// `addressCounts` are shared by the servers that are one to their clients.
    package init(
        core: ShardCore, settings: ServerSettings, application: any Application,
        addressCounts: AddressCounts = AddressCounts()
    ) {
        self.addressCounts = addressCounts
        self.core = core
        bounds = settings
        self.application = application
    }

    /// Serves a connection that a listener has accepted.
    package func serve(_ connection: Connection, _ options: ListenerOptions = ListenerOptions()) {
        guard options.isDirect else {
            let opening = OpeningConnection(self, connection, options)
            connection.handler = opening
            return opening.start()
        }
        guard let peer = ConnectionPeer(connection.peerAddress, options, self) else {
            return connection.close()
        }
        _ = serve(connection, speaking: nil, options, peer)
    }

    /// Serves a connection whose protocol is known; nil when the client has not said. Returns who hears it.
    func serve(
        _ connection: Connection, speaking name: String?, _ options: ListenerOptions, _ peer: ConnectionPeer
    ) -> any ConnectionHandler {
        if name == "h2" || name == nil && !options.protocols.contains(.http11) {
            let server = HTTP2Connection(self, connection, peer)
            connection.handler = server
            server.start()
            return server
        }
        let server = ServerConnection(self, connection, peer)
        connection.handler = server
        server.start()
        return server
    }

    /// Serves what comes to a bound address; `id` is what the listener is called by from now on.
    package func listen(
        _ sockets: ListenerSockets, socket index: Int, id: Int = 0,
        options: ListenerOptions = ListenerOptions()
    ) {
        let listener = sockets.listen(
            on: core, socket: index, isFull: { [unowned self] in connectionCount >= settings.connectionsMax },
            refused: { [unowned self] in observe(.connectionRefused($0 == .full ? .total : .descriptors)) }
        ) { [unowned self] connection in
            serve(connection, listeners[id]?.options ?? options)
        }
        if let listener { listeners[id] = OpenListener(listener: listener, options: options) }
    }

    /// How connections of a listener are served that come from now on.
    package func replaceOptions(_ fresh: ListenerOptions, ofListener id: Int) {
        listeners[id]?.options = fresh
    }

    /// Accepts who waits already, and nobody after that. Open connections stay.
    package func closeListener(_ id: Int) {
        listeners[id]?.listener.close()
        listeners[id] = nil
    }

    /// Other bounds from now on. A connection keeps those of its decoder, which it began with.
    package func apply(_ fresh: ServerSettings) { bounds = fresh }

    /// Closes the listeners and idle connections; every answer from now on closes its connection.
    package func drain() {
        isDraining = true
        for open in listeners.values { open.listener.close() }
        for connection in drainable.values { connection.closeIdle() }
    }

    package var openConnections: Int { connectionCount }

    func connectionOpened() {
        connectionCount += 1
        connectionsChanged(true)
    }

    func connectionClosed() {
        connectionCount -= 1
        connectionsChanged(false)
        if isDraining, connectionCount == 0 { core.serviceBecameIdle() }
    }

    var acceptsFurtherRequests: Bool { !isDraining }

    func setDrainable(_ connection: any DrainableConnection, _ isDrainable: Bool) {
        drainable[ObjectIdentifier(connection)] = isDrainable ? connection : nil
    }

    /// With the fields that every answer has.
    func completed(_ answer: ResponseHead) -> ResponseHead {
        var answer = answer
        if !answer.fields.contains("date") { answer.fields.append("Date", date) }
        if !answer.fields.contains("server") { answer.fields.append("Server", settings.serverName) }
        return answer
    }

    /// The value of `Date` for now.
    var date: [UInt8] {
        if dateSecond != core.unixSeconds {
            dateSecond = core.unixSeconds
            dateText = OSSTime.httpDate(dateSecond)
        }
        return dateText
    }
}

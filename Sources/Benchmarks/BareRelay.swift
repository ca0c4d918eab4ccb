import Bytes
import Digest
import Reactor

/// The least that a proxy on this reactor can do: it passes on what comes, without reading a head, and shows what is
/// the platform's share. With MD5 it hashes what clients send with OpenSSL, piece by piece as it comes, which the
/// gateway's own MD5 is compared with. It lives on one shard.
final class BareRelay: ShardService {
    private var listener: Listener?

    init(core: ShardCore, sockets: ListenerSockets, origin: SocketAddress, computesMD5: Bool) {
        listener = sockets.listen(on: core, socket: 0, isFull: { false }) { client in
            let relay = RelayedClient(client, computesMD5: computesMD5)
            client.handler = relay
            relay.open(origin)
        }
    }

    func drain() { listener?.close() }
    var openConnections: Int { 0 }
}

/// The client's side of one relayed connection.
private final class RelayedClient: ConnectionHandler {
    fileprivate let client: Connection
    fileprivate var origin: Connection?
    private var md5: MD5?

    init(_ client: Connection, computesMD5: Bool) {
        self.client = client
        md5 = computesMD5 ? MD5() : nil
    }

    func open(_ address: SocketAddress) {
        origin = try? Connection.connect(client.core, to: address, handler: RelayedOrigin(self))
        if origin == nil { fail("no connection to the origin") }
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        md5?.update(bytes)
        origin?.send(bytes)
        if origin?.isCongested == true { client.pauseReading() }
    }

    func connectionInputEnded() { close() }
    func connectionDrained() { origin?.resumeReading() }
    func connectionClosed(_ error: TransportError?) { close() }

    fileprivate func close() {
        client.close()
        origin?.close()
        origin = nil
    }
}

/// The origin's side.
private final class RelayedOrigin: ConnectionHandler {
    private let relayed: RelayedClient

    init(_ relayed: RelayedClient) { self.relayed = relayed }

    func connectionReceived(_ bytes: Span<UInt8>) {
        relayed.client.send(bytes)
        if relayed.client.isCongested { relayed.origin?.pauseReading() }
    }

    func connectionInputEnded() { relayed.close() }
    func connectionDrained() { relayed.client.resumeReading() }
    func connectionClosed(_ error: TransportError?) { relayed.close() }
}

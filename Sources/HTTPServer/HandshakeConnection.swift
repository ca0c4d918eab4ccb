import Reactor
import TLS

/// An accepted connection until its TLS handshake is over, within a deadline; then whoever speaks the protocol that was
/// agreed on takes over. It counts as a connection, and a draining server closes it.
final class HandshakeConnection: ConnectionHandler, DrainableConnection {
    private let server: Server
    private let connection: Connection
    private let options: ListenerOptions
    private lazy var deadline = Deadline(server.core) { [unowned self] in end(.handshakeTimedOut) }
    private var isOver = false

    /// `connection` has a TLS session.
    init(_ server: Server, _ connection: Connection, _ options: ListenerOptions) {
        self.server = server
        self.connection = connection
        self.options = options
        server.connectionOpened()
        server.setDrainable(self, true)
    }

    func start() { deadline.set(after: server.settings.headNanoseconds) }

    func closeIdle() { end(nil) }

    func connectionEstablished() {
        guard !isOver else { return }
        server.observe(connection.session?.isResumed == true ? .handshakeResumed : .handshakeCompleted)
        // The next one is counted before this one is gone: the server never looks idle in between.
        _ = server.serve(connection, speaking: connection.session?.applicationProtocol, options)
        leave()
    }

    /// There are no data before the end of the handshake.
    func connectionReceived(_ bytes: Span<UInt8>) {}
    func connectionInputEnded() { end(.handshakeFailed) }
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { end(.handshakeFailed) }

    private func end(_ event: ServerEvent?) {
        guard !isOver else { return }
        if let event { server.observe(event) }
        connection.close(reset: event == .handshakeTimedOut)
        leave()
    }

    private func leave() {
        isOver = true
        deadline.retire()
        server.setDrainable(self, false)
        server.connectionClosed()
    }
}

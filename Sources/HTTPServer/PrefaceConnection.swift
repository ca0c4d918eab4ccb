import Bytes
import Reactor

/// A connection of plain text whose client may speak HTTP/1.1 or, with prior knowledge, HTTP/2: its first bytes tell
/// (RFC 9113, section 3.4). At most three are kept until then, within the deadline for a head.
final class PrefaceConnection: ConnectionHandler, DrainableConnection {
    private static let preface = Array("PRI ".utf8)
    private let server: Server
    private let connection: Connection
    private let options: ListenerOptions
    private var kept: [UInt8] = []
    private var isOver = false
    private lazy var deadline = Deadline(server.core) { [unowned self] in end() }

    init(_ server: Server, _ connection: Connection, _ options: ListenerOptions) {
        self.server = server
        self.connection = connection
        self.options = options
        server.connectionOpened()
        server.setDrainable(self, true)
    }

    func start() { deadline.set(after: server.settings.headNanoseconds) }

    func closeIdle() { end() }

    func connectionReceived(_ bytes: Span<UInt8>) {
        guard !isOver else { return }
        kept.append(bytes)
        let isHTTP2 = kept.starts(with: Self.preface)
        guard isHTTP2 || !Self.preface.starts(with: kept) else { return }
        let next = server.serve(connection, speaking: isHTTP2 ? "h2" : "http/1.1", options)
        let received = kept
        leave()
        next.connectionReceived(received.span)
    }

    func connectionInputEnded() { end() }
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { end() }

    private func end() {
        guard !isOver else { return }
        connection.close()
        leave()
    }

    private func leave() {
        isOver = true
        deadline.retire()
        server.setDrainable(self, false)
        server.connectionClosed()
    }
}

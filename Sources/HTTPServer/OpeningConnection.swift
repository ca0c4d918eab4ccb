import Bytes
import Network
import Reactor
import TLS

/// An accepted connection until the protocol that it speaks is known: reads who a proxy says it comes from, makes TLS, and
/// tells HTTP/1.1 from HTTP/2 of plain text by its first bytes, each as its listener asks. Each step has the time of a
/// head. Then whoever speaks the protocol takes over. It counts as a connection, and a draining server closes it.
final class OpeningConnection: ConnectionHandler, DrainableConnection {
    private static let preface = Array("PRI ".utf8)
    private let server: Server
    private let connection: Connection
    private let options: ListenerOptions
    private var step = Step.proxyHeader
    private var peer: ConnectionPeer?
    /// What has come of the header or the preface: less than the longest header, and what came with its last byte.
    private var kept: [UInt8] = []
    private lazy var deadline = Deadline(server.core) { [unowned self] in timedOut() }

    private enum Step {
        case proxyHeader
        case handshake
        case preface
        case over
    }

    init(_ server: Server, _ connection: Connection, _ options: ListenerOptions) {
        self.server = server
        self.connection = connection
        self.options = options
        server.connectionOpened()
        server.setDrainable(self, true)
    }

    func start() {
        let address = connection.peerAddress
        guard let trusted = options.proxyFrom else { return begin(address, received: []) }
        guard trusted.contains(where: { $0.contains(address) }) else {
            server.observe(.proxyHeader(.untrusted))
            return end()
        }
        deadline.set(after: server.settings.headNanoseconds)
    }

    /// The address of the client is known; `received` is what has come of its own bytes.
    private func begin(_ address: ClientAddress, received: [UInt8]) {
        guard let peer = ConnectionPeer(address, options, server) else { return end() }
        self.peer = peer
        deadline.set(after: server.settings.headNanoseconds)
        if let tls = options.tls {
            step = .handshake
            connection.secure(tls.makeSession(), received: received.span)
        } else if options.isPrefaceNeeded {
            step = .preface
            take(received.span)
        } else {
            handOver(speaking: nil, received)
        }
    }

    // MARK: Events

    func connectionReceived(_ bytes: Span<UInt8>) { take(bytes) }

    private func take(_ bytes: Span<UInt8>) {
        switch step {
        case .proxyHeader:
            kept.append(bytes)
            readProxyHeader()
        case .preface:
            kept.append(bytes)
            let isHTTP2 = kept.starts(with: Self.preface)
            guard isHTTP2 || !Self.preface.starts(with: kept) else { return }
            handOver(speaking: isHTTP2 ? "h2" : "http/1.1", kept)
        // There are no data before the end of the handshake.
        case .handshake, .over: break
        }
    }

    private func readProxyHeader() {
        do throws(ProxyHeader.Malformed) {
            guard let header = try ProxyHeader.read(kept[...]) else { return }
            server.observe(.proxyHeader(.accepted))
            let rest = Array(kept[header.count...])
            kept = []
            begin(header.client ?? connection.peerAddress, received: rest)
        } catch {
            server.observe(.proxyHeader(.malformed))
            end()
        }
    }

    func connectionEstablished() {
        guard step == .handshake else { return }
        server.observe(connection.session?.isResumed == true ? .handshakeResumed : .handshakeCompleted)
        handOver(speaking: connection.session?.applicationProtocol, [])
    }

    /// The next one is counted before this one is gone: the server never looks idle in between.
    private func handOver(speaking name: String?, _ received: [UInt8]) {
        guard let peer else { preconditionFailure("the peer is known before the protocol") }
        let next = server.serve(connection, speaking: name, options, peer)
        leave()
        if !received.isEmpty { next.connectionReceived(received.span) }
    }

    func connectionInputEnded() { brokenOff() }
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { brokenOff() }
    func closeIdle() { end() }

    private func brokenOff() {
        switch step {
        // Who looks whether somebody listens says nothing.
        case .proxyHeader: if !kept.isEmpty { server.observe(.proxyHeader(.malformed)) }
        case .handshake: server.observe(.handshakeFailed)
        case .preface, .over: break
        }
        end()
    }

    private func timedOut() {
        switch step {
        case .proxyHeader: server.observe(.proxyHeader(.timedOut))
        case .handshake: server.observe(.handshakeTimedOut)
        case .preface, .over: break
        }
        end(reset: step == .handshake)
    }

    private func end(reset: Bool = false) {
        guard step != .over else { return }
        connection.close(reset: reset)
        leave()
    }

    private func leave() {
        step = .over
        kept = []
        deadline.retire()
        server.setDrainable(self, false)
        server.connectionClosed()
    }
}

import Bytes
import Reactor
import TLS

/// Keeps a number of connections busy until all requests of a workload are answered, or a time has passed. It lives
/// on one shard, which keeps it until it has finished.
final class LoadGenerator: ShardService {
    fileprivate let core: ShardCore
    fileprivate let workload: Workload
    /// nil for plain text.
    fileprivate let tls: TLSClientContext?
    fileprivate let block = [UInt8](repeating: 0x61, count: 256 * 1024)
    private var connections: [LoadConnection] = []
    private var begun = 0
    private var result = LoadResult(seconds: 0, requests: 0, failures: 0, bodyBytesSent: 0, nanoseconds: [])
    private var startedAt: UInt64
    private var finished: ((LoadResult) -> Void)?
    private lazy var end = Deadline(core) { [unowned self] in finish() }

    init(
        core: ShardCore, workload: Workload, tls: TLSClientContext?, finished: @escaping (LoadResult) -> Void
    ) {
        self.core = core
        self.workload = workload
        self.tls = tls
        startedAt = core.nowPrecise
        self.finished = finished
        result.nanoseconds.reserveCapacity(min(workload.requests, 1_000_000))
    }

    /// Begins; with `seconds` it ends then, whatever has been answered.
    func start(_ address: SocketAddress, seconds: Double?) {
        if let seconds { end.set(after: UInt64(seconds * 1e9)) }
        for _ in 0..<workload.connections {
            let connection = LoadConnection(self)
            connections.append(connection)
            connection.open(address)
        }
    }

    func drain() {}
    var openConnections: Int { 0 }

    /// True if another request is wanted.
    fileprivate func takeRequest() -> Bool {
        guard finished != nil, begun < workload.requests else { return false }
        begun += 1
        return true
    }

    fileprivate var wantsMore: Bool { finished != nil && begun < workload.requests }

    fileprivate func sent(_ count: Int) { result.bodyBytesSent += UInt64(count) }

    fileprivate func answered(_ status: Int, since start: UInt64) {
        guard finished != nil else { return }
        result.requests += 1
        result.nanoseconds.append(core.nowPrecise - start)
        if status != 200 { result.failures += 1 }
        if result.requests == workload.requests { finish() }
    }

    private func finish() {
        guard let tell = finished else { return }
        finished = nil
        end.retire()
        for connection in connections { connection.close() }
        connections = []
        core.services.removeAll { $0 === self }
        result.seconds = Double(core.nowPrecise - startedAt) / 1e9
        result.nanoseconds.sort()
        tell(result)
    }
}

/// One connection of a load: one request at a time, the body in pieces of at most 256 KiB.
private final class LoadConnection: ConnectionHandler {
    private let generator: LoadGenerator
    private var connection: Connection?
    private var scanner = MessageScanner()
    private var bodyLeft = 0
    private var status = 0
    private var startedAt: UInt64 = 0
    private var isBusy = false
    private var address: SocketAddress?

    init(_ generator: LoadGenerator) { self.generator = generator }

    func open(_ address: SocketAddress) {
        self.address = address
        startedAt = generator.core.nowPrecise
        connection = try? Connection.connect(generator.core, to: address, handler: self)
        if connection == nil { fail("no connection for the load") }
        if let tls = generator.tls { connection?.secure(tls.makeSession(resuming: nil)) }
    }

    /// A connection that has carried a request is replaced by a new one, if that is what is measured.
    private func reopen() {
        connection?.close()
        scanner = MessageScanner()
        if let address, generator.wantsMore { open(address) }
    }

    func close() {
        isBusy = false
        connection?.close(reset: true)
    }

    func connectionEstablished() { begin() }

    private func begin() {
        guard generator.takeRequest() else { return }
        isBusy = true
        if !generator.workload.reconnects { startedAt = generator.core.nowPrecise }
        bodyLeft = generator.workload.bodyBytes
        connection?.send(generator.workload.head)
        pump()
    }

    private func pump() {
        let block = generator.block
        while bodyLeft > 0, let connection, !connection.isCongested {
            let count = min(block.count, bodyLeft)
            connection.send(block.span.extracting(0..<count))
            bodyLeft -= count
            generator.sent(count)
        }
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        var position = 0
        while true {
            switch scanner.next(bytes, &position) {
            case .needsInput: return
            case .head(let number): status = number
            case .end:
                isBusy = false
                generator.answered(status, since: startedAt)
                return generator.workload.reconnects ? reopen() : begin()
            }
        }
    }

    func connectionInputEnded() { connectionClosed(nil) }
    func connectionDrained() { pump() }

    func connectionClosed(_ error: TransportError?) {
        connection?.close()
        guard isBusy else { return }
        isBusy = false
        generator.answered(0, since: startedAt)
    }
}

/// Connections that have had one answer each and then stay open without traffic, to see what they cost.
final class IdleConnections: ShardService {
    fileprivate let core: ShardCore
    fileprivate let head: [UInt8]
    private let address: SocketAddress
    private var wanted: Int
    private var answered = 0
    private let count: Int
    private var connections: [IdleConnection] = []
    private let settled: () -> Void

    /// `settled` is called when all of them have their answer.
    init(
        core: ShardCore, address: SocketAddress, workload: Workload, count: Int,
        settled: @escaping () -> Void
    ) {
        self.core = core
        self.address = address
        head = workload.head
        wanted = count
        self.count = count
        self.settled = settled
    }

    /// A few at a time, so that no backlog overflows.
    func start() { for _ in 0..<64 { openOne() } }

    func drain() {}
    var openConnections: Int { 0 }

    func close() {
        for connection in connections { connection.connection?.close(reset: true) }
        connections = []
        core.services.removeAll { $0 === self }
    }

    fileprivate func oneAnswered() {
        answered += 1
        if answered == count { settled() } else { openOne() }
    }

    private func openOne() {
        guard wanted > 0 else { return }
        wanted -= 1
        let made = IdleConnection(self)
        connections.append(made)
        made.connection = try? Connection.connect(core, to: address, handler: made)
        if made.connection == nil { fail("no connection for the load") }
    }
}

private final class IdleConnection: ConnectionHandler {
    private unowned let owner: IdleConnections
    var connection: Connection?
    private var scanner = MessageScanner()

    init(_ owner: IdleConnections) { self.owner = owner }

    func connectionEstablished() { connection?.send(owner.head) }

    func connectionReceived(_ bytes: Span<UInt8>) {
        var position = 0
        while true {
            switch scanner.next(bytes, &position) {
            case .needsInput: return
            case .head(let status):
                guard status == 200 else { fail("an idle connection was answered \(status)") }
            case .end: owner.oneAnswered()
            }
        }
    }

    func connectionInputEnded() { connectionClosed(nil) }
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { fail("an idle connection was closed") }
}

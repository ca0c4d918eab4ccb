import Bytes
import HTTP1
import HTTPModel
import Reactor

/// One kind of request, sent again and again.
struct Workload: Sendable {
    let name: String
    let head: String
    let bodyBytes: Int
    let connections: Int
    let requests: Int
    let isGet: Bool

    var requestBody: [UInt8] { [UInt8](repeating: 0x61, count: bodyBytes) }
}

/// What a load came to.
struct LoadResult: Sendable {
    let seconds: Double
    let requests: Int
    let failures: Int
}

/// Keeps a number of connections busy until all requests of a workload are answered. It lives on one shard.
final class LoadGenerator {
    let core: ShardCore
    let head: [UInt8]
    let body: [UInt8]
    private let requests: Int
    private var begun = 0
    private var answered = 0
    private var failures = 0
    private var connections: [LoadConnection] = []
    private let startedAt: UInt64
    private let finished: (LoadResult) -> Void

    init(core: ShardCore, workload: Workload, finished: @escaping (LoadResult) -> Void) {
        self.core = core
        head = Array(workload.head.utf8)
        body = workload.requestBody
        requests = workload.requests
        startedAt = core.nowPrecise
        self.finished = finished
    }

    func start(_ address: SocketAddress, connections count: Int, method: Method) {
        for _ in 0..<count {
            let connection = LoadConnection(self, method: method)
            connections.append(connection)
            connection.open(address)
        }
    }

    /// True if another request is wanted.
    func takeRequest() -> Bool {
        guard begun < requests else { return false }
        begun += 1
        return true
    }

    func answered(_ status: Int) {
        answered += 1
        if status != 200 { failures += 1 }
        guard answered == requests else { return }
        for connection in connections { connection.close() }
        connections = []
        let seconds = Double(core.nowPrecise - startedAt) / 1e9
        finished(LoadResult(seconds: seconds, requests: answered, failures: failures))
    }

    func lost(_ count: Int) {
        for _ in 0..<count { answered(0) }
    }
}

/// One connection of a load: one request at a time, the body in pieces of at most 256 KiB.
private final class LoadConnection: ConnectionHandler {
    private unowned let generator: LoadGenerator
    private let method: Method
    private var connection: Connection?
    private var decoder = ResponseDecoder()
    private var sent = 0
    private var isBusy = false

    init(_ generator: LoadGenerator, method: Method) {
        self.generator = generator
        self.method = method
    }

    func open(_ address: SocketAddress) {
        connection = try? Connection.connect(generator.core, to: address, handler: self)
        if connection == nil { preconditionFailure("no connection for the load") }
    }

    func close() { connection?.close() }

    func connectionEstablished() { begin() }

    private func begin() {
        guard generator.takeRequest() else { return }
        isBusy = true
        sent = 0
        decoder.begin(requestMethod: method)
        connection?.send(generator.head)
        pump()
    }

    private func pump() {
        while sent < generator.body.count, let connection, !connection.isCongested {
            let end = min(sent + 256 * 1024, generator.body.count)
            let body = generator.body
            connection.send(body.span.extracting(sent..<end))
            sent = end
        }
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        var position = 0
        var status = 0
        do {
            while true {
                switch try decoder.next(bytes, &position) {
                case .needsInput: return
                case .head(let head): status = head.status
                case .end:
                    isBusy = false
                    generator.answered(status == 0 ? 200 : status)
                    return begin()
                case .body, .interim: break
                }
            }
        } catch {
            preconditionFailure("malformed answer: \(error.reason)")
        }
    }

    func connectionInputEnded() { connectionClosed(nil) }
    func connectionDrained() { pump() }

    func connectionClosed(_ error: TransportError?) {
        connection?.close()
        if isBusy { generator.lost(1) }
        isBusy = false
    }
}

import Bytes
import Digest
import Reactor

/// An origin that costs as little as can be: it drops what it gets and answers from memory. `GET /BYTES` is answered
/// with so many bytes and their CRC-64, anything else with an empty success. It lives on one shard.
final class BenchOrigin: ShardService {
    fileprivate let block = [UInt8](repeating: 0x61, count: 256 * 1024)
    private var heads: [Int: [UInt8]] = [:]
    private var listener: Listener?
    private(set) var openConnections = 0

    init(core: ShardCore, sockets: ListenerSockets) {
        listener = sockets.listen(on: core, socket: 0, isFull: { false }) { [unowned self] connection in
            connection.handler = OriginConnection(self, connection)
            openConnections += 1
        }
    }

    func drain() { listener?.close() }
    fileprivate func closed() { openConnections -= 1 }

    /// The head of an answer of so many bytes, made once.
    fileprivate func head(_ count: Int) -> [UInt8] {
        if let made = heads[count] { return made }
        var crc = CRC64()
        var left = count
        let block = block
        while left > 0 {
            let piece = min(left, block.count)
            crc.update(block.span.extracting(0..<piece))
            left -= piece
        }
        var text = "HTTP/1.1 200 OK\r\nServer: AliyunOSS\r\nDate: Mon, 02 Jan 2034 03:04:05 GMT\r\n"
        text += "Content-Type: application/octet-stream\r\nContent-Length: \(count)\r\n"
        text += "Connection: keep-alive\r\nx-oss-request-id: 5C3D9175B6FC201293AD4890\r\n"
        text += "ETag: \"D41D8CD98F00B204E9800998ECF8427E\"\r\n"
        if count > 0 { text += "x-oss-hash-crc64ecma: \(crc.value)\r\n" }
        let made = Array("\(text)\r\n".utf8)
        heads[count] = made
        return made
    }
}

private final class OriginConnection: ConnectionHandler {
    private let origin: BenchOrigin
    private let connection: Connection
    private var scanner = MessageScanner()
    private var wanted = 0
    private var left = 0

    init(_ origin: BenchOrigin, _ connection: Connection) {
        self.origin = origin
        self.connection = connection
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        var position = 0
        while true {
            switch scanner.next(bytes, &position) {
            case .needsInput: return
            case .head(let count): wanted = count
            case .end:
                connection.send(origin.head(wanted))
                left = wanted
                pump()
            }
        }
    }

    func connectionInputEnded() { close() }
    func connectionDrained() { pump() }
    func connectionClosed(_ error: TransportError?) { close() }

    private func close() {
        connection.close()
        origin.closed()
    }

    private func pump() {
        let block = origin.block
        while left > 0, !connection.isCongested {
            let count = min(left, block.count)
            connection.send(block.span.extracting(0..<count))
            left -= count
        }
    }
}

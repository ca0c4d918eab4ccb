import Dispatch
import Glibc
import HTTP1
package import HTTPModel
import Synchronization

/// An origin that does what a test tells it to, and remembers every byte it was sent: the witness of what the
/// gateway let through. One thread a connection, on loopback, port chosen by the system.
package final class ScriptedOrigin: Sendable {
    /// One request as it came.
    package struct Seen: Sendable {
        package var head: RequestHead
        package var body: [UInt8] = []
        package var trailers = Fields()
        package var isComplete = false

        /// The bytes of the head as they were on the wire.
        package var rawHead: [UInt8] { head.fields.bytes }
    }

    /// What to do next.
    package enum Action: Sendable {
        /// These bytes, and the connection stays.
        case answer([UInt8])
        /// These bytes, then an orderly end.
        case answerAndClose([UInt8])
        case close
        case reset
        /// Nothing, until the peer leaves.
        case stall
        /// Goes on reading; only for `onHead`.
        case readOn
    }

    package let port: UInt16
    private let listening: Int32
    private let state = Mutex(State())
    private let onHead: @Sendable (RequestHead) -> Action
    private let onEnd: @Sendable (Seen) -> Action
    /// Bytes read by one call; small with `pauseMicroseconds` for a slow origin.
    private let readBytesMax: Int

    private struct State {
        var seen: [Seen] = []
        var bytes = 0
        var connections = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var open: Set<Int32> = []
    }

    /// `onEnd` hears each complete request; by default it is answered with 200 and no body. `onHead` may act as
    /// soon as the head is there.
    package init(
        readBytesMax: Int = 65_536,
        onHead: @escaping @Sendable (RequestHead) -> Action = { _ in .readOn },
        onEnd: @escaping @Sendable (Seen) -> Action = { _ in .answer(ScriptedOrigin.ok()) }
    ) {
        self.onHead = onHead
        self.onEnd = onEnd
        self.readBytesMax = readBytesMax
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listening = number
        var address = Loopback.address(port: 0)
        let bound = unsafe Loopback.with(&address) { unsafe bind(number, $0, $1) }
        precondition(bound == 0 && listen(number, 1024) == 0, "no port on loopback")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe Loopback.with(&address) { pointer, _ in unsafe getsockname(number, pointer, &size) }
        port = UInt16(bigEndian: address.sin_port)
        DispatchQueue.global().async { [self] in acceptAll() }
    }

    /// A plain success.
    package static func ok(
        status: String = "200 OK", fields: [(String, String)] = [], body: [UInt8] = []
    ) -> [UInt8] {
        var text = "HTTP/1.1 \(status)\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(body.count)\r\n\r\n"
        return Array(text.utf8) + body
    }

    /// Requests in the order in which their heads came.
    package var seen: [Seen] { state.withLock { $0.seen } }
    /// Every byte that came, on all connections.
    package var bytesReceived: Int { state.withLock { $0.bytes } }
    package var connectionCount: Int { state.withLock { $0.connections } }

    /// Waits until so many requests are complete or broken off.
    package func ended(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.open.isEmpty && state.seen.count >= count { return true }
                if state.seen.filter(\.isComplete).count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    package func stop() {
        _ = shutdown(listening, Int32(SHUT_RDWR))
        state.withLock { for socket in $0.open { _ = shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    private func acceptAll() {
        while true {
            let accepted = accept(listening, nil, nil)
            guard accepted >= 0 else { break }
            state.withLock {
                $0.connections += 1
                $0.open.insert(accepted)
            }
            DispatchQueue.global().async { [self] in
                serve(accepted)
                notify { $0.open.remove(accepted) }
                _ = close(accepted)
            }
        }
        _ = close(listening)
    }

    private func notify<R>(_ change: (inout State) -> R) {
        let due = state.withLock { state in
            _ = change(&state)
            let complete = state.seen.filter(\.isComplete).count
            let all = state.open.isEmpty ? state.seen.count : complete
            let due = state.waiters.filter { $0.count <= all }
            state.waiters.removeAll { $0.count <= all }
            return due
        }
        for waiter in due { waiter.continuation.resume() }
    }

    private func serve(_ socket: Int32) {
        var decoder = RequestDecoder()
        var buffer = [UInt8](repeating: 0, count: readBytesMax)
        var current = 0
        while true {
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            state.withLock { $0.bytes += count }
            var position = 0
            reading: while true {
                let input = Array(buffer[..<count])
                guard let event = try? decoder.next(input.span, &position) else { return }
                switch event {
                case .needsInput: break reading
                case .head(let head):
                    current = state.withLock {
                        $0.seen.append(Seen(head: head))
                        return $0.seen.count - 1
                    }
                    guard act(onHead(head), socket) else { return }
                case .body(let range): state.withLock { $0.seen[current].body += input[range] }
                case .end(let trailers):
                    let request = state.withLock { state in
                        state.seen[current].isComplete = true
                        state.seen[current].trailers = trailers
                        return state.seen[current]
                    }
                    notify { _ in }
                    guard act(onEnd(request), socket) else { return }
                }
            }
        }
    }

    /// False when the connection is over.
    private func act(_ action: Action, _ socket: Int32) -> Bool {
        switch action {
        case .readOn: return true
        case .answer(let bytes): return send(bytes, socket)
        case .answerAndClose(let bytes):
            _ = send(bytes, socket)
            return false
        case .close: return false
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            unsafe Loopback.set(socket, SO_LINGER, &option)
            return false
        case .stall:
            var byte: UInt8 = 0
            while unsafe recv(socket, &byte, 1, 0) > 0 {}
            return false
        }
    }

    private func send(_ bytes: [UInt8], _ socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(
                    socket, raw.baseAddress?.advanced(by: sent), raw.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

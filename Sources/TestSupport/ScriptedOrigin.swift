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
        /// Its connection has ended before it was complete.
        package var isBroken = false

        package var target: String { head.target.text }
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
        /// Reads no more, until `release` or `stop`.
        case stall
        /// Reads on in pieces of so many bytes with a pause after each, for a slow origin; only for `onHead`.
        case readSlowly(bytes: Int, microseconds: UInt32)
        /// The same bytes so many times, for long answers.
        case pour([UInt8], times: Int)
        /// Several in order.
        case sequence([Action])
        /// Goes on reading; only for `onHead`.
        case readOn
    }

    package let port: UInt16
    private let listening: Int32
    private let state = Mutex(State())
    private let onHead: @Sendable (RequestHead) -> Action
    private let onEnd: @Sendable (Seen) -> Action
    private let gate = DispatchSemaphore(value: 0)

    private struct State {
        var seen: [Seen] = []
        var bytes = 0
        var connections = 0
        var waiters: [Waiter] = []
        var open: Set<Int32> = []
        var stalled = 0
        /// Was released when nobody stalled.
        var isReleased = false
        var bytesSent = 0
        /// Whose peers have taken nothing of a `pour` for half a second.
        var blocked: Set<Int32> = []
        var isStopped = false
    }

    private struct Waiter {
        let isDone: @Sendable (State) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    /// The target of the request by which `settled` knows that all earlier connections have been accepted.
    private static let settledTarget = "/.settled"

    /// `onEnd` hears each complete request; by default it is answered with 200 and no body. `onHead` may act as
    /// soon as the head is there.
    package init(
        onHead: @escaping @Sendable (RequestHead) -> Action = { _ in .readOn },
        onEnd: @escaping @Sendable (Seen) -> Action = { _ in .answer(ScriptedOrigin.ok()) }
    ) {
        self.onHead = onHead
        self.onEnd = onEnd
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listening = number
        var address = Loopback.address(port: 0)
        let bound = unsafe Loopback.with(&address) { unsafe bind(number, $0, $1) }
        precondition(bound == 0 && listen(number, 1024) == 0, "no port on loopback")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe Loopback.with(&address) { pointer, _ in unsafe getsockname(number, pointer, &size) }
        port = UInt16(bigEndian: address.sin_port)
        detach { [self] in acceptAll() }
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
        await wait { $0.seen.count(where: { $0.isComplete || $0.isBroken }) >= count }
    }

    /// Waits until a request with this target is complete or broken off.
    package func ended(target: String) async {
        await wait { $0.seen.contains { $0.target == target && ($0.isComplete || $0.isBroken) } }
    }

    /// Waits until so many heads have come.
    package func begun(_ count: Int) async { await wait { $0.seen.count >= count } }

    /// Waits until so many bytes have come.
    package func received(bytes: Int) async { await wait { $0.bytes >= bytes } }

    /// Waits until all connections that were made so far have been accepted and have ended: what `seen` holds
    /// then is final. To be called when the gateway has stopped.
    package func settled() async throws {
        let client = try RawClient(port: port)
        client.send("GET \(Self.settledTarget) HTTP/1.1\r\nHost: origin\r\n\r\n")
        _ = try client.answer()
        client.close()
        await wait { $0.open.isEmpty }
    }

    /// What peers have taken of answers.
    package var bytesSent: Int { state.withLock { $0.bytesSent } }

    /// Waits until so many peers take no more of a `pour`.
    package func blocked(_ count: Int = 1) async { await wait { $0.blocked.count >= count } }

    /// Waits until no connection is open.
    package func noneOpen() async { await wait { $0.open.isEmpty } }

    /// Lets those go on that stall now; if nobody does yet, who comes next does not stall: what a peer has seen of a
    /// request says nothing of how far the thread here has come.
    package func release() {
        let stalled = state.withLock { state in
            defer { state.stalled = 0 }
            if state.stalled == 0 { state.isReleased = true }
            return state.stalled
        }
        for _ in 0..<stalled { gate.signal() }
    }

    /// Does nothing when it was stopped before: the number of its socket may be another's by then.
    package func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            _ = shutdown(listening, Int32(SHUT_RDWR))
            for socket in state.open { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
        release()
    }

    private func wait(_ isDone: @escaping @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isDone(state) { return true }
                state.waiters.append(Waiter(isDone: isDone, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func change<R>(_ body: (inout State) -> R) -> R {
        let (result, due) = state.withLock { state in
            let result = body(&state)
            guard !state.waiters.isEmpty else { return (result, [Waiter]()) }
            let waiters = state.waiters
            let isDone = waiters.map { $0.isDone(state) }
            state.waiters = zip(waiters, isDone).filter { !$0.1 }.map(\.0)
            return (result, zip(waiters, isDone).filter(\.1).map(\.0))
        }
        for waiter in due { waiter.continuation.resume() }
        return result
    }

    private func acceptAll() {
        while true {
            let accepted = accept(listening, nil, nil)
            guard accepted >= 0 else { break }
            change {
                $0.connections += 1
                $0.open.insert(accepted)
                if $0.isStopped { _ = shutdown(accepted, Int32(SHUT_RDWR)) }
            }
            detach { [self] in
                serve(accepted)
                // Closed before it is no longer listed: the number may be used again at once.
                change {
                    _ = close(accepted)
                    $0.open.remove(accepted)
                    $0.blocked.remove(accepted)
                }
            }
        }
        change {
            $0.isStopped = true
            _ = close(listening)
        }
    }

    private func serve(_ socket: Int32) {
        var reader = RequestReader(socket: socket)
        var current: Int?
        defer {
            change { state in
                if let current, !state.seen[current].isComplete { state.seen[current].isBroken = true }
            }
        }
        while reader.receive({ count in change { $0.bytes += count } }) {
            while let event = reader.next() {
                switch event {
                case .needsInput: break
                case .head(let head):
                    guard head.target.text != Self.settledTarget else {
                        return _ = send(Self.ok(), socket)
                    }
                    current = change {
                        $0.seen.append(Seen(head: head))
                        return $0.seen.count - 1
                    }
                    guard act(onHead(head), socket, &reader) else { return }
                case .body(let range):
                    guard let current else { return }
                    change { $0.seen[current].body.append(contentsOf: reader.input[range]) }
                case .end(let trailers):
                    guard let current else { return }
                    let request = change { state in
                        state.seen[current].isComplete = true
                        state.seen[current].trailers = trailers
                        return state.seen[current]
                    }
                    guard act(onEnd(request), socket, &reader) else { return }
                }
            }
            if reader.hasFailed { return }
        }
    }

    /// False when the connection is over.
    private func act(_ action: Action, _ socket: Int32, _ reader: inout RequestReader) -> Bool {
        switch action {
        case .readOn: return true
        case .readSlowly(let bytes, let microseconds):
            reader.bytesMax = bytes
            reader.pauseMicroseconds = microseconds
            return true
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
            let (isStopped, waits) = change { state in
                let waits = !state.isStopped && !state.isReleased
                if waits { state.stalled += 1 }
                state.isReleased = false
                return (state.isStopped, waits)
            }
            if waits { gate.wait() }
            return !isStopped
        case .pour(let bytes, let times): return pour(bytes, times, socket)
        case .sequence(let actions):
            return actions.allSatisfy { act($0, socket, &reader) }
        }
    }

    private func pour(_ bytes: [UInt8], _ times: Int, _ socket: Int32) -> Bool {
        (0..<times).allSatisfy { _ in
            send(bytes, socket) { [self] in
                var descriptor = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
                if unsafe poll(&descriptor, 1, 500) == 0 {
                    change { _ = $0.blocked.insert(socket) }
                    _ = unsafe poll(&descriptor, 1, -1)
                }
                change { _ = $0.blocked.remove(socket) }
            }
        }
    }

    /// False if the peer is gone. Blocks where the peer takes no more, or calls `onFull` and tries again.
    private func send(_ bytes: [UInt8], _ socket: Int32, onFull: (() -> Void)? = nil) -> Bool {
        let flags = Int32(MSG_NOSIGNAL) | (onFull == nil ? 0 : Int32(MSG_DONTWAIT))
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(socket, raw.baseAddress?.advanced(by: sent), raw.count - sent, flags)
            }
            if count < 0, errno == EAGAIN, let onFull {
                onFull()
                continue
            }
            guard count > 0 else { return false }
            sent += count
            state.withLock { $0.bytesSent += count }
        }
        return true
    }
}

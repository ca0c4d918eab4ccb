package import Bytes
import Glibc
import HTTP1
package import HTTPModel
package import TLS

/// A client over a blocking socket on loopback, with or without TLS, that sends exactly the bytes it is told to. Every wait is bounded by
/// a minute, so that a gateway that hangs fails a test instead of stopping it.
package final class RawClient {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// An answer with its body decoded.
    package struct Answer: Sendable {
        package let head: ResponseHead
        package let body: [UInt8]

        package init(head: ResponseHead, body: [UInt8]) {
            self.head = head
            self.body = body
        }

        package var status: Int { head.status }
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The error document: the body, or for an answer without one what `x-oss-err` carries.
        package var document: String {
            guard body.isEmpty, let encoded = head.fields.first("x-oss-err") else { return text }
            return Base64.decode(encoded).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }

        package func field(_ name: Literal) -> String? { head.fields.first(name)?.text }

        /// The text of the first `<name>` element of the document, with the five entities resolved.
        package func element(_ name: String) -> String? {
            let text = document
            guard let open = text.firstRange(of: "<\(name)>"),
                let close = text[open.upperBound...].firstRange(of: "</\(name)>")
            else { return nil }
            let entities = [
                ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#13;", "\r"),
                ("&amp;", "&"),
            ]
            return entities.reduce(String(text[open.upperBound..<close.lowerBound])) {
                $0.replacing($1.0, with: $1.1)
            }
        }
    }

    private let socket: Int32
    private static let nothingCame = "nothing received for a minute"
    private var isOpen = true
    private var decoder = ResponseDecoder()
    private var input: [UInt8] = []
    /// nil for plain text.
    package let session: TLSSession?
    private var inputEnded = false
    /// Interim answers that came before final ones, such as `100 Continue`.
    package private(set) var interim: [ResponseHead] = []

    /// With a context it shakes hands, resuming with the ticket if there is one. `preamble` goes out before that.
    package init(
        port: UInt16, receiveBytes: Int32? = nil, tls: TLSClientContext? = nil,
        resuming ticket: TLSTicket? = nil, preamble: [UInt8] = []
    ) throws {
        session = tls?.makeSession(resuming: ticket)
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBytes { unsafe Loopback.set(socket, SO_RCVBUF, &size) }
        var wait = timeval(tv_sec: 60, tv_usec: 0)
        unsafe Loopback.set(socket, SO_RCVTIMEO, &wait)
        unsafe Loopback.set(socket, SO_SNDTIMEO, &wait)
        var address = Loopback.address(port: port)
        let failed = unsafe Loopback.with(&address) { unsafe connect(socket, $0, $1) }
        guard failed == 0 else {
            throw Failure(description: "cannot connect to port \(port): errno \(errno)")
        }
        if !preamble.isEmpty { sendRaw(preamble) }
        if let session { try shakeHands(session) }
    }

    private func shakeHands(_ session: TLSSession) throws {
        var hello: [UInt8] = []
        _ = session.start(output: &hello)
        sendRaw(hello)
        while !session.isEstablished {
            guard try receive() else { throw Failure(description: "closed during the handshake") }
        }
    }

    deinit { close() }

    /// False when the peer has closed or reset the connection, or takes nothing for a minute.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        guard let session else { return sendRaw(bytes) }
        var sealed: [UInt8] = []
        session.send(bytes.span, output: &sealed)
        return sendRaw(sealed)
    }

    /// Sends bytes past TLS.
    @discardableResult
    package func sendRaw(_ bytes: [UInt8]) -> Bool {
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

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// The next final answer; nil when the peer ends before its first byte. Throws when it is cut off, malformed, or
    /// does not come.
    package func answer(to method: Method = .get) throws -> Answer? {
        decoder.begin(requestMethod: method)
        return try finalAnswer()
    }

    /// The final answer after an interim one that `interimAnswer` has returned.
    package func finalAnswer() throws -> Answer? {
        var head: ResponseHead?
        var body: [UInt8] = []
        var position = 0
        while true {
            switch try nextEvent(&position) {
            case .needsInput:
                input.removeSubrange(..<position)
                position = 0
                if try receive() { continue }
                guard let head else {
                    if input.isEmpty, decoder.isBetweenMessages { return nil }
                    throw Failure(description: "the answer's head is cut off")
                }
                do {
                    if case .end = try decoder.endOfInput() { return Answer(head: head, body: body) }
                } catch {
                    throw Failure(description: "cut off: \(error.reason)")
                }
                throw Failure(description: "the answer is cut off")
            case .interim(let head): interim.append(head)
            case .head(let final): head = final
            case .body(let range): body.append(contentsOf: input[range])
            case .end:
                input.removeSubrange(..<position)
                guard let head else { throw Failure(description: "an end without a head") }
                return Answer(head: head, body: body)
            }
        }
    }

    private func nextEvent(_ position: inout Int) throws -> ResponseEvent {
        let bytes = input
        do {
            return try decoder.next(bytes.span, &position)
        } catch {
            throw Failure(description: "malformed answer: \(error.reason)")
        }
    }

    /// Waits for an interim answer such as `100 Continue`; nil when a final one came in its place.
    package func interimAnswer(to method: Method) throws -> ResponseHead? {
        decoder.begin(requestMethod: method)
        var position = 0
        while true {
            switch try nextEvent(&position) {
            case .needsInput:
                input.removeSubrange(..<position)
                position = 0
                guard try receive() else { throw Failure(description: "no answer") }
            case .interim(let head):
                input.removeSubrange(..<position)
                interim.append(head)
                return head
            default: return nil
            }
        }
    }

    /// What has come since the last call, at least one byte; nil at the end, also for a reset.
    package func piece() throws -> [UInt8]? {
        while input.isEmpty {
            do {
                guard try receive() else { return nil }
            } catch let failure as Failure where failure.description != Self.nothingCame {
                return nil
            }
        }
        defer { input = [] }
        return input
    }

    /// Everything until the peer ends; a reset counts as an end.
    package func rest() -> [UInt8] {
        while (try? receive()) == true {}
        defer { input = [] }
        return input
    }

    /// Takes one piece of what has come; false at the end. Throws when nothing comes or the connection is reset.
    private func receive() throws -> Bool {
        guard !inputEnded else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        guard count >= 0 else {
            throw Failure(description: errno == EAGAIN ? Self.nothingCame : "errno \(errno)")
        }
        guard let session else {
            input.append(contentsOf: buffer[..<count])
            return count > 0
        }
        guard count > 0 else { throw Failure(description: "cut off: the TLS stream has no end") }
        return try decrypt(buffer[..<count], session)
    }

    /// False when the peer has ended its side of the session.
    private func decrypt(_ bytes: ArraySlice<UInt8>, _ session: TLSSession) throws -> Bool {
        var data = [UInt8](repeating: 0, count: bytes.count + 32 * 1024)
        var answer: [UInt8] = []
        let (count, progress) = unsafe bytes.withUnsafeBytes { received in
            unsafe data.withUnsafeMutableBytes { unsafe session.receive(received, into: $0, output: &answer) }
        }
        if !answer.isEmpty { sendRaw(answer) }
        input.append(contentsOf: data[..<count])
        switch progress {
        case .open: return true
        case .ended:
            inputEnded = true
            return count > 0
        case .failed(let failure): throw Failure(description: "TLS: \(failure)")
        }
    }

    /// Waits until something can be read, at most so long; true if something can.
    package func waitForInput(milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, milliseconds) > 0
    }

    /// Waits until something can be sent, at most so long; true if something can.
    package func canSend(milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&descriptor, 1, milliseconds) > 0
    }

    /// Sends what the kernel takes at once of `bytes`, again and again until it takes no more within the given
    /// time; returns how much was taken.
    package func sendUntilBlocked(_ bytes: [UInt8], milliseconds: Int32 = 500) -> Int {
        var sent = 0
        while sent < bytes.count, canSend(milliseconds: milliseconds) {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(
                    socket, raw.baseAddress?.advanced(by: sent), raw.count - sent,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Ends our side, under TLS in the orderly way.
    package func endOutput() {
        if let session {
            var end: [UInt8] = []
            session.close(output: &end)
            sendRaw(end)
        }
        endSocket()
    }

    /// Ends our side of the socket, without a word of TLS.
    package func endSocket() { _ = shutdown(socket, Int32(SHUT_WR)) }

    /// Leaves rudely: the peer sees a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe Loopback.set(socket, SO_LINGER, &option)
        close()
    }

    package func close() {
        guard isOpen else { return }
        isOpen = false
        _ = Glibc.close(socket)
    }
}

/// Loopback sockets for tests.
enum Loopback {
    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    static func with(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func set<Value>(_ socket: Int32, _ option: Int32, _ value: UnsafeMutablePointer<Value>) {
        _ = unsafe setsockopt(socket, SOL_SOCKET, option, value, socklen_t(MemoryLayout<Value>.size))
    }
}

import Bytes
import Glibc

/// A connected socket to a syslog server; it never blocks, and owns its descriptor. Only this file and `LogFile` of the
/// target touch pointers.
final class LogSocket: Sendable {
    let isStream: Bool
    private let descriptor: Int32

    /// How long making a connection may take.
    private static let connectMilliseconds: Int32 = 1000

    private init(_ descriptor: Int32, isStream: Bool) {
        self.descriptor = descriptor
        self.isStream = isStream
    }

    deinit { _ = close(descriptor) }

    /// nil when the server is not there, or does not answer in time. The resolver may make it wait.
    static func connect(to place: SyslogPlace) -> LogSocket? {
        switch place {
        case .udp(let host, let port): connect(host, port, Int32(SOCK_DGRAM.rawValue))
        case .tcp(let host, let port): connect(host, port, Int32(SOCK_STREAM.rawValue))
        case .unix(let path):
            connect(path, Int32(SOCK_DGRAM.rawValue)) ?? connect(path, Int32(SOCK_STREAM.rawValue))
        }
    }

    /// Sends some of `bytes`; all of them or none where the socket is one of datagrams.
    func send(_ bytes: ByteSlice) -> LogFile.Written {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(
                descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if count > 0 || (count == 0 && !isStream) { return .bytes(max(count, 1)) }
        switch errno {
        case EINTR, EAGAIN, ENOBUFS: return .full
        case let number: return .failed(number)
        }
    }

    /// The server has closed its side. It has nothing to say, so what it sends is dropped.
    var hasEnded: Bool {
        var scratch = [UInt8](repeating: 0, count: 512)
        while true {
            let count = unsafe recv(descriptor, &scratch, scratch.count, Int32(MSG_DONTWAIT))
            if count > 0 { continue }
            return count == 0 || ![EAGAIN, EINTR].contains(errno)
        }
    }

    func awaitRoom(milliseconds: Int32) { _ = Self.wait(descriptor, milliseconds) }

    private static func wait(_ descriptor: Int32, _ milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) == 1
    }

    private static func opened(_ family: Int32, _ kind: Int32) -> Int32? {
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind | flags, 0)
        return descriptor >= 0 ? descriptor : nil
    }

    private static func connect(_ path: String, _ kind: Int32) -> LogSocket? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            unsafe room.copyBytes(from: path.utf8)
            return true
        }
        guard fits, let descriptor = opened(AF_UNIX, kind) else { return nil }
        let made = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        // Owned from here on: it is closed when it is let go.
        let socket = LogSocket(descriptor, isStream: kind == Int32(SOCK_STREAM.rawValue))
        return made ? socket : nil
    }

    private static func connect(_ host: String, _ port: UInt16, _ kind: Int32) -> LogSocket? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = kind
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0, let first = unsafe list else {
            return nil
        }
        defer { unsafe freeaddrinfo(first) }
        var next: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let entry = unsafe next {
            if let socket = unsafe attempt(entry, kind) { return socket }
            unsafe next = entry.pointee.ai_next
        }
        return nil
    }

    private static func attempt(_ entry: UnsafeMutablePointer<addrinfo>, _ kind: Int32) -> LogSocket? {
        guard let descriptor = unsafe opened(entry.pointee.ai_family, kind) else { return nil }
        let socket = LogSocket(descriptor, isStream: kind == Int32(SOCK_STREAM.rawValue))
        if unsafe Glibc.connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
            return socket
        }
        guard errno == EINPROGRESS, wait(descriptor, connectMilliseconds) else { return nil }
        var failure: Int32 = 0
        var count = socklen_t(MemoryLayout<Int32>.size)
        let asked = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &count)
        return asked == 0 && failure == 0 ? socket : nil
    }
}

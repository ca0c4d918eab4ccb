import Glibc

/// A file descriptor, closed exactly once: when its owner goes away.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes ownership of `number`; nil when it is -1.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { _ = close(number) }

    /// Gives the number away; whoever takes it closes it.
    consuming func release() -> Int32 {
        let taken = number
        discard self
        return taken
    }
}

/// System calls on sockets, with the interruption of a signal retried and the error number returned.
enum Sockets {
    /// A non-blocking stream socket that no child inherits.
    static func make(family: Int32) throws(TransportError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard let made = Descriptor(socket(family, kind, 0)) else {
            throw TransportError("cannot make a socket", errno: errno)
        }
        return made
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // A refused option costs speed, never correctness, so its failure is not an error.
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The address that a socket is bound to.
    static func localAddress(_ descriptor: Int32, family: Int32) -> SocketAddress? {
        unsafe address(family: family) { unsafe getsockname(descriptor, $0, $1) }
    }

    /// The address of the other side.
    static func peerAddress(_ descriptor: Int32, family: Int32) -> SocketAddress? {
        unsafe address(family: family) { unsafe getpeername(descriptor, $0, $1) }
    }

    /// The pending error of a socket, 0 if there is none.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &size) == 0 ? value : errno
    }

    /// Raises the soft limit of descriptors to the hard one, and returns it.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    private static func address(
        family: Int32, _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var size = socklen_t(bytes.count)
        let failed = unsafe bytes.withUnsafeMutableBytes { raw in
            guard let base = raw.baseAddress else { return Int32(-1) }
            return unsafe withUnsafeMutablePointer(to: &size) { sizePointer in
                unsafe ask(base.assumingMemoryBound(to: sockaddr.self), sizePointer)
            }
        }
        guard failed == 0 else { return nil }
        return SocketAddress(bytes: Array(bytes.prefix(Int(size))), family: family)
    }
}

import CKernels
import Glibc

/// A bound address, as values that every shard can listen on: one socket a shard for TCP (SO_REUSEPORT spreads
/// the connections), one shared socket for a Unix path.
package struct ListenerSockets: Sendable {
    /// The address that was bound, with the port that the system chose for port 0.
    package let address: BindAddress
    /// One descriptor a shard; whoever makes a `Listener` of one owns it.
    private let descriptors: [Int32]
    private let family: Int32
    /// Which file a Unix socket is, so that no other one is ever removed in its place.
    private var file: ino_t?

    private init(address: BindAddress, descriptors: [Int32], family: Int32) {
        self.address = address
        self.descriptors = descriptors
        self.family = family
        if case .unix(let path) = address { file = Self.socketFile(path)?.st_ino }
    }

    /// Binds `count` sockets. Throws with a sentence that names the address and the reason.
    package static func bind(_ address: BindAddress, count: Int) throws(TransportError) -> ListenerSockets {
        do throws(TransportError) {
            switch address {
            case .unix(let path): return try bindUnix(path, count)
            case .tcp(let host, let port): return try bindTCP(host, port, count)
            }
        } catch {
            throw TransportError("cannot listen on \(address)", detail: error.detail, number: error.number)
        }
    }

    /// Begins to listen on a shard with its own socket. Connections go to `accept`, unless `isFull`: then they are closed.
    /// `refused` hears of those that are closed.
    package func listen(
        on core: ShardCore, socket index: Int, isFull: @escaping () -> Bool,
        refused: @escaping (Listener.Refusal) -> Void = { _ in }, accept: @escaping (Connection) -> Void
    ) -> Listener? {
        guard let descriptor = Descriptor(descriptors[index]) else { return nil }
        return Listener(
            core: core, descriptor: consume descriptor, family: family, isFull: isFull, refused: refused,
            accept: accept)
    }

    /// Closes the sockets, of which no listener has been made.
    package func discard() {
        for number in descriptors { _ = Glibc.close(number) }
        removeFile()
    }

    /// Removes the file of a Unix socket on which nobody listens any more, unless somebody else has put another there.
    package func removeFile() {
        guard case .unix(let path) = address, let file, Self.socketFile(path)?.st_ino == file else { return }
        _ = unsafe unlink(path)
    }

    private static func socketFile(_ path: String) -> stat? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return status
    }

    private static func bindTCP(
        _ host: String, _ port: UInt16, _ count: Int
    ) throws(TransportError) -> ListenerSockets {
        var address = try SocketAddress.resolve(.tcp(host: host, port: port))
        // SO_REUSEPORT would let a second gateway of the same user share the port unnoticed: a socket without
        // it finds out first.
        if port != 0 { _ = try open(address, reusePort: false) }
        var descriptors: [Int32] = []
        var bound: BindAddress?
        for _ in 0..<count {
            let socket = try open(address, reusePort: true)
            if bound == nil, let local = Sockets.localAddress(socket.number, family: address.family) {
                address = local
                bound = .tcp(host: host.isEmpty ? local.client.description : host, port: local.port)
            }
            descriptors.append(socket.release())
        }
        return ListenerSockets(
            address: bound ?? .tcp(host: host, port: port), descriptors: descriptors, family: address.family)
    }

    private static func bindUnix(_ path: String, _ count: Int) throws(TransportError) -> ListenerSockets {
        try removeStaleSocket(path)
        let address = try SocketAddress.resolve(.unix(path: path))
        let socket = try open(address, reusePort: false)
        var descriptors: [Int32] = []
        for _ in 1..<max(count, 1) {
            guard let copy = Descriptor(fcntl(socket.number, F_DUPFD_CLOEXEC, 0)) else {
                throw TransportError("cannot share a socket", errno: errno)
            }
            descriptors.append(copy.release())
        }
        descriptors.append(socket.release())
        return ListenerSockets(address: .unix(path: path), descriptors: descriptors, family: AF_UNIX)
    }

    /// A socket file that nobody listens on any more is left over from a crash; any other file stays.
    private static func removeStaleSocket(_ path: String) throws(TransportError) {
        guard socketFile(path) != nil else { return }
        let address = try SocketAddress.resolve(.unix(path: path))
        let probe = try Sockets.make(family: AF_UNIX)
        let number = probe.number
        let failed = unsafe address.withSockaddr { unsafe connect(number, $0, $1) }
        let refused = failed != 0 && errno == ECONNREFUSED
        if refused { _ = unsafe unlink(path) }
    }

    private static func open(
        _ address: SocketAddress, reusePort: Bool
    ) throws(TransportError) -> Descriptor {
        let socket = try Sockets.make(family: address.family)
        let number = socket.number
        if address.family != AF_UNIX {
            Sockets.set(number, SOL_SOCKET, SO_REUSEADDR, 1)
            if reusePort { Sockets.set(number, SOL_SOCKET, SO_REUSEPORT, 1) }
        }
        guard unsafe address.withSockaddr({ unsafe Glibc.bind(number, $0, $1) }) == 0 else {
            throw TransportError("cannot bind", errno: errno)
        }
        guard !(address.family != AF_UNIX && !reusePort) else { return socket }
        guard Glibc.listen(number, Listener.backlogMax) == 0 else {
            throw TransportError("cannot listen", errno: errno)
        }
        return socket
    }
}

/// A listening socket on one shard: accepts in bounded turns, and sheds when descriptors run out instead of
/// spinning on a backlog that it cannot empty.
package final class Listener: EventTarget {
    /// Connections that wait to be accepted.
    static let backlogMax: Int32 = 4096
    private static let acceptsPerTurn = 64

    private unowned let core: ShardCore
    private var descriptor: Descriptor?
    private let family: Int32
    private let isFull: () -> Bool
    private let refused: (Refusal) -> Void
    private let accept: (Connection) -> Void
    /// Tries again after even shedding has failed: no event would announce the connections that wait.
    private lazy var retry = Deadline(core) { [weak self] in self?.acceptSome() }
    /// Given up for a moment when no descriptor is left, so that a connection can be taken and closed.
    private var reserve: Descriptor?

    /// Why a connection was closed as soon as it was accepted.
    package enum Refusal: Sendable {
        case full
        case noDescriptor
    }

    init?(
        core: ShardCore, descriptor: consuming Descriptor, family: Int32, isFull: @escaping () -> Bool,
        refused: @escaping (Refusal) -> Void, accept: @escaping (Connection) -> Void
    ) {
        self.core = core
        self.family = family
        self.isFull = isFull
        self.refused = refused
        self.accept = accept
        let number = descriptor.number
        self.descriptor = consume descriptor
        reserve = Self.openReserve()
        guard core.register(number, self) else { return nil }
    }

    /// Stops listening, after those who wait have been accepted: closing would reset them. Connections that are open stay.
    package func close() {
        var left = Self.backlogMax
        while left > 0, let listening = descriptor?.number,
            let accepted = Descriptor(ossgate_accept(listening))
        {
            take(accepted)
            left -= 1
        }
        guard let number = descriptor?.number else { return }
        core.unregister(number)
        descriptor = nil
    }

    func handle(_ flags: EventFlags) { acceptSome() }
    func continueWork() { acceptSome() }
    func shutDown() { close() }

    private func acceptSome() {
        for _ in 0..<Self.acceptsPerTurn {
            guard let listening = descriptor?.number else { return }
            if let accepted = Descriptor(ossgate_accept(listening)) {
                take(accepted)
            } else if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM {
                guard shedOne(listening) else { return retry.set(after: 100_000_000) }
            } else if errno == EAGAIN {
                return
            }
            // Anything else (ECONNABORTED, EINTR) concerns one connection, not the listener.
        }
        core.markReady(self)
    }

    private func take(_ accepted: consuming Descriptor) {
        guard !isFull() else { return refused(.full) }
        guard
            let connection = Connection(
                core: core, descriptor: consume accepted, family: family, connecting: false)
        else { return refused(.noDescriptor) }
        accept(connection)
    }

    /// Takes one connection from the backlog and closes it; false when even that cannot be done.
    private func shedOne(_ listening: Int32) -> Bool {
        reserve = nil
        let victim = Descriptor(ossgate_accept(listening))
        let isTaken = victim != nil
        _ = consume victim
        reserve = Self.openReserve()
        if isTaken { refused(.noDescriptor) }
        return isTaken
    }

    private static func openReserve() -> Descriptor? {
        Descriptor(unsafe open("/dev/null", O_RDONLY | O_CLOEXEC))
    }
}

/// Limits of the process that the reactor depends on.
package enum ProcessLimits {
    /// Raises the soft limit of descriptors to the hard one and returns it.
    package static func raiseDescriptors() -> Int { Sockets.raiseDescriptorLimit() }

    /// Lets malloc make no more heaps than threads can run at once, and one. By default it makes one for nearly every thread,
    /// and each keeps what was once needed of it; shards change their threads, so in time all would have needed it.
    package static func boundHeaps() {
        ossgate_bound_heaps(Int32(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN)) + 1))
    }

    /// A peer that has gone must be an error of one connection and never end the process.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}

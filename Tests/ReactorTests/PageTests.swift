import Bytes
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Reactor

/// Bytes that pass from connection to connection as pages are the same bytes as copied ones, whatever the sizes, however
/// slow the destination, and whoever leaves in the middle.
@Suite(.serialized) struct PageTests {
    /// Pieces of a relayed stream.
    static let sizes = [1, 70_000, 262_143, 262_144, 262_145, 1_000_003, 12_000_000]

    @Test(arguments: [Lending.none, .all, .some, .revoked])
    func aRelayedStreamArrivesAsItWasSent(lending: Lending) async throws {
        let relay = try await Relay(lending)
        for (index, size) in Self.sizes.enumerated() {
            for isSlow in [false, true] where size < 2_000_000 || !isSlow || lending != .none {
                let bytes = Pattern.bytes(count: size, seed: UInt64(index + 1))
                #expect(try await relay.pass(bytes, seed: UInt64(index), isSlow: isSlow) == bytes)
            }
        }
        let passed = await relay.shard.run { $0.bytesPassedOn }
        switch lending {
        case .none, .revoked: #expect(passed == 0)
        case .all, .some: #expect(passed > 1_000_000)
        }
        await relay.stop()
    }

    /// A destination that is full again and again still gets nearly all by reference: while it takes nothing, nothing is
    /// read that would have to be copied.
    @Test func aSlowDestinationIsSentPages() async throws {
        let relay = try await Relay(.all)
        let bytes = Pattern.bytes(count: 32 << 20)
        #expect(try await relay.pass(bytes, seed: 1, isSlow: true) == bytes)
        #expect(await relay.shard.run { $0.bytesPassedOn } > UInt64(bytes.count * 3 / 4))
        await relay.stop()
    }

    /// Nothing of a stream that was broken off comes out of the pipe in the next one.
    @Test(arguments: [Leaving.reset, .orderly])
    func nothingIsLeftOfABrokenStream(leaving: Leaving) async throws {
        let relay = try await Relay(.all)
        for round in 0..<20 {
            let lost = Pattern.bytes(count: 3_000_000, seed: 99)
            try await relay.breakOff(lost, after: 100_000 * round, leaving: leaving)
            let bytes = Pattern.bytes(count: 2_000_000, seed: UInt64(round))
            #expect(try await relay.pass(bytes, seed: 5, isSlow: round.isMultiple(of: 2)) == bytes)
        }
        #expect(await relay.shard.run { $0.bytesPassedOn } > 1_000_000)
        await relay.stop()
    }

    /// The pipe alone: what is read is what was sent, and so is any part of it that is passed on.
    @Test func aPipeReadsAndPassesOnTheSameBytes() throws {
        let pipe = try #require(PagePipe())
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
        defer { unsafe buffer.deallocate() }
        var random = SystemRandomNumberGenerator()
        for round in 0..<20 {
            let (source, sender) = try pair()
            let (destination, receiver) = try pair()
            defer { for socket in [source, sender, destination, receiver] { close(socket) } }
            let bytes = Pattern.bytes(count: 65_536, seed: UInt64(round))
            #expect(unsafe Glibc.send(sender, bytes, bytes.count, 0) == bytes.count)
            let whole = Int32(MSG_PEEK | MSG_WAITALL)
            #expect(unsafe recv(source, buffer.baseAddress, buffer.count, whole) == bytes.count)
            #expect(unsafe pipe.receive(from: source, into: buffer) == bytes.count)
            #expect(unsafe buffer.elementsEqual(bytes))
            try #require(pipe.isHolding)
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = Int.random(in: start..<bytes.count, using: &random) + 1
            #expect(pipe.send(start..<end, to: destination) == end - start)
            var arrived = [UInt8](repeating: 0, count: end - start)
            #expect(unsafe recv(receiver, &arrived, arrived.count, Int32(MSG_WAITALL)) == arrived.count)
            #expect(arrived == Array(bytes[start..<end]))
            // What was before it is gone.
            if start > 0 { #expect(pipe.send(0..<start, to: destination) == -1) }
            #expect(pipe.drop() && !pipe.isHolding)
        }
    }
}

/// What a relay lends.
enum Lending: CaseIterable, Sendable {
    case none
    case all
    /// Pieces of what is read are sent on, and a byte now and then from a copy.
    case some
    /// Lending ends in the call in which it would matter.
    case revoked
}

/// Connects each accepted connection with one of its own to a sink.
private final class Relay: Sendable {
    let shard = Shard(index: 0)
    private let sink: Int32
    private let address: SocketAddress

    init(_ lending: Lending) async throws {
        let (listening, destination) = try listen(receiving: 64 * 1024)
        sink = listening
        let sockets = try ListenerSockets.bind(.tcp(host: "127.0.0.1", port: 0), count: 1)
        address = try SocketAddress.resolve(sockets.address)
        let isListening = await shard.run { core in
            sockets.listen(on: core, socket: 0, isFull: { false }) { connection in
                let half = RelayHalf(connection, lending)
                connection.handler = half
                half.connect(to: destination)
            } != nil
        }
        #expect(isListening)
    }

    func stop() async {
        await shard.stop()
        close(sink)
    }

    /// Sends and returns what arrives. A slow receiver takes a little whenever the sender can send no more: it is slower than
    /// the sender, however the machine divides its time between them.
    func pass(_ bytes: [UInt8], seed: UInt64, isSlow: Bool) async throws -> [UInt8] {
        let client = try dial(address)
        let sender = Sender()
        detach {
            defer { sender.isHeldUp.store(true, ordering: .releasing) }
            var sent = 0
            var size = seed % 7 * 50_000 + 1_000
            while sent < bytes.count {
                let piece = bytes[sent..<min(sent + Int(size), bytes.count)]
                guard unsafe piece.withUnsafeBytes({ unsafe sendAll(client, $0, sender) }) else { break }
                sent += piece.count
                size = (size * 31 + 17) % 600_000 + 1
            }
            shutdown(client, Int32(SHUT_WR))
        }
        let arrived = try await onThread { [sink] in
            let receiver = accept(sink, nil, nil)
            defer { close(receiver) }
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: isSlow ? 4_099 : 300_000)
            while true {
                while isSlow, !sender.isHeldUp.load(ordering: .acquiring) { sched_yield() }
                let count = unsafe recv(receiver, &buffer, buffer.count, 0)
                guard count > 0 else { return all }
                all.append(contentsOf: buffer[..<count])
            }
        }
        close(client)
        return arrived
    }

    /// Sends, and the sink leaves when it has so many bytes.
    func breakOff(_ bytes: [UInt8], after count: Int, leaving: Leaving) async throws {
        let client = try dial(address)
        detach {
            _ = unsafe bytes.withUnsafeBytes { unsafe sendAll(client, $0, Sender()) }
            close(client)
        }
        try await onThread { [sink] in
            let receiver = accept(sink, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var left = count
            while left > 0 {
                let got = unsafe recv(receiver, &buffer, min(left, buffer.count), 0)
                try #require(got > 0)
                left -= got
            }
            if leaving == .reset {
                var option = linger(l_onoff: 1, l_linger: 0)
                _ = unsafe setsockopt(
                    receiver, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            }
            close(receiver)
        }
    }
}

/// The accepted connection; the other is its `Far`.
private final class RelayHalf: ConnectionHandler {
    private let near: Connection
    private let lending: Lending
    private var far: Connection?
    private var hasEnded = false
    private var pieces = 0

    init(_ near: Connection, _ lending: Lending) {
        self.near = near
        self.lending = lending
    }

    func connect(to address: SocketAddress) {
        far = try? Connection.connect(near.core, to: address, handler: Far(self))
        if lending != .none { near.lendPages() }
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        if lending == .revoked {
            near.stopLending()
            far?.send(bytes)
            near.lendPages()
        } else if lending == .some {
            sendInPieces(bytes)
        } else {
            far?.send(bytes)
        }
        if far?.isCongested == true { near.pauseReading() }
    }

    private func sendInPieces(_ bytes: Span<UInt8>) {
        var sent = 0
        while sent < bytes.count {
            pieces += 1
            let count = min(bytes.count - sent, [90_001, 1, 40_000][pieces % 3])
            let piece = bytes.extracting(sent..<(sent + count))
            if count == 1 {
                far?.send([piece[0]])
            } else {
                far?.send(piece)
            }
            sent += count
        }
    }

    func connectionInputEnded() {
        hasEnded = true
        far?.closeAfterFlush()
    }

    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { far?.close(reset: true) }

    func resume() { near.resumeReading() }
    func farClosed() {
        far = nil
        near.close(reset: !hasEnded)
    }
}

private final class Far: ConnectionHandler {
    private let half: RelayHalf

    init(_ half: RelayHalf) { self.half = half }

    func connectionReceived(_ bytes: Span<UInt8>) {}
    func connectionInputEnded() {}
    func connectionDrained() { half.resume() }
    func connectionClosed(_ error: TransportError?) { half.farClosed() }
}

private func dial(_ address: SocketAddress) throws -> Int32 {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let failed = unsafe address.withSockaddr { unsafe connect(client, $0, $1) }
    try #require(failed == 0)
    return client
}

/// A socket that listens; what it accepts has a window of so many bytes at first, if any are given.
private func listen(receiving room: Int32? = nil) throws -> (Int32, SocketAddress) {
    let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if let room { Sockets.set(listening, SOL_SOCKET, SO_RCVBUF, room) }
    let any = try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: 0))
    let failed = unsafe any.withSockaddr { unsafe bind(listening, $0, $1) }
    try #require(failed == 0 && Glibc.listen(listening, 16) == 0)
    return (listening, try #require(Sockets.localAddress(listening, family: AF_INET)))
}

/// Two ends of one connection over TCP.
private func pair() throws -> (Int32, Int32) {
    let (listening, address) = try listen()
    defer { close(listening) }
    let client = try dial(address)
    let accepted = accept(listening, nil, nil)
    try #require(accepted >= 0)
    return (accepted, client)
}

/// Who sends, as the receiver sees it.
private final class Sender: Sendable {
    /// The socket takes no more, or all has been sent.
    let isHeldUp = Atomic<Bool>(false)
}

private func sendAll(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, _ sender: Sender) -> Bool {
    var sent = 0
    while sent < bytes.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
        let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
        let count = unsafe Glibc.send(socket, rest.baseAddress, rest.count, flags)
        if count < 0, errno == EAGAIN {
            var room = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            sender.isHeldUp.store(true, ordering: .releasing)
            guard unsafe poll(&room, 1, -1) == 1 else { return false }
            sender.isHeldUp.store(false, ordering: .releasing)
            continue
        }
        guard count > 0 else { return false }
        sent += count
    }
    return true
}

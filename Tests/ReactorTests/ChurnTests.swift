import Bytes
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Reactor

/// Echoes what it hears, ends when the peer ends.
private final class Echo: ConnectionHandler {
    private unowned let connection: Connection
    private let tally: Tally

    init(_ connection: Connection, _ tally: Tally) {
        self.connection = connection
        self.tally = tally
        tally.opened.add(1, ordering: .relaxed)
    }

    func connectionReceived(_ bytes: Span<UInt8>) { connection.send(bytes) }
    func connectionInputEnded() { connection.closeAfterFlush() }
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { tally.closed.add(1, ordering: .relaxed) }
}

private final class Tally: Sendable {
    let opened = Atomic<Int>(0)
    let closed = Atomic<Int>(0)
}

/// How a churning client leaves.
enum Leaving: CaseIterable, Sendable {
    case reset
    case halfClose
    case orderly
}

@Suite(.serialized) struct ChurnTests {
    /// Clients come and go in every way that once crashed or stalled other designs; nothing may be lost.
    @Test(arguments: [false, true])
    func connectionsComeAndGo(unix: Bool) async throws {
        let shards = [Shard(index: 0), Shard(index: 1)]
        let path = "/tmp/ossgate-churn-\(getpid()).sock"
        let sockets = try ListenerSockets.bind(
            unix ? .unix(path: path) : .tcp(host: "127.0.0.1", port: 0), count: shards.count)
        let tally = Tally()
        for (index, shard) in shards.enumerated() {
            let isListening = await shard.run { core in
                sockets.listen(on: core, socket: index, isFull: { false }) { connection in
                    connection.handler = Echo(connection, tally)
                } != nil
            }
            #expect(isListening)
        }
        let address = try SocketAddress.resolve(sockets.address)
        let rounds = 2_000
        let echoed = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<6 {
                let leaving = Leaving.allCases[worker % 3]
                group.addTask { await churnOnThread(address, rounds: rounds, leaving: leaving) }
            }
            return await group.reduce(0, +)
        }
        // Half of the workers wait for the echo before they leave; every one of those must have had it.
        #expect(echoed == 6 * rounds)
        #expect(await eventually { tally.opened.load(ordering: .relaxed) == 6 * rounds })
        #expect(
            await eventually {
                tally.closed.load(ordering: .relaxed) == tally.opened.load(ordering: .relaxed)
            })
        #expect(openDescriptors(boundTo: address) > 0)
        for shard in shards {
            #expect(await shard.run { $0.connectionCount } == 0)
            await shard.stop()
        }
        _ = unsafe unlink(path)
        #expect(await eventually { openDescriptors(boundTo: address) == 0 })
    }
}

/// Opens, sends, usually reads the echo, leaves. Returns how many rounds went as they should.
private func churn(_ address: SocketAddress, rounds: Int, leaving: Leaving) -> Int {
    var good = 0
    let message: [UInt8] = Array("hello, shard".utf8)
    for round in 0..<rounds {
        let client = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        guard unsafe address.withSockaddr({ unsafe connect(client, $0, $1) }) == 0 else { continue }
        guard unsafe send(client, message, message.count, Int32(MSG_NOSIGNAL)) == message.count else {
            continue
        }
        // A reset with the echo unread or unsent is the rude case; every second one reads first.
        if leaving != .reset || round.isMultiple(of: 2) {
            var buffer = [UInt8](repeating: 0, count: 64)
            guard unsafe recv(client, &buffer, message.count, Int32(MSG_WAITALL)) == message.count,
                buffer.starts(with: message)
            else { continue }
        }
        switch leaving {
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(
                client, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        case .halfClose:
            shutdown(client, Int32(SHUT_WR))
            var byte: UInt8 = 0
            guard unsafe recv(client, &byte, 1, 0) == 0 else { continue }
        case .orderly: break
        }
        good += 1
    }
    return good
}

/// Blocking work has a thread of its own, not one of the few that run all tests.
private func churnOnThread(_ address: SocketAddress, rounds: Int, leaving: Leaving) async -> Int {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(returning: churn(address, rounds: rounds, leaving: leaving))
        }
    }
}

/// The descriptors of this process that listen on an address or were accepted there; other tests run meanwhile and
/// have theirs.
private func openDescriptors(boundTo address: SocketAddress) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.count {
        // The system pads a path with zeros, or not.
        guard let local = Sockets.localAddress($0, family: address.family)?.bytes else { return false }
        return local.starts(with: address.bytes) || address.bytes.starts(with: local) && local.count > 2
    }
}

/// Polls a condition that other threads bring about, for at most a minute.
private func eventually(_ condition: @Sendable () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if await condition() { return true }
        await Task.yield()
    }
    return await condition()
}

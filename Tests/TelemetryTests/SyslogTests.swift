import Foundation
import Glibc
import Testing

@testable import Telemetry

/// Syslog over real sockets on loopback.
@Suite struct SyslogTests {
    private static let header = SyslogHeader(
        severity: .warning, host: "host name\u{7}", processID: 42, messageID: "rejections")
    private static let time: Int64 = 1_795_416_000_123
    private static let prefix = "<132>1 2026-11-23T06:40:00.123Z hostname ossgate 42 rejections - "

    /// A socket that is bound to a port of the system's choice, and closed at the end.
    private final class Server {
        let descriptor: Int32
        let port: UInt16

        init(_ kind: Int32) throws {
            let descriptor = socket(AF_INET, kind, 0)
            self.descriptor = descriptor
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var count = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, count) == 0 && getsockname(descriptor, $0, &count) == 0
                }
            }
            try #require(bound)
            port = UInt16(bigEndian: address.sin_port)
            // Nothing waits longer than this.
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            _ = unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { Glibc.close(descriptor) }

        func accepted() throws -> Int32 {
            let connection = accept(descriptor, nil, nil)
            try #require(connection >= 0)
            return connection
        }
    }

    private func received(_ descriptor: Int32, max: Int = 65_536) -> String {
        var buffer = [UInt8](repeating: 0, count: max)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(Swift.max(0, count)), as: UTF8.self)
    }

    private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    private func sink(_ place: SyslogPlace, bounds: LogSink.Bounds = .init()) -> LogSink {
        LogSink(name: "rejections", syslog: place, header: Self.header, bounds: bounds)
    }

    @Test func aDatagramIsAMessage() throws {
        let server = try Server(Int32(SOCK_DGRAM.rawValue))
        let sink = sink(.udp(host: "127.0.0.1", port: server.port))
        sink.enqueue(line("{\"a\":1}"), at: Self.time)
        sink.enqueue(line("{\"a\":2}"), at: Self.time)
        #expect(received(server.descriptor) == Self.prefix + "{\"a\":1}")
        #expect(received(server.descriptor) == Self.prefix + "{\"a\":2}")
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.written == 2 && sink.dropped == 0)
    }

    @Test func aUnixSocketOfDatagrams() throws {
        let path = NSTemporaryDirectory() + "ossgate-\(UUID().uuidString.prefix(8)).sock"
        defer { _ = unsafe unlink(path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        try #require(bindUnix(descriptor, path))
        let sink = sink(.unix(path: path))
        sink.enqueue(line("{}"), at: Self.time)
        #expect(received(descriptor) == Self.prefix + "{}")
    }

    @Test func aUnixSocketOfStreamsCountsOctets() throws {
        let path = NSTemporaryDirectory() + "ossgate-\(UUID().uuidString.prefix(8)).sock"
        defer { _ = unsafe unlink(path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        try #require(bindUnix(descriptor, path))
        try #require(listen(descriptor, 1) == 0)
        let sink = sink(.unix(path: path))
        sink.enqueue(line("{}"), at: Self.time)
        let connection = accept(descriptor, nil, nil)
        defer { Glibc.close(connection) }
        #expect(received(connection) == "\(Self.prefix.utf8.count + 2) \(Self.prefix){}")
    }

    private func bindUnix(_ descriptor: Int32, _ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// The messages of a stream in octet counting; nil when it is not that.
    private func frames(_ text: String) -> [String]? {
        var rest = Array(text.utf8)[...]
        var found: [String] = []
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20),
                let count = Int(String(decoding: rest[..<space], as: UTF8.self)),
                rest.endIndex - space - 1 >= count
            else { return nil }
            let end = space + 1 + count
            found.append(String(decoding: rest[(space + 1)..<end], as: UTF8.self))
            rest = rest[end...]
        }
        return found
    }

    @Test func aStreamCountsOctetsAndConnectsAgain() throws {
        signal(SIGPIPE, SIG_IGN)
        let server = try Server(Int32(SOCK_STREAM.rawValue))
        try #require(listen(server.descriptor, 4) == 0)
        let sink = sink(.tcp(host: "127.0.0.1", port: server.port))
        for number in 0..<500 { sink.enqueue(line("{\"number\":\(number)}"), at: Self.time) }
        let first = try server.accepted()
        var text = ""
        while frames(text)?.count != 500 {
            let piece = received(first)
            try #require(!piece.isEmpty)
            text += piece
        }
        #expect(frames(text)?[499] == Self.prefix + "{\"number\":499}")
        // The server goes away, which is noticed before anything is written.
        #expect(sink.flush(milliseconds: 60_000))
        Glibc.close(first)
        sink.enqueue(line("again"), at: Self.time)
        let second = try server.accepted()
        defer { Glibc.close(second) }
        #expect(frames(received(second)) == [Self.prefix + "again"])
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.written == 501 && sink.dropped == 0)
    }

    @Test func aServerThatReadsNothingCostsLinesOnly() throws {
        let server = try Server(Int32(SOCK_STREAM.rawValue))
        try #require(listen(server.descriptor, 4) == 0)
        let bounds = LogSink.Bounds(lines: 100_000, bytes: 1 << 20)
        let sink = sink(.tcp(host: "127.0.0.1", port: server.port), bounds: bounds)
        let long = line(String(repeating: "x", count: 8000))
        let clock = ContinuousClock()
        // As much as the kernel holds, however much that is, and then more than the queue does.
        var count = 1
        sink.enqueue(long, at: Self.time)
        let connection = try server.accepted()
        defer { Glibc.close(connection) }
        repeat {
            for _ in 0..<100 { sink.enqueue(long, at: Self.time) }
            count += 100
        } while sink.flush(milliseconds: 1_000) && count < 50_000
        let more = 5000
        count += more
        let taken = clock.measure { for _ in 0..<more { sink.enqueue(long, at: Self.time) } }
        #expect(taken < .seconds(60))
        #expect(!sink.flush(milliseconds: 50))
        #expect(sink.dropped > 0)
        sink.close(flushMilliseconds: 10)
        // Every line is accounted for once nothing waits any more.
        #expect(sink.flush(milliseconds: 20_000))
        #expect(sink.written + sink.dropped == UInt64(count))
    }

    @Test func aServerThatIsNotThereYetGetsWhatWaited() throws {
        let path = NSTemporaryDirectory() + "ossgate-\(UUID().uuidString.prefix(8)).sock"
        defer { _ = unsafe unlink(path) }
        let sink = sink(.unix(path: path))
        sink.enqueue(line("early"), at: Self.time)
        #expect(!sink.flush(milliseconds: 20))
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        try #require(bindUnix(descriptor, path))
        #expect(received(descriptor) == Self.prefix + "early")
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.written == 1 && sink.dropped == 0)
    }
}

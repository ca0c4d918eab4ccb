import Foundation
import Glibc
import Testing

@testable import Telemetry

@Suite struct LogSinkTests {
    /// A directory of its own that is removed at the end.
    private final class Scratch {
        let path: String

        init() throws {
            path = NSTemporaryDirectory() + "ossgate-log-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: path + "/" + name, encoding: .utf8)
        }
    }

    private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    /// A pipe whose ends never block.
    private func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe Glibc.pipe(&ends) == 0)
        for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        return (ends[0], ends[1])
    }

    private func readAll(_ descriptor: Int32) -> [UInt8] {
        var out: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return out }
            out.append(contentsOf: buffer[..<count])
        }
    }

    @Test func linesAreAppendedInOrderAndOnlyGroupMayRead() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/r.log"
        try Data("before\n".utf8).write(to: URL(fileURLWithPath: path + ".other"))
        let sink = try LogSink(name: "rejections", path: path)
        for index in 0..<1000 { sink.enqueue(line("\(index)")) }
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.written == 1000)
        #expect(sink.dropped == 0)
        #expect(try scratch.text("r.log") == (0..<1000).map { "\($0)\n" }.joined())
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect((mode ?? 0o777) & 0o137 == 0)
    }

    @Test func aLogThatCannotBeOpenedSaysWhy() {
        let path = "/nonexistent-ossgate/r.log"
        #expect {
            try LogSink(name: "rejections", path: path)
        } throws: { error in
            "\(error)" == "cannot open log file \(path): No such file or directory"
        }
    }

    @Test func reopenFollowsARename() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/r.log"
        let sink = try LogSink(name: "rejections", path: path)
        sink.enqueue(line("one"))
        #expect(sink.flush(milliseconds: 60_000))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        sink.enqueue(line("two"))
        #expect(sink.flush(milliseconds: 60_000))
        try sink.reopen()
        sink.enqueue(line("three"))
        #expect(sink.flush(milliseconds: 60_000))
        #expect(try scratch.text("r.log.1") == "one\ntwo\n")
        #expect(try scratch.text("r.log") == "three\n")
    }

    @Test func aFailedReopenKeepsTheOldFile() throws {
        let scratch = try Scratch()
        let directory = scratch.path + "/sub"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let sink = try LogSink(name: "rejections", path: directory + "/r.log")
        try FileManager.default.moveItem(atPath: directory, toPath: directory + "2")
        #expect(throws: LogFile.Failure.self) { try sink.reopen() }
        sink.enqueue(line("still"))
        #expect(sink.flush(milliseconds: 60_000))
        #expect(try scratch.text("sub2/r.log") == "still\n")
    }

    @Test func aFullDiskDropsAndCounts() throws {
        let sink = try LogSink(name: "rejections", path: "/dev/full")
        for index in 0..<10 { sink.enqueue(line("\(index)")) }
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.dropped == 10)
        #expect(sink.written == 0)
        sink.enqueue(line("again"))
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.dropped == 11)
    }

    @Test func aPipeThatNobodyReadsDropsAndRecovers() throws {
        let (reader, writer) = try pipe()
        defer { Glibc.close(reader) }
        defer { Glibc.close(writer) }
        let bounds = LogSink.Bounds(lines: 1000, bytes: 300_000)
        let sink = LogSink(name: "rejections", file: LogFile(borrowing: writer), bounds: bounds)
        let long = line(String(repeating: "x", count: 999))
        for _ in 0..<2000 { sink.enqueue(long) }
        #expect(!sink.flush(milliseconds: 20))
        // A pipe holds 64 KiB, the queue 300 lines of 1000 bytes: the rest cannot have been kept.
        #expect(sink.dropped >= 2000 - 300 - 66)
        #expect(sink.dropped < 2000)
        let dropped = sink.dropped
        var seen: [UInt8] = []
        while !sink.flush(milliseconds: 1) { seen += readAll(reader) }
        sink.enqueue(line("recovered"))
        while !sink.flush(milliseconds: 1) { seen += readAll(reader) }
        seen += readAll(reader)
        let lines = String(decoding: seen, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2001 - Int(dropped))
        #expect(lines.dropLast().allSatisfy { $0.utf8.count == 999 })
        #expect(lines.last == "recovered")
        #expect(sink.written + sink.dropped == 2001)
    }

    @Test func closeIsBoundedInTime() throws {
        let (reader, writer) = try pipe()
        defer { Glibc.close(reader) }
        defer { Glibc.close(writer) }
        let sink = LogSink(name: "rejections", file: LogFile(borrowing: writer))
        for _ in 0..<200 { sink.enqueue(line(String(repeating: "x", count: 999))) }
        let clock = ContinuousClock()
        let taken = clock.measure { sink.close(flushMilliseconds: 50) }
        #expect(taken < .seconds(30))
        sink.enqueue(line("late"))
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.dropped > 100)
        #expect(sink.written + sink.dropped == 201)
    }

    @Test func aLineCutByAFailureSpoilsNoOther() throws {
        signal(SIGPIPE, SIG_IGN)
        let scratch = try Scratch()
        let path = scratch.path + "/fifo"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let first = unsafe open(path, O_RDONLY | O_NONBLOCK)
        let sink = try LogSink(name: "rejections", path: path)
        // Longer than a pipe holds: the reader goes away in the middle of the line.
        sink.enqueue(line(String(repeating: "x", count: 200_000)))
        var entry = pollfd(fd: first, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&entry, 1, 60_000) == 1)
        Glibc.close(first)
        #expect(sink.flush(milliseconds: 60_000))
        #expect(sink.dropped == 1)
        let second = unsafe open(path, O_RDONLY | O_NONBLOCK)
        defer { Glibc.close(second) }
        sink.enqueue(line("next"))
        var seen: [UInt8] = []
        while !sink.flush(milliseconds: 1) { seen += readAll(second) }
        seen += readAll(second)
        let lines = String(decoding: seen, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.allSatisfy { $0 == "x" } == true)
        #expect(lines.last == "next")
        #expect(sink.written == 1)
    }

    @Test func manyWritersLoseNothing() async throws {
        let scratch = try Scratch()
        let sink = try LogSink(name: "rejections", path: scratch.path + "/r.log")
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask { for index in 0..<500 { sink.enqueue(Array("\(writer) \(index)\n".utf8)) } }
            }
        }
        #expect(sink.flush(milliseconds: 60_000))
        let lines = try scratch.text("r.log").split(separator: "\n")
        #expect(Set(lines).count == 4000)
        #expect(lines.filter { $0.hasPrefix("3 ") }.map(String.init) == (0..<500).map { "3 \($0)" })
    }
}

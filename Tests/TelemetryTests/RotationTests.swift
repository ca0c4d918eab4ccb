import Foundation
import Testing

@testable import Telemetry

@Suite struct RotationTests {
    private let directory = NSTemporaryDirectory() + "ossgate-rotation-\(UUID().uuidString)"

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
    }

    private func sink(bytesMax: UInt64, kept: Int) throws -> LogSink {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return try LogSink(
            name: "rejections", path: directory + "/r.log",
            rotation: LogRotation(bytesMax: bytesMax, kept: kept))
    }

    @Test func filesStayWithinTheirBoundAndLinesWhole() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let sink = try sink(bytesMax: 100, kept: 3)
        // Ten lines of ten bytes fill a file exactly.
        for number in 0..<45 { sink.enqueue(Array("line \(String(format: "%04d", number))\n".utf8)) }
        #expect(sink.flush(milliseconds: 10_000))
        #expect(sink.written == 45 && sink.dropped == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        #expect(names == ["r.log", "r.log.1", "r.log.2", "r.log.3"])
        let all = try ["r.log.3", "r.log.2", "r.log.1", "r.log"].map(text)
        #expect(all.map(\.utf8.count) == [100, 100, 100, 50])
        #expect(
            all.joined().split(separator: "\n").map(String.init)
                == (10..<45).map { "line \(String(format: "%04d", $0))" })
    }

    @Test func aLineThatIsLargerThanAFileHasOneOfItsOwn() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let sink = try sink(bytesMax: 20, kept: 5)
        for line in ["short", String(repeating: "x", count: 50), "last"] {
            sink.enqueue(Array("\(line)\n".utf8))
        }
        #expect(sink.flush(milliseconds: 10_000))
        #expect(try text("r.log.2") == "short\n")
        #expect(try text("r.log.1").utf8.count == 51)
        #expect(try text("r.log") == "last\n")
    }

    @Test func aFileThatIsThereCountsAndOneThatCannotMoveIsWrittenOn() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(
            atPath: directory + "/r.log.1/x", withIntermediateDirectories: true)
        try Data("0123456789\n".utf8).write(to: URL(fileURLWithPath: directory + "/r.log"))
        let sink = try sink(bytesMax: 12, kept: 1)
        // A directory stands where the file would go.
        sink.enqueue(Array("one\n".utf8))
        sink.enqueue(Array("two\n".utf8))
        #expect(sink.flush(milliseconds: 10_000))
        #expect(try text("r.log") == "0123456789\none\ntwo\n")
        #expect(sink.dropped == 0)
    }
}

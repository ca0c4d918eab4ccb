import Bytes
import Foundation
import HTTPModel
import OSSModel
import Testing

@testable import Telemetry

@Suite struct AccessRecordTests {
    private func slice(_ text: String) -> ByteSlice { Array(text.utf8)[...] }

    private func record(path: String = "/demo/a.txt", query: String? = nil) -> AccessRecord {
        AccessRecord(
            unixMilliseconds: 1_795_416_000_123, requestID: RequestID(unixSeconds: 1, rest: 2),
            clientAddress: "192.0.2.7", method: .put, version: .http11, path: slice(path),
            query: query.map(slice), outcome: .forwarded)
    }

    private func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }

    @Test func jsonHasItsFieldsInOrder() throws {
        var record = record(query: "Signature=abc&x=1")
        record.originRequestID = slice("0123")
        record.trace = TraceContext(
            traceparent: slice("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        record.operation = "PutObject"
        record.bucket = slice("demo")
        record.key = slice("a.txt")
        record.status = 403
        record.code = "AccessDenied"
        record.rule = "policy"
        record.requestBytes = 6
        record.responseBytes = 7
        record.durationMicroseconds = 1_234_567
        record.originMicroseconds = 2000
        record.policyHash = "abcd"
        record.userAgent = slice("curl\u{1b}")
        let line = text(record.json())
        var position = line.startIndex
        for name in AccessRecord.fieldNames {
            let found = try #require(line.range(of: "\"\(name)\":", range: position..<line.endIndex))
            position = found.upperBound
        }
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object.count == AccessRecord.fieldNames.count)
        #expect(object["url.query"] as? String == "Signature=REDACTED&x=1")
        #expect(object["trace_id"] as? String == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(object["ossgate.outcome"] as? String == "forwarded")
        #expect(line.hasSuffix("\n") && line.count(where: { $0 == "\n" }) == 1)
    }

    @Test func combinedIsAsWebServersWriteIt() {
        var record = record(query: "Signature=abc")
        record.status = 200
        record.responseBytes = 12
        record.userAgent = slice("a \"quoted\\ \n agent\u{e9}")
        record.referer = slice("https://example.com/?Signature=abc&y=1#here")
        #expect(
            text(record.combined())
                == #"192.0.2.7 - - [23/Nov/2026:06:40:00 +0000] "PUT /demo/a.txt?Signature=REDACTED HTTP/1.1" 200 12 "#
                + #""https://example.com/?Signature=REDACTED&y=1" "a \x22quoted\x5C \x0A agent\xC3\xA9""#
                + "\n")
        record.status = nil
        record.userAgent = nil
        record.referer = nil
        #expect(text(record.combined()).hasSuffix("HTTP/1.1\" 499 12 \"-\" \"-\"\n"))
    }

    @Test func linesAreBounded() {
        var record = record(
            path: "/" + String(repeating: "\u{1}", count: 100_000),
            query: String(repeating: "q", count: 100_000))
        record.key = slice(String(repeating: "é", count: 100_000))
        record.userAgent = slice(String(repeating: "\"", count: 100_000))
        record.referer = record.userAgent
        #expect(record.json().count < RejectionRecord.lineBytesMax)
        #expect(record.combined().count < 4 * RejectionRecord.lineBytesMax)
    }

    @Test(arguments: [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
        (" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true),
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later", true),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later", false),
        ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", false),
        ("", false), ("-", false), ("00", false),
    ])
    func traceparentsAreReadOrIgnored(value: String, isValid: Bool) {
        #expect((TraceContext(traceparent: slice(value)) != nil) == isValid)
    }

    @Test func theREADMEExplainsEveryFieldInOrder() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let table = try #require(
            readme.components(separatedBy: "| Access log | Meaning |").last?.components(separatedBy: "\n\n")
                .first)
        let names = table.split(separator: "\n").filter { $0.hasPrefix("| `") }.map {
            String($0.dropFirst(3).prefix { $0 != "`" })
        }
        #expect(names == AccessRecord.fieldNames)
    }
}

import Testing

@testable import Explain

@Suite struct RecordTests {
    static let line = """
        {"time":"2026-11-23T06:40:00.123Z","ossgate.request_id":"0123456789ABCDEF01234567",\
        "client.address":"192.0.2.7","http.request.method":"PUT","url.path":"/demo/a.txt","oss.bucket":"demo",\
        "oss.key":"a\\u001b[2J.txt","oss.code":"InvalidDigest","http.response.status_code":400,\
        "ossgate.rule":"content-md5","ossgate.mode":"enforce","ossgate.phase":"body",\
        "ossgate.expected":"1B2M2Y8AsgTpgAmY7PhCfg==","ossgate.actual":"sQqNsWTgdUEFt6mb5y4/5Q=="}
        """

    private func record(_ line: String = line) throws -> LoggedRecord {
        try #require(LoggedRecord(line: Array(line.utf8)[...]))
    }

    @Test func aLineIsReadBack() throws {
        let record = try record()
        #expect(record.unixMilliseconds == 1_795_416_000_123)
        #expect(record["oss.code"] == "InvalidDigest")
        #expect(record["http.response.status_code"] == "400")
        #expect(record["oss.ec"] == nil)
        #expect(record.count == 1)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"time":"yesterday","ossgate.request_id":"0","oss.code":"X"}"#,
        #"{"time":"2026-11-23T06:40:00Z","oss.code":"X"}"#,
        #"{"time":1,"ossgate.request_id":"0","oss.code":"X"}"#,
        "\u{0}", String(repeating: "[", count: 10_000),
    ])
    func whatIsNoRecordIsNone(line: String) {
        #expect(LoggedRecord(line: Array(line.utf8)[...]) == nil)
    }

    @Test func nothingMovesTheCursor() throws {
        let row = RecordTable.row(try record(Self.line.replacing("/demo/a.txt", with: "/demo/\\u001b[2J")))
        #expect(row.contains("\\u{1b}[2J"))
        #expect(!row.unicodeScalars.contains("\u{1b}"))
        let text = Explanation.text(of: try record())
        #expect(text.contains("\\u{1b}[2J.txt"))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    @Test func anExplanationHasDemandAndCauseAndCure() throws {
        let text = Explanation.text(of: try record())
        for part in [
            "0123456789ABCDEF01234567", "400 InvalidDigest", "content-md5 (enforce, body)",
            "1B2M2Y8AsgTpgAmY7PhCfg==", "sQqNsWTgdUEFt6mb5y4/5Q==", "is not the MD5", "openssl md5 -binary",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test func aRuleOfThePolicyIsNotTakenForAnother() throws {
        let line = Self.line.replacing("InvalidDigest", with: "AccessDenied")
            .replacing("content-md5", with: "images-only")
        let text = Explanation.text(of: try record(line))
        #expect(text.contains("images-only") && text.contains("your own policy"))
        #expect(!text.contains("403 AccessDenied:"))
    }

    @Test func filtersHaveToFitAll() throws {
        let record = try record()
        var filter = RecordFilter()
        #expect(filter.admits(record))
        filter.code = "invaliddigest"
        filter.rule = "content-md5"
        filter.bucket = "demo"
        filter.client = "192.0.2.7"
        filter.sinceMilliseconds = record.unixMilliseconds
        #expect(filter.admits(record))
        filter.sinceMilliseconds = record.unixMilliseconds + 1
        #expect(!filter.admits(record))
        filter.sinceMilliseconds = nil
        filter.bucket = "dem"
        #expect(!filter.admits(record))
    }

    @Test func spansAndTimes() {
        let now: Int64 = 1_000_000_000_000
        #expect(RecordFilter.since("90s", nowMilliseconds: now) == now - 90_000)
        #expect(RecordFilter.since("15m", nowMilliseconds: now) == now - 900_000)
        #expect(RecordFilter.since("2h", nowMilliseconds: now) == now - 7_200_000)
        #expect(RecordFilter.since("3d", nowMilliseconds: now) == now - 259_200_000)
        #expect(RecordFilter.since("9999999999d", nowMilliseconds: now) == 0)
        #expect(RecordFilter.since("1970-01-01T00:00:01.5Z", nowMilliseconds: now) == 1500)
        for wrong in ["", "h", "1", "-1s", "1w", "1.5h", "99999999999999999999s", "2026-13-01T00:00:00Z"] {
            #expect(RecordFilter.since(wrong, nowMilliseconds: now) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [1, 2, 7, 1000])
    func linesAreCutAnywhere(piece: Int) {
        let text = Array(
            "one\n\ntwo\n\(String(repeating: "x", count: LineSplitter.lineBytesMax + 1))\nthree\nrest".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: text.count, by: piece) {
            lines += splitter.take(text[start..<min(start + piece, text.count)]).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(lines == ["one", "two", "three"])
        #expect(splitter.overlong == 1)
        #expect(splitter.takeRest().map { String(decoding: $0, as: UTF8.self) } == "rest")
        #expect(splitter.takeRest() == nil)
    }
}

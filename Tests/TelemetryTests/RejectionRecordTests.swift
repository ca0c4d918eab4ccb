import Bytes
import Foundation
import HTTPModel
import OSSModel
import Testing

@testable import Telemetry

@Suite struct RejectionRecordTests {
    private func record(path: [UInt8] = Array("/photos/a.jpg".utf8), query: String? = nil) -> RejectionRecord
    {
        RejectionRecord(
            unixMilliseconds: 1_329_980_494_056, requestID: RequestID(unixSeconds: 0x4F45_E54E, rest: 0x1234),
            clientAddress: "192.0.2.7", method: .put, path: path[...],
            query: query.map { Array($0.utf8)[...] },
            error: OSSError(status: 400, code: "InvalidDigest", message: "no", ec: "0016-00000001"),
            rule: "content-md5", mode: .enforce, phase: .body)
    }

    private func decoded(_ record: RejectionRecord) throws -> [String: Any] {
        let line = record.line()
        #expect(line.last == ASCII.lineFeed)
        #expect(line.count(where: { $0 == ASCII.lineFeed }) == 1)
        #expect(line.count <= RejectionRecord.lineBytesMax)
        let object = try JSONSerialization.jsonObject(with: Data(line))
        return try #require(object as? [String: Any])
    }

    @Test func everyFieldIsWrittenInOrder() throws {
        var full = record(query: "partNumber=1&uploadId=x")
        full.originRequestID = Array("ORIGIN".utf8)[...]
        full.userAgent = Array("curl/8".utf8)[...]
        full.clientSubject = "CN=backup"
        full.trace = TraceContext(
            traceparent: Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8)[...])
        full.count = 12
        full.operation = "PutObject"
        full.bucket = Array("photos".utf8)[...]
        full.key = Array("a.jpg".utf8)[...]
        full.expected = "CY9rzUYh03PK3k6DJie09g=="
        full.actual = "XrY7u+Ae7tCTyyK7j1rNww=="
        full.bodyBytesSeen = 65_536
        full.durationMicroseconds = 1_002_999
        full.policyHash = "0123456789abcdef"
        full.hint = "the body changed on the way"
        let text = String(decoding: full.line(), as: UTF8.self)
        let places = RejectionRecord.fieldNames.map { text.range(of: "\"\($0)\":")?.lowerBound }
        #expect(places.allSatisfy { $0 != nil })
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
        let fields = try decoded(full)
        #expect(fields.keys.sorted() == RejectionRecord.fieldNames.sorted())
        #expect(fields["time"] as? String == "2012-02-23T07:01:34.056Z")
        #expect(fields["ossgate.request_id"] as? String == "4F45E54E0000000000001234")
        #expect(fields["http.request.method"] as? String == "PUT")
        #expect(fields["http.response.status_code"] as? Int == 400)
        #expect(fields["ossgate.body.bytes_seen"] as? Int == 65_536)
        #expect(text.contains("\"ossgate.duration\":1.002,"))
        #expect(fields["url.query"] as? String == "partNumber=1&uploadId=x")
        #expect(fields["error.type"] as? String == fields["oss.code"] as? String)
    }

    @Test func absentValuesAreLeftOut() throws {
        let fields = try decoded(record())
        for name in ["oss.request_id", "url.query", "oss.bucket", "oss.key", "ossgate.hint", "oss.operation"]
        {
            #expect(fields[name] == nil)
        }
    }

    @Test(arguments: [
        "OSSAccessKeyId=id&Expires=9&Signature=s3cret%3D", "x-oss-signature=s3cret", "security-token=s3cret",
        "a&x-oss-security-token=s3cret", "%53ignature=s3cret", "SIGNATURE=s3cret", "policy=s3cret",
        "%20signature=s3cret",
    ])
    func secretsOfTheQueryAreLeftOut(query: String) throws {
        let line = String(decoding: record(query: query).line(), as: UTF8.self)
        #expect(!line.contains("s3cret"))
        #expect(line.contains("=REDACTED"))
    }

    @Test func parametersWithoutSecretsStay() throws {
        #expect(QueryRedaction.redacted(Array("policy&acl=&x=1".utf8)[...]) == Array("policy&acl=&x=1".utf8))
    }

    @Test func hostileTextIsEscaped() throws {
        var hostile = record()
        hostile.key = (Array("a\"b\\c\u{1B}[2J\r\n\u{0}\u{7F}é\u{9B}\u{202E}🦆".utf8) + [0xFF, 0xC3])[...]
        let line = String(decoding: hostile.line(), as: UTF8.self)
        let escaped =
            #""a\"b\\c\u001b[2J\u000d\u000a\u0000\u007fé\u009b\u202e🦆\\xff\\xc3""#
        #expect(line.contains("\"oss.key\":" + escaped))
        #expect(try decoded(hostile)["oss.key"] as? String != nil)
    }

    @Test func everyByteGivesValidJSON() throws {
        var odd = record()
        odd.key = Array(UInt8.min...UInt8.max)[...]
        odd.userAgent = Array((UInt8.min...UInt8.max).reversed())[...]
        let fields = try decoded(odd)
        #expect((fields["oss.key"] as? String)?.hasSuffix("\\xff") == true)
    }

    @Test func aKeyOfTheLongestSizeIsWhole() throws {
        for count in [1020, 1021, 1022, 1023, 1024] {
            var long = record()
            long.key = Array(repeating: 0x6B, count: count)[...]
            #expect(try decoded(long)["oss.key"] as? String == String(repeating: "k", count: count))
        }
    }

    @Test func longValuesAreCutAtACharacter() throws {
        var long = record()
        long.key = Array(String(repeating: "é", count: 600).utf8)[...]
        let key = try #require(try decoded(long)["oss.key"] as? String)
        #expect(key == String(repeating: "é", count: 510) + "…")
    }

    @Test func noRequestMakesALineTooLong() throws {
        for byte: UInt8 in [0x41, 0x00, 0xFF, 0x22, 0xE2] {
            let noise = [UInt8](repeating: byte, count: 40_000)
            let text = String(decoding: noise, as: UTF8.self)
            var long = record(path: noise, query: text)
            long.method = .other(noise)
            long.originRequestID = noise[...]
            long.userAgent = noise[...]
            long.clientSubject = text
            long.bucket = noise[...]
            long.key = noise[...]
            long.expected = text
            long.actual = text
            long.policyHash = text
            long.hint = text
            long.clientAddress = text
            long.operation = text
            long.bodyBytesSeen = .max
            long.durationMicroseconds = .max
            long.status = .max
            long.trace = TraceContext(
                traceparent: Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8)[...])
            long.count = .max
            #expect(try decoded(long).count == RejectionRecord.fieldNames.count)
        }
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_001, "2000-02-29T00:00:00.001Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-5, "1970-01-01T00:00:00.000Z"), (Int64.max, "9999-12-31T23:59:59.807Z"),
        ] as [(Int64, String)])
    func timesAreWrittenAsRFC3339(milliseconds: Int64, expected: String) {
        #expect(RejectionRecord.timestamp(unixMilliseconds: milliseconds) == Array(expected.utf8))
    }

    @Test func theREADMEExplainsEveryFieldInOrder() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let table = try #require(
            readme.components(separatedBy: "| Field | Meaning |").last?.components(separatedBy: "\n\n").first)
        let names = table.split(separator: "\n").filter { $0.hasPrefix("| `") }.map {
            String($0.dropFirst(3).prefix { $0 != "`" })
        }
        #expect(names == RejectionRecord.fieldNames)
    }
}

import TestSupport
import Testing

@Suite struct VectorSupportTests {
    @Test func placeholdersAreExpandedWithOffsets() {
        let placeholders = Placeholders(now: 1_792_065_600, variables: ["uploadId": "X"])
        #expect(placeholders.expand("{{now_unix+600}}&{{now_unix}}") == "1792066200&1792065600")
        #expect(placeholders.expand("{{now_http-960}}") == "Thu, 15 Oct 2026 11:44:00 GMT")
        #expect(placeholders.expand("{{now_iso}}/{{now_date}}") == "20261015T120000Z/20261015")
        #expect(placeholders.expand("a{{uploadId}}b{{other}}c{{") == "aXb{{other}}c{{")
    }

    @Test func requestsAreRenderedAsTheyAre() throws {
        let vector = try #require(
            try VectorFile.load("vectors.json").first { $0.name == "incomplete-body/half-close-mid-body" })
        let placeholders = Placeholders(now: 0)
        #expect(
            String(decoding: vector.request.headBytes(placeholders), as: UTF8.self)
                == "PUT /a.bin HTTP/1.1\r\nHost: examplebucket.oss-cn-hangzhou.aliyuncs.com\r\n"
                + "Content-Length: 100\r\n\r\n")
        #expect(vector.request.bodyBytes(placeholders) == [UInt8]("0123456789".utf8))
        #expect(vector.request.afterSend == .halfClose)
    }

    @Test func aLengthIsAddedOnlyForPlaceholdersInABody() throws {
        let vectors = try VectorFile.load("vectors.json")
        let placeholders = Placeholders(now: 0, variables: ["uploadId": "X", "etag1": "Y"])
        let captured = try #require(vectors.first { $0.name == "invalid-part/right-etag" })
        let head = String(decoding: captured.request.headBytes(placeholders), as: UTF8.self)
        #expect(head.contains("\r\nContent-Length: \(captured.request.bodyBytes(placeholders).count)\r\n"))
        #expect(captured.setup.count == 2)
        #expect(captured.setup[1].captures == ["etag1": "header:ETag"])
    }

    @Test func partsAreSentInOrder() throws {
        let vectors = try VectorFile.load("vectors.json")
        let slow = try #require(vectors.first { $0.name == "request-timeout/slow-but-alive" })
        #expect(
            slow.request.body == [
                .text("0123456789"), .delay(milliseconds: 700), .text("0123456789"),
                .delay(milliseconds: 700), .text("0123456789"),
            ])
        #expect(slow.config.bodyIdleMilliseconds == 1500)
        let long = try #require(vectors.first { $0.name == "field-item-too-long/name-8193" })
        #expect(long.request.bodyBytes(Placeholders(now: 0)).count == 8458)
    }
}

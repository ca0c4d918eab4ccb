import Testing

@Suite struct ReadingTests {
    private let digits = Array("0123456789".utf8)

    private func object() throws -> Harness {
        let emulator = try Harness()
        emulator.send("PUT", "/bucket/key", body: digits)
        return emulator
    }

    @Test(arguments: [
        ("bytes=0-0", "0", "bytes 0-0/10"), ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"), ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=0-9", "0123456789", "bytes 0-9/10"), ("bytes=-10", "0123456789", "bytes 0-9/10"),
    ])
    func rangesWithin(_ range: String, _ text: String, _ field: String) throws {
        for more in [[], [("x-oss-range-behavior", "standard")]] {
            let reply = try object().send("GET", "/bucket/key", [("Range", range)] + more)
            #expect(reply.status == 206)
            #expect(reply.text == text)
            #expect(reply.field("content-range") == field)
        }
    }

    @Test(arguments: [
        "bytes=10-", "bytes=5-20", "bytes=20-30", "bytes=-20", "bytes=-0", "bytes=4-2", "bytes=a-b",
        "bytes=1",
        "bytes=1-2,4-5", "lines=1-2", "bytes=", "bytes=-", "bytes=1-99999999999999999999",
    ])
    func otherRangesAreTheWholeObject(_ range: String) throws {
        let reply = try object().send("GET", "/bucket/key", [("Range", range)])
        #expect(reply.status == 200)
        #expect(reply.body == digits)
        #expect(reply.field("content-range") == nil)
    }

    @Test func rangesByTheStandard() throws {
        let standard = ("x-oss-range-behavior", "standard")
        let emulator = try object()
        #expect(emulator.send("GET", "/bucket/key", [("Range", "bytes=5-20"), standard]).text == "56789")
        #expect(emulator.send("GET", "/bucket/key", [("Range", "bytes=-20"), standard]).status == 206)
        for range in ["bytes=10-", "bytes=20-30", "bytes=-0"] {
            let reply = emulator.send("GET", "/bucket/key", [("Range", range), standard])
            #expect(reply.status == 416)
            #expect(reply.code == "InvalidRange")
            #expect(reply.xml.text("ActualObjectSize") == "10")
            #expect(reply.xml.text("RangeRequested") == range)
        }
        #expect(emulator.send("GET", "/bucket/key", [("Range", "lines=1-2"), standard]).status == 200)
    }

    @Test func emptyObjectsHaveNoRanges() throws {
        let emulator = try Harness()
        emulator.send("PUT", "/bucket/key", body: [])
        #expect(emulator.send("GET", "/bucket/key", [("Range", "bytes=0-")]).status == 200)
        let standard = [("Range", "bytes=0-"), ("x-oss-range-behavior", "standard")]
        #expect(emulator.send("GET", "/bucket/key", standard).status == 416)
    }

    /// The object is of 22:13:20.
    @Test(arguments: [
        ([("If-Match", "ETAG")], 200), ([("If-Match", "\"x\"")], 412), ([("If-Match", "\"x\", ETAG")], 200),
        ([("If-Match", "*")], 200), ([("If-None-Match", "ETAG")], 304), ([("If-None-Match", "\"x\"")], 200),
        ([("If-None-Match", "*")], 304),
        ([("If-Modified-Since", "Tue, 14 Nov 2023 22:13:20 GMT")], 304),
        ([("If-Modified-Since", "Tue, 14 Nov 2023 22:13:19 GMT")], 200),
        ([("If-Unmodified-Since", "Tue, 14 Nov 2023 22:13:20 GMT")], 200),
        ([("If-Unmodified-Since", "Tue, 14 Nov 2023 22:13:19 GMT")], 412),
        ([("If-Modified-Since", "yesterday")], 200), ([("If-Unmodified-Since", "yesterday")], 200),
        ([("If-None-Match", "\"x\""), ("If-Modified-Since", "Tue, 14 Nov 2023 22:13:20 GMT")], 200),
        ([("If-Match", "ETAG"), ("If-Unmodified-Since", "Tue, 14 Nov 2023 22:13:19 GMT")], 200),
        ([("If-Match", "\"x\""), ("If-None-Match", "ETAG")], 412),
    ])
    func conditions(_ fields: [(String, String)], _ status: Int) throws {
        let emulator = try object()
        let etag = try #require(emulator.send("HEAD", "/bucket/key").field("etag"))
        let asked = fields.map {
            (
                $0.0,
                $0.1.split(separator: "ETAG", omittingEmptySubsequences: false)
                    .joined(separator: etag)
            )
        }
        for method in ["GET", "HEAD"] {
            let reply = emulator.send(method, "/bucket/key", asked)
            #expect(reply.status == status, "\(method) \(asked)")
            switch status {
            case 200: #expect(reply.body == (method == "GET" ? digits : []))
            case 304: #expect(reply.body.isEmpty)
            default: #expect(reply.code == "PreconditionFailed")
            }
        }
    }
}

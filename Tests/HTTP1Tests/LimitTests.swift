import HTTP1
import Testing

/// Each limit exactly reached, and passed by one.
@Suite struct LimitTests {
    private func status(_ input: String, _ limits: HTTP1Limits) -> Int? {
        let (transcript, differing) = everyCut(Array(input.utf8), seeds: 0..<3) {
            Transcript.requests($0, limits: limits)
        }
        #expect(differing.isEmpty)
        if transcript.error == nil { #expect(transcript.requests.count == 1) }
        return transcript.error?.status
    }

    private func head(target: String = "/", _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
    }

    @Test func target() {
        let limits = HTTP1Limits(targetBytesMax: 50)
        #expect(status(head(target: "/" + String(repeating: "a", count: 49)), limits) == nil)
        #expect(status(head(target: "/" + String(repeating: "a", count: 50)), limits) == 414)
    }

    @Test func defaults() {
        #expect(status(head(target: "/" + String(repeating: "a", count: 8191)), HTTP1Limits()) == nil)
        #expect(status(head(target: "/" + String(repeating: "a", count: 8192)), HTTP1Limits()) == 414)
        #expect(status(head(target: "/" + String(repeating: "a", count: 40000)), HTTP1Limits()) == 414)
    }

    @Test func headBytes() {
        let input = head("A: \(String(repeating: "v", count: 100))\r\n")
        #expect(status(input, HTTP1Limits(headBytesMax: input.utf8.count)) == nil)
        #expect(status(input, HTTP1Limits(headBytesMax: input.utf8.count - 1)) == 431)
        #expect(status(input, HTTP1Limits(headBytesMax: 17)) == 431)
        #expect(status(input, HTTP1Limits(headBytesMax: 15)) == 414)
    }

    @Test func headNeverEnds() {
        let endless = head().dropLast(2) + String(repeating: "A: b\r\n", count: 10_000)
        #expect(status(String(endless), HTTP1Limits()) == 431)
    }

    @Test func fieldCount() {
        let lines = { (count: Int) in String(repeating: "A: b\r\n", count: count - 1) }
        #expect(status(head(lines(128)), HTTP1Limits()) == nil)
        #expect(status(head(lines(129)), HTTP1Limits()) == 431)
    }

    @Test func method() {
        let limits = HTTP1Limits(methodBytesMax: 8)
        #expect(status("ABCDEFGH / HTTP/1.1\r\nHost: h\r\n\r\n", limits) == nil)
        #expect(status("ABCDEFGHI / HTTP/1.1\r\nHost: h\r\n\r\n", limits) == 501)
    }

    private func chunked(_ body: String) -> String {
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
    }

    @Test func chunkLine() {
        let limits = HTTP1Limits(chunkLineBytesMax: 20)
        #expect(status(chunked("1;\(String(repeating: "a", count: 16))\r\nx\r\n0\r\n\r\n"), limits) == nil)
        #expect(status(chunked("1;\(String(repeating: "a", count: 17))\r\nx\r\n0\r\n\r\n"), limits) == 400)
        #expect(status(chunked(String(repeating: "0", count: 20)), limits) == 400)
    }

    @Test func chunkOverhead() {
        let limits = HTTP1Limits(chunkOverheadBytesMax: 100)
        // 28 bytes of line for one byte of data: ten more than its allowance.
        let wasteful = "1;\(String(repeating: "a", count: 24))\r\nx\r\n"
        #expect(status(chunked(String(repeating: wasteful, count: 10) + "0\r\n\r\n"), limits) == nil)
        #expect(status(chunked(String(repeating: wasteful, count: 11) + "0\r\n\r\n"), limits) == 400)
        #expect(status(chunked(String(repeating: "1\r\nx\r\n", count: 500) + "0\r\n\r\n"), limits) == nil)
    }

    @Test func trailers() {
        let limits = HTTP1Limits(fieldsMax: 2, trailerBytesMax: 20)
        #expect(status(chunked("0\r\nA: \(String(repeating: "b", count: 13))\r\n\r\n"), limits) == nil)
        #expect(status(chunked("0\r\nA: \(String(repeating: "b", count: 14))\r\n\r\n"), limits) == 431)
        #expect(status(chunked("0\r\nA:\r\nB:\r\n\r\n"), limits) == nil)
        #expect(status(chunked("0\r\nA:\r\nB:\r\nC:\r\n\r\n"), limits) == 431)
    }

    @Test func largestLengths() {
        let request = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\nabc"
        #expect(status(request, HTTP1Limits()) == nil)
        #expect(status(chunked("7FFFFFFFFFFFFFFF\r\nabc"), HTTP1Limits()) == nil)
    }
}

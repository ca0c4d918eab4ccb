import Bytes
import HTTP1
import HTTPModel
import Testing

@Suite struct ResponseDecoderTests {
    struct Good: Sendable, CustomStringConvertible {
        let name: String
        var methods: [Method] = [.get]
        let input: String
        let lines: [String]
        var bodies: [String]
        var description: String { name }
    }

    static let good: [Good] = [
        Good(
            name: "length", input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\nhello",
            lines: [
                "head 200 OK http11 length(5) persistent=true [Content-Length|5] [ETag|\"x\"]", "end",
            ], bodies: ["hello"]),
        Good(
            name: "chunked with trailers",
            input:
                "HTTP/1.1 206 Partial\r\nTransfer-Encoding: chunked\r\n\r\nA;x\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
            lines: [
                "head 206 Partial http11 chunked persistent=true [Transfer-Encoding|chunked]", "end [T|1]",
            ], bodies: ["0123456789"]),
        Good(
            name: "until close", input: "HTTP/1.1 200 OK\r\n\r\nto the end",
            lines: ["head 200 OK http11 untilClose persistent=false", "end"], bodies: ["to the end"]),
        Good(
            name: "until close, empty", input: "HTTP/1.0 200 OK\r\n\r\n",
            lines: ["head 200 OK http10 untilClose persistent=false", "end"], bodies: [""]),
        Good(
            name: "http/1.0 keep-alive",
            input: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
            lines: [
                "head 200 OK http10 length(1) persistent=true [Connection|keep-alive] [Content-Length|1]",
                "end",
            ], bodies: ["x"]),
        Good(
            name: "head has no body whatever its fields say", methods: [.head, .head, .get],
            input: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
            lines: [
                "head 200 OK http11 none persistent=true [Content-Length|99]", "end",
                "head 200 OK http11 none persistent=true [Transfer-Encoding|chunked]", "end",
                "head 404 Not Found http11 length(2) persistent=true [Content-Length|2]", "end",
            ], bodies: ["", "", "no"]),
        Good(
            name: "204 and 304", methods: [.delete, .get],
            input: "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n"
                + "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
            lines: [
                "head 204 No Content http11 none persistent=true [Content-Length|3]", "end",
                "head 304 Not Modified http11 none persistent=true [Content-Length|3]", "end",
            ], bodies: ["", ""]),
        Good(
            name: "interim responses",
            input: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nLink: x\r\nContent-Length: 4\r\n\r\n"
                + "HTTP/1.1 200 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            lines: [
                "interim 100 Continue http11 none persistent=true",
                "interim 103  http11 none persistent=true [Link|x] [Content-Length|4]",
                "head 200  http11 length(0) persistent=false [Content-Length|0] [Connection|close]", "end",
            ], bodies: ["", "", ""]),
        Good(
            name: "equal lengths repeated",
            input: "HTTP/1.1 200 A  b\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\nx",
            lines: [
                "head 200 A  b http11 length(1) persistent=true [Content-Length|1] [content-length|1]", "end",
            ], bodies: ["x"]),
    ]

    @Test(arguments: good)
    func accepts(_ vector: Good) {
        let (transcript, differing) = everyCut(Array(vector.input.utf8)) {
            Transcript.responses($0, to: vector.methods)
        }
        #expect(transcript.error == nil)
        #expect(transcript.lines == vector.lines)
        #expect(transcript.bodies == vector.bodies.map { Array($0.utf8) })
        #expect(transcript.isBetweenMessages)
        #expect(differing.isEmpty)
    }

    static let bad: [String] = [
        "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 O\0K\r\n\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 O\rK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "SSH-2.0-x\r\n\r\n", " HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 01\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 304 X\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", "HTTP/1.1 204 X\r\n\r\nx",
        String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 17),
        // Cut off.
        "", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        "HTTP/1.1 200 OK\r\nA: \(String(repeating: "b", count: 40_000))\r\n\r\n",
    ]

    @Test(arguments: bad)
    func refuses(_ input: String) {
        let (transcript, differing) = everyCut(Array(input.utf8), seeds: 0..<5) { Transcript.responses($0) }
        #expect(transcript.error?.status == 502)
        #expect(transcript.error?.reason.isEmpty == false)
        #expect(differing.isEmpty)
    }

    @Test func surplusBytes() throws {
        var decoder = ResponseDecoder(limits: HTTP1Limits())
        #expect(decoder.isBetweenMessages)
        let event = try decoder.endOfInput()
        #expect(event == nil)
        let byte: [UInt8] = [0x48]
        var position = 0
        #expect(throws: DecodeError(status: 502, reason: "bytes that no request asked for")) {
            try decoder.next(byte.span, &position)
        }
        #expect(!decoder.isBetweenMessages)
    }

    @Test func endBeforeAnythingCame() {
        var decoder = ResponseDecoder(limits: HTTP1Limits())
        decoder.begin(requestMethod: .put)
        #expect(decoder.isBetweenMessages)
        #expect(throws: DecodeError(status: 502, reason: "closed before a response")) {
            try decoder.endOfInput()
        }
    }

    @Test func beginWithinAResponse() {
        var decoder = ResponseDecoder(limits: HTTP1Limits())
        decoder.begin(requestMethod: .get)
        decoder.begin(requestMethod: .get)
        let input = Array("HTTP/1.1 204 X\r\n\r\n".utf8)
        var position = 0
        #expect(throws: DecodeError.self) { try decoder.next(input.span, &position) }
    }

    @Test func remainingOfALength() throws {
        var decoder = ResponseDecoder(limits: HTTP1Limits())
        decoder.begin(requestMethod: .get)
        let input = Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".utf8)
        var position = 0
        _ = try decoder.next(input.span, &position)
        #expect(decoder.isInBody && decoder.bodyRemaining == 9)
        _ = try decoder.next(input.span, &position)
        #expect(decoder.bodyRemaining == 6 && position == input.count)
    }
}

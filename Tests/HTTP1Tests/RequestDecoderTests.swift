import Bytes
import HTTP1
import HTTPModel
import Testing

@Suite struct RequestDecoderTests {
    struct Good: Sendable, CustomStringConvertible {
        let name: String
        let input: String
        let lines: [String]
        var bodies: [String] = []
        var description: String { name }
    }

    static let good: [Good] = [
        Good(
            name: "plain get", input: "GET /a//b/../c?x=%2f&y HTTP/1.1\r\nHost: b.oss\r\n\r\n",
            lines: [
                "head GET /a//b/../c?x=%2f&y /a//b/../c?x=%2f&y - http11 none persistent=true expects=false "
                    + "[Host|b.oss]", "end",
            ]),
        Good(
            name: "content-length zero", input: "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            lines: [
                "head GET / / - http11 length(0) persistent=true expects=false [Host|h] [Content-Length|0]",
                "end",
            ]),
        Good(
            name: "put with body and expect",
            input: "PUT /k HTTP/1.1\r\nhost:h:8080\r\nEXPECT: 100-Continue\r\nContent-Length: 5\r\n\r\nhello",
            lines: [
                "head PUT /k /k - http11 length(5) persistent=true expects=true [host|h:8080] "
                    + "[EXPECT|100-Continue] [Content-Length|5]", "end",
            ], bodies: ["hello"]),
        Good(
            name: "expect without a body is not waited for",
            input: "PUT /k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
            lines: [
                "head PUT /k /k - http11 length(0) persistent=true expects=false [Host|h] "
                    + "[Expect|100-continue] [Content-Length|0]", "end",
            ]),
        Good(
            name: "chunked with extensions and trailers",
            input: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5;a=b;c=\"q;\\\"\"\r\nhello\r\n0006 ; x = y\r\n world\r\n000\r\nX-Sum: 1\r\nx-two:\r\n\r\n",
            lines: [
                "head POST / / - http11 chunked persistent=true expects=false [Host|h] "
                    + "[Transfer-Encoding|Chunked]", "end [X-Sum|1] [x-two|]",
            ], bodies: ["hello world"]),
        Good(
            name: "field values byte for byte",
            input:
                "GET / HTTP/1.1\r\nHost: h\r\nX-Oss-Meta-A: \t a\tb  c \t\r\nE:\r\nU: \u{e4}\u{4e2d}\r\nE: 2\r\n\r\n",
            lines: [
                "head GET / / - http11 none persistent=true expects=false [Host|h] [X-Oss-Meta-A|a\tb  c] [E|] "
                    + "[U|\u{e4}\u{4e2d}] [E|2]", "end",
            ]),
        Good(
            name: "absolute form", input: "GET HTTP://B.oss:80/k?a=b HTTP/1.1\r\nHost: b.OSS:80\r\n\r\n",
            lines: [
                "head GET HTTP://B.oss:80/k?a=b /k?a=b B.oss:80 http11 none persistent=true expects=false "
                    + "[Host|b.OSS:80]", "end",
            ]),
        Good(
            name: "absolute form without a path", input: "GET https://h?acl HTTP/1.0\r\n\r\n",
            lines: ["head GET https://h?acl /?acl h http10 none persistent=false expects=false", "end"]),
        Good(
            name: "absolute form, empty path, options", input: "OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n",
            lines: ["head OPTIONS http://h * h http11 none persistent=true expects=false [Host|h]", "end"]),
        Good(
            name: "asterisk", input: "OPTIONS * HTTP/1.1\r\nHost: \r\n\r\n",
            lines: ["head OPTIONS * * - http11 none persistent=true expects=false [Host|]", "end"]),
        Good(
            name: "http/1.0 without host", input: "GET / HTTP/1.0\r\n\r\n",
            lines: ["head GET / / - http10 none persistent=false expects=false", "end"]),
        Good(
            name: "http/1.0 keep-alive", input: "GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n",
            lines: [
                "head GET / / - http10 none persistent=true expects=false [Connection|x, Keep-Alive]", "end",
            ]),
        Good(
            name: "http/1.0 ignores expect",
            input: "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
            lines: [
                "head PUT / / - http10 length(1) persistent=false expects=false [Expect|100-continue] "
                    + "[Content-Length|1]", "end",
            ], bodies: ["x"]),
        Good(
            name: "close wins", input: "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive,,CLOSE\r\n\r\n",
            lines: [
                "head GET / / - http11 none persistent=false expects=false [Host|h] "
                    + "[Connection|keep-alive,,CLOSE]", "end",
            ]),
        Good(
            name: "upgrade is only a field",
            input: "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
            lines: [
                "head GET / / - http11 none persistent=true expects=false [Host|h] "
                    + "[Connection|Upgrade, HTTP2-Settings] [Upgrade|h2c]", "end",
            ]),
        Good(
            name: "underscores where nothing is meant by them",
            input:
                "GET / HTTP/1.1\r\nHost: h\r\nx-oss-meta-my_key: 1\r\nx_osx_a: 2\r\nContent_Size__b: 3\r\n\r\n",
            lines: [
                "head GET / / - http11 none persistent=true expects=false [Host|h] [x-oss-meta-my_key|1] [x_osx_a|2] "
                    + "[Content_Size__b|3]", "end",
            ]),
        Good(
            name: "other methods and odd target bytes",
            input: "p!x /\"<>\\^`{|}~ HTTP/1.1\r\nHost: [::1]:443\r\n\r\n",
            lines: [
                "head p!x /\"<>\\^`{|}~ /\"<>\\^`{|}~ - http11 none persistent=true expects=false "
                    + "[Host|[::1]:443]", "end",
            ]),
        Good(
            name: "pipelined, with empty lines between",
            input: "\r\nPUT /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 003\r\n\r\nabc\r\n\r\n\r\n\r\n"
                + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
                + "PUT /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n",
            lines: [
                "head PUT /1 /1 - http11 length(3) persistent=true expects=false [Host|h] [Content-Length|003]",
                "end", "head GET /2 /2 - http11 none persistent=true expects=false [Host|h]", "end",
                "head PUT /3 /3 - http11 chunked persistent=true expects=false [Host|h] "
                    + "[Transfer-Encoding|chunked]", "end",
            ], bodies: ["abc", "", "z"]),
    ]

    @Test(arguments: good)
    func accepts(_ vector: Good) {
        let (transcript, differing) = everyCut(Array(vector.input.utf8)) { Transcript.requests($0) }
        #expect(transcript.error == nil)
        #expect(transcript.lines == vector.lines)
        let bodies = vector.bodies.isEmpty ? transcript.requests.map { _ in "" } : vector.bodies
        #expect(transcript.bodies == bodies.map { Array($0.utf8) })
        #expect(transcript.isBetweenMessages)
        #expect(differing.isEmpty)
    }

    @Test func reportsWhereItStands() throws {
        var decoder = RequestDecoder(limits: HTTP1Limits())
        #expect(decoder.isBetweenMessages && !decoder.isInHead && !decoder.isInBody)
        let first = Array("PUT / HTTP/1.1\r\nHost: h\r\nContent-Le".utf8)
        var position = 0
        guard case .needsInput = try decoder.next(first.span, &position) else {
            Issue.record("a partial head gave an event")
            return
        }
        #expect(!decoder.isBetweenMessages && decoder.isInHead && !decoder.isInBody)
        let second = Array("ngth: 10\r\n\r\nabcd".utf8)
        position = 0
        guard case .head = try decoder.next(second.span, &position) else {
            Issue.record("no head")
            return
        }
        #expect(decoder.isInBody && !decoder.isInHead && decoder.bodyRemaining == 10)
        guard case .body(let run) = try decoder.next(second.span, &position) else {
            Issue.record("no body")
            return
        }
        #expect(run == second.count - 4..<second.count)
        #expect(decoder.bodyRemaining == 6)
    }

    @Test func keepsFailing() {
        var decoder = RequestDecoder(limits: HTTP1Limits())
        let bad = Array("GET / HTTP/3.0\r\n\r\n".utf8)
        let good = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        var position = 0
        let expected = DecodeError(status: 505, reason: "protocol version other than 1.0 and 1.1")
        #expect(throws: expected) { try decoder.next(bad.span, &position) }
        position = 0
        #expect(throws: expected) { try decoder.next(good.span, &position) }
        #expect(!decoder.isBetweenMessages)
    }

    @Test func fieldsAreRangesOfTheHead() throws {
        let head = "GET /k HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"
        let request = try #require(Transcript.requests([Array(head.utf8)]).requests.first)
        #expect(request.fields.bytes == Array(head.utf8))
        #expect(request.target.startIndex == 4)
        #expect(request.fields.value(at: 1).startIndex == 29)
    }
}

import HTTP1
import Testing

/// What must be refused: the ambiguities of RFC 9112 and the desynchronisation classes known from other servers.
@Suite struct MalformedRequestTests {
    struct Bad: Sendable, CustomStringConvertible {
        let status: Int
        let input: String
        init(_ status: Int, _ input: String) {
            self.status = status
            self.input = input
        }
        var description: String { "\(status) \(input.debugDescription)" }
    }

    static let startLines: [Bad] = [
        Bad(400, " GET / HTTP/1.1\r\nHost: h\r\n\r\n"), Bad(400, "\tGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        Bad(400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), Bad(400, "GET /  HTTP/1.1\r\nHost: h\r\n\r\n"),
        Bad(400, "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n"), Bad(400, "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"),
        Bad(400, "GET /\r\nHost: h\r\n\r\n"), Bad(400, "GET\r\nHost: h\r\n\r\n"), Bad(400, "GET / \r\n\r\n"),
        Bad(400, "G@T / HTTP/1.1\r\nHost: h\r\n\r\n"), Bad(400, "G\0T / HTTP/1.1\r\nHost: h\r\n\r\n"),
        Bad(400, "\u{16}\u{3}\u{1}\u{2}"), Bad(400, "GET / http/1.1\r\nHost: h\r\n\r\n"),
        Bad(400, "GET / HTTP/1.10\r\nHost: h\r\n\r\n"), Bad(400, "GET / HTTP/01.1\r\nHost: h\r\n\r\n"),
        Bad(400, "GET / HTTP/1,1\r\nHost: h\r\n\r\n"), Bad(400, "GET / HTTP/ 1.1\r\nHost: h\r\n\r\n"),
        Bad(400, "GET / XTTP/1.1\r\nHost: h\r\n\r\n"), Bad(505, "GET / HTTP/1.2\r\nHost: h\r\n\r\n"),
        Bad(505, "GET / HTTP/0.9\r\nHost: h\r\n\r\n"), Bad(505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"),
        Bad(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Bad(505, "GET / HTTP/9.9\r\nHost: h\r\n\r\n"),
        Bad(501, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
        Bad(501, "CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n"),
        Bad(400, "GET / HTTP/1.1\rHost: h\r\n\r\n"), Bad(400, "GET / HTTP/1.1\nHost: h\r\n\r\n"),
        Bad(400, "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), Bad(400, "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
    ]

    static let targets: [Bad] = [
        "", "a", "*", "/a#b", "/a\u{7f}", "/a\u{1}", "/\u{e4}", "h:80", "//h/k#", "ftp://h/", "http:///k",
        "http://", "http://u@h/", "http://h:x/", "http://other/", "http://h:80/", "http://h,h/",
        "http://:80/",
        "http:/h/", "*/a", "http://[::1/", "http://h\u{5c}/",
    ].map { Bad(400, "GET \($0) HTTP/1.1\r\nHost: h\r\n\r\n") }

    static let fields: [Bad] =
        [
            "A : b", " A: b", "A\t: b", ": b", "A", "A b: c", "A: b\r\n c", "A: b\r\n\tc", "A: b\0c",
            "A: b\u{1}",
            "A: b\u{7f}", "A: b\rc", "A: b\r", "\rA: b", "A: b\nC: d", "A\n: b", "(A): b", "A\u{e4}: b",
            "A;: b",
            "\"A\": b", "A[]: b", "A: \u{b}b", "A: b\u{c}", "\0: b", "A\0: b", "@: b",
        ].map { Bad(400, "GET / HTTP/1.1\r\nHost: h\r\n\($0)\r\n\r\n") }
        + [
            "x_oss_acl", "X-Oss_Acl", "x_oss-meta-a", "Content_Length", "transfer_ENCODING",
        ].map { Bad(400, "GET / HTTP/1.1\r\nHost: h\r\n\($0): 1\r\n\r\n") } + [
            Bad(400, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"), Bad(400, "GET / HTTP/1.1\r\nHost: h\r\n\n"),
            Bad(400, "GET / HTTP/1.1\r\nHost: h\n\n"),
        ]

    static let hosts: [Bad] =
        [
            Bad(400, "GET / HTTP/1.1\r\n\r\n"), Bad(400, "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"),
            Bad(400, "GET / HTTP/1.1\r\nHost: h\r\nhOST: i\r\n\r\n"),
            Bad(400, "GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n"),
            Bad(400, "GET http://h/ HTTP/1.1\r\n\r\n"),
        ]
        + [
            "h, h", "h,h", "u@h", "h/k", "h?x", "h#f", "h i", "h:8o", "h:123456", "[::1", "[]", "[::1]x",
            "h\u{e4}", "http://h", "h\\i", "[::g]", "h:80:80",
        ].map { Bad(400, "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n") }

    static let framing: [Bad] =
        [
            "Content-Length: 5, 5", "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\ncontent-length: 6",
            "Content-Length: +5", "Content-Length: -5", "Content-Length: 5 5", "Content-Length: 0x5",
            "Content-Length: 5a", "Content-Length: 5.0", "Content-Length:",
            "Content-Length: 18446744073709551616",
            "Content-Length: 9223372036854775808", "Content-Length: 1e1", "Content-Length: \"5\"",
            "Content-Length: \u{665}", "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 0", "Transfer-Encoding: gzip\r\nContent-Length: 0",
            "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding:",
            "Transfer-Encoding: ,",
            "Transfer-Encoding: chunked,", "Transfer-Encoding: , chunked", "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunked\u{b}",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: chun ked", "Transfer-Encoding:\r\n chunked", "Connection: authorization",
            "Connection: close, X-Oss-Meta-A", "Connection: Date", "Connection: host",
            "Connection: content-length",
            "Connection: Content-MD5", "Connection: range", "Connection: If-Match", "Connection: a b",
            "Connection: keep-alive\r\nConnection: x-oss-date", "Connection: security-token",
        ].map { Bad(400, "PUT / HTTP/1.1\r\nHost: h\r\n\($0)\r\n\r\n") }
        + [
            "gzip", "xchunked", "chunkedx", "identity", "gzip, chunked", "chunked, gzip", "chunked, identity",
        ].map { Bad(501, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \($0)\r\n\r\n") } + [
            Bad(400, "PUT / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
            Bad(417, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 200-ok\r\n\r\n"),
            Bad(417, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect:\r\n\r\n"),
            Bad(417, "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n"),
            Bad(400, "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        ]

    static let chunks: [Bad] = [
        "\r\n", "g\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "+5\r\nhello\r\n", "-5\r\n",
        "0x5\r\nhello\r\n",
        "5\nhello\r\n", "5\r hello\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\rx",
        "5\r\nhello!\r\n", "4\r\nhello\r\n", "5;\r\nhello\r\n", "5; \r\nhello\r\n", "5;a=\r\nhello\r\n",
        "5;a b\r\nhello\r\n", "5;a=\"b\r\nhello\r\n", "5;a=\"\\\r\nhello\r\n", "5;a\rb\r\nhello\r\n",
        "5;a\nb\r\nhello\r\n", "5;a\0\r\nhello\r\n", "5;a=\"\u{1}\"\r\nhello\r\n", "5,5\r\nhello\r\n",
        "5 5\r\nhello\r\n", "00000000000000005\r\nhello\r\n", "8000000000000000\r\n", "FFFFFFFFFFFFFFFF\r\n",
        "10000000000000000\r\n", "5_\r\nhello\r\n", "0\n\r\n", "0\r\n\n", "0\r\nA : b\r\n\r\n",
        "0\r\nA: b\r\n c\r\n\r\n", "0\r\nA: b\nC: d\r\n\r\n", "0\r\nContent-Length: 1\r\n\r\n",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nhost: h\r\n\r\n", "0\r\nAuthorization: x\r\n\r\n",
        "0\r\nContent-Type: x\r\n\r\n", "0\r\nConnection: close\r\n\r\n", "0\r\nTrailer: x\r\n\r\n",
        "0\r\nIf-Match: x\r\n\r\n", "0\r\nA: \0\r\n\r\n", "0\r\nbroken\r\n\r\n", "0\r\n: x\r\n\r\n",
    ].map { Bad(400, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\($0)") }

    @Test(arguments: startLines + targets + fields + hosts + framing + chunks)
    func refuses(_ vector: Bad) {
        let (transcript, differing) = everyCut(Array(vector.input.utf8)) { Transcript.requests($0) }
        #expect(transcript.error?.status == vector.status)
        #expect(transcript.error?.reason.isEmpty == false)
        #expect(!transcript.isBetweenMessages)
        #expect(differing.isEmpty)
    }

    @Test func bytesThatAreNotUTF8() {
        for byte in UInt8(0x80)...0xFF {
            let target = Array("GET /".utf8) + [byte] + Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
            #expect(Transcript.requests([target]).error?.status == 400)
            let name = Array("GET / HTTP/1.1\r\nHost: h\r\nA".utf8) + [byte] + Array(": b\r\n\r\n".utf8)
            #expect(Transcript.requests([name]).error?.status == 400)
            let value = Array("GET / HTTP/1.1\r\nHost: h\r\nA: ".utf8) + [byte] + Array("\r\n\r\n".utf8)
            let accepted = Transcript.requests([value])
            #expect(accepted.error == nil)
            #expect(accepted.requests.first?.fields.value(at: 1) == [byte])
        }
    }

    @Test func everyControlByteInAValue() {
        for byte in Array(UInt8(0)..<0x20) + [0x7F] where byte != 0x09 {
            for lead in 0..<17 {
                let value = [UInt8](repeating: 0x61, count: lead) + [byte] + Array("bcdefghijk\r\n\r\n".utf8)
                let input = Array("GET / HTTP/1.1\r\nHost: h\r\nA: ".utf8) + value
                #expect(Transcript.requests([input]).error?.status == 400)
            }
        }
    }
}

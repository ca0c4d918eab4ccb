import Bytes
import HTTP1
import HTTPModel
import Testing

@Suite struct EncoderTests {
    private func request(_ input: String) throws -> RequestHead {
        try #require(Transcript.requests([Array(input.utf8)]).requests.first)
    }

    private func encode(_ head: RequestHead) -> String { encode(head, head.framing) }

    private func encode(_ head: RequestHead, _ framing: BodyFraming) -> String {
        var bytes: [UInt8] = []
        RequestEncoder.append(head: head, framing: framing, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Requests that an origin must get byte for byte.
    @Test(arguments: [
        "GET /a//../%2F?x&y=%20+ HTTP/1.1\r\nHost: B.oss\r\nx-OSS-Meta: \u{4e2d} \t x\r\nA: 1\r\nA: 2\r\nE: \r\n\r\n",
        "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 005\r\nDate: x\r\n\r\n",
        "GET /k HTTP/1.1\r\ncontent-length: 0\r\nhost: h\r\n\r\n", "POST /k HTTP/1.1\r\nHost: h\r\n\r\n",
        "PUT /k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nDate: x\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "p!x /k HTTP/1.1\r\nHost: h\r\n\r\n",
    ])
    func roundTrip(_ input: String) throws {
        #expect(encode(try request(input)) == input)
    }

    @Test func leavesOutWhatEndsHere() throws {
        let head = try request(
            "PUT http://h/k?a HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Own\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
                + "Upgrade: h2c\r\nTrailer: x\r\nProxy-Connection: close\r\nProxy-Authorization: s\r\nx-own: 1\r\n"
                + "Expect: 100-continue\r\nContent-Length: 2\r\nA: b\r\n\r\n")
        #expect(encode(head) == "PUT /k?a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nA: b\r\n\r\n")
    }

    @Test func framingTakesThePlaceOfTheReceived() throws {
        let length = try request("PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nA: b\r\n\r\n")
        #expect(
            encode(length, .chunked)
                == "PUT /k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n")
        #expect(
            encode(length, .length(7)) == "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\nA: b\r\n\r\n")
        #expect(encode(length, .none) == "PUT /k HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n")
        let chunked = try request("PUT /k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n")
        #expect(
            encode(chunked, .length(3)) == "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nA: b\r\n\r\n")
        let none = try request("POST /k HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n")
        #expect(
            encode(none, .length(0)) == "POST /k HTTP/1.1\r\nHost: h\r\nA: b\r\nContent-Length: 0\r\n\r\n")
        let zero = try request("GET /k HTTP/1.1\r\nContent-Length: 00\r\nHost: h\r\n\r\n")
        #expect(encode(zero, .none) == "GET /k HTTP/1.1\r\nContent-Length: 00\r\nHost: h\r\n\r\n")
    }

    @Test func hostOfHTTP10() throws {
        #expect(
            encode(try request("GET http://h/k HTTP/1.0\r\n\r\n")) == "GET /k HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(encode(try request("GET /k HTTP/1.0\r\n\r\n")) == "GET /k HTTP/1.1\r\nHost: \r\n\r\n")
    }

    @Test func nothingSmugglesALine() {
        var fields = Fields()
        fields.append("Host", "h\r\nEvil: 1")
        fields.append("A", "b\nEvil: 1")
        fields.append("B", "\0")
        fields.append(name: Array("C\r\nEvil".utf8)[...], value: [0x31])
        fields.append(name: [], value: [0x31])
        fields.append("Connection", "\r\nEvil: 1")
        fields.append("Content-Length", "1\r\nEvil: 1")
        fields.append("D", "fine")
        let target = Array("/a b\r\nEvil: 1".utf8)[...]
        let head = RequestHead(method: .other(Array("X\r\nEvil:".utf8)), target: target, fields: fields)
        #expect(encode(head) == "X%0D%0AEvil: /a%20b%0D%0AEvil:%201 HTTP/1.1\r\nD: fine\r\n\r\n")
        let reason = Array("OK\r\nEvil: 1".utf8)[...]
        let response = ResponseHead(status: 200, reason: reason, fields: fields, framing: .length(1))
        #expect(
            encode(response, persistent: true)
                == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\nD: fine\r\n\r\n")
    }

    private func encode(
        _ head: ResponseHead, persistent: Bool, version: HTTPVersion = .http11, answersHead: Bool = false
    ) -> String {
        var bytes: [UInt8] = []
        ResponseEncoder.append(
            head: head, isPersistent: persistent, requestVersion: version, answersHead: answersHead,
            to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func response(_ input: String, to method: Method = .get) throws -> ResponseHead {
        let transcript = Transcript.responses([Array(input.utf8)], to: [method], closing: false)
        return try #require(transcript.responses.first)
    }

    /// Answers that a client must get byte for byte.
    @Test(arguments: [
        (
            "HTTP/1.1 200 Odd  reason\r\nx-oss-request-id: 1\r\nContent-Length: 03\r\nETag: \"e\"\r\n",
            Method.get
        ),
        ("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nServer: AliyunOSS\r\n", .get),
        ("HTTP/1.1 200 OK\r\ncontent-length: 77\r\n", .head),
        ("HTTP/1.1 304 X\r\nContent-Length: 5\r\n", .get),
        ("HTTP/1.1 204 No Content\r\nServer: AliyunOSS\r\n", .delete),
    ])
    func relays(_ head: String, _ method: Method) throws {
        let decoded = try response(head + "\r\n", to: method)
        #expect(encode(decoded, persistent: true) == head + "Connection: keep-alive\r\n\r\n")
        #expect(encode(decoded, persistent: false) == head + "Connection: close\r\n\r\n")
    }

    @Test func connectionKeepsItsPlaceAndHopByHopGoes() throws {
        let head = try response(
            "HTTP/1.1 200 OK\r\nA: 1\r\nConnection: x-own\r\nKeep-Alive: 1\r\nX-Own: 1\r\nConnection: close\r\n"
                + "Content-Length: 1\r\nContent-Length: 1\r\nB: 2\r\n\r\n")
        #expect(
            encode(head, persistent: true)
                == "HTTP/1.1 200 OK\r\nA: 1\r\nConnection: keep-alive\r\nContent-Length: 1\r\nB: 2\r\n\r\n")
    }

    @Test func lengthsOfAnswersWithoutABody() {
        let empty = ResponseHead(status: 200)
        #expect(
            encode(empty, persistent: true)
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")
        #expect(
            encode(empty, persistent: true, answersHead: true)
                == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n")
        var fields = Fields()
        fields.append("Content-Length", "5")
        let noContent = ResponseHead(status: 204, fields: fields, framing: .length(5))
        #expect(
            encode(noContent, persistent: true) == "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n"
        )
        let interim = ResponseHead(status: 103, fields: fields)
        #expect(encode(interim, persistent: true) == "HTTP/1.1 103 Early Hints\r\n\r\n")
        #expect(
            encode(ResponseHead(status: 304), persistent: true)
                == "HTTP/1.1 304 Not Modified\r\nConnection: keep-alive\r\n\r\n")
    }

    @Test func bodiesThatEndWithTheConnection() {
        let chunked = ResponseHead(status: 299, framing: .chunked)
        #expect(ResponseEncoder.framing(.chunked, for: .http10) == .untilClose)
        #expect(ResponseEncoder.framing(.chunked, for: .http11) == .chunked)
        #expect(
            encode(chunked, persistent: true, version: .http10)
                == "HTTP/1.1 299 \r\nConnection: close\r\n\r\n")
        let open = ResponseHead(status: 200, framing: .untilClose)
        #expect(encode(open, persistent: true) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    }

    @Test(arguments: [
        (1, "1"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000"), (Int.max, "7fffffffffffffff"),
    ])
    func chunkHeader(_ count: Int, _ text: String) {
        var bytes: [UInt8] = []
        ChunkEncoder.appendHeader(count: count, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text + "\r\n")
    }

    @Test func chunksRoundTrip() {
        var trailers = Fields()
        trailers.append("X-Sum", "1")
        trailers.append("Content-Length", "1")
        trailers.append("X-Evil", "1\r\n\r\nGET")
        var bytes = Array("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        let pieces = ["a", "", "hello world, hello world", String(repeating: "z", count: 5000)]
        for piece in pieces { ChunkEncoder.append(chunk: Array(piece.utf8).span, to: &bytes) }
        ChunkEncoder.appendLast(trailers: trailers, to: &bytes)
        let transcript = Transcript.requests([bytes])
        #expect(transcript.error == nil)
        #expect(transcript.bodies == [Array(pieces.joined().utf8)])
        #expect(transcript.lines.last == "end [X-Sum|1]")
        #expect(ChunkEncoder.last == Array("0\r\n\r\n".utf8))
    }
}

import Bytes
import HTTP1
import HTTP2
import HTTPModel
import Testing

/// Field lists of requests: what RFC 9113 forbids is refused with a reason, nothing is dropped or joined in silence, and
/// what is good means the same in HTTP/1.1.
@Suite struct HTTP2HeadTests {
    private static let good = [
        (":method", "PUT"), (":scheme", "https"), (":path", "/a//b/%2e?x=1"),
        (":authority", "b.example:8443"),
    ]

    private func head(
        _ list: [(String, String)], ends: Bool = true
    ) -> Result<RequestHead, DecodeError> {
        var fields = Fields()
        for (name, value) in list {
            fields.append(name: Array(name.utf8)[...], value: Array(value.utf8)[...])
        }
        return Result { () throws(DecodeError) in
            try HTTP2Head.request(fields, endsStream: ends, limits: HTTP1Limits())
        }
    }

    private func reason(_ list: [(String, String)], ends: Bool = true) -> String? {
        if case .failure(let error) = head(list, ends: ends) { error.reason } else { nil }
    }

    @Test func aRequestMeansTheSame() throws {
        let head = try head(
            Self.good + [("content-length", "3"), ("x-oss-acl", "private"), ("te", "trailers")], ends: false
        )
        .get()
        #expect(head.method == .put)
        #expect(head.target.text == "/a//b/%2e?x=1")
        #expect(head.authority?.text == "b.example:8443")
        #expect(head.version == .http2)
        #expect(head.framing == .length(3))
        #expect(head.fields.first("x-oss-acl")?.text == "private")
        #expect(head.fields.count(of: "host") == 1)
        var forwarded: [UInt8] = []
        RequestEncoder.append(head: head, framing: head.framing, to: &forwarded)
        #expect(
            String(decoding: forwarded, as: UTF8.self)
                == "PUT /a//b/%2e?x=1 HTTP/1.1\r\nhost: b.example:8443\r\ncontent-length: 3\r\n"
                + "x-oss-acl: private\r\n\r\n")
    }

    @Test func theEndOfTheStreamFramesABodyWithoutLength() throws {
        #expect(try head([(":method", "GET")] + Self.good.dropFirst()).get().framing == .none)
        // The origin is told that there is nothing to come.
        let empty = try head(Self.good).get()
        #expect(empty.framing == .length(0))
        var forwarded: [UInt8] = []
        RequestEncoder.append(head: empty, framing: empty.framing, to: &forwarded)
        #expect(String(decoding: forwarded, as: UTF8.self).contains("\r\nContent-Length: 0\r\n"))
        #expect(try head(Self.good, ends: false).get().framing == .chunked)
        #expect(try head(Self.good + [("content-length", "0")]).get().framing == .length(0))
        #expect(reason(Self.good + [("content-length", "5")]) == "Content-Length without a body")
        #expect(try !head(Self.good + [("expect", "100-continue")]).get().expectsContinue)
        #expect(try head(Self.good + [("expect", "100-continue")], ends: false).get().expectsContinue)
    }

    @Test func crumbsOfCookiesAreJoined() throws {
        let head = try head(Self.good + [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]).get()
        #expect(head.fields.count(of: "cookie") == 1)
        #expect(head.fields.first("cookie")?.text == "a=1; b=2")
    }

    @Test func hostAndAuthorityMustAgree() throws {
        #expect(try head(Self.good + [("host", "B.example:8443")]).get().fields.count(of: "host") == 1)
        #expect(reason(Self.good + [("host", "evil.example")]) == "Host differs from :authority")
        let bare = Array(Self.good.dropLast())
        #expect(try head(bare + [("host", "b.example")]).get().authority?.text == "b.example")
        #expect(reason(bare) == "no Host field")
        #expect(
            reason(Self.good + [("host", "b.example:8443"), ("host", "b.example:8443")])
                == "several Host fields")
    }

    /// RFC 9113, sections 8.2, 8.2.1, 8.2.2, 8.3 and 8.3.1.
    @Test(arguments: [
        ("Content-Type", "text/plain", "invalid field name"), ("x y", "v", "invalid field name"),
        ("", "v", "invalid field name"), ("x:y", "v", "invalid field name"),
        ("x\u{7F}", "v", "invalid field name"),
        ("x", "a\r\nevil: 1", "invalid byte in a field value"),
        ("x", "a\nb", "invalid byte in a field value"),
        ("x", "a\0b", "invalid byte in a field value"), ("x", " a", "invalid byte in a field value"),
        ("x", "a\t", "invalid byte in a field value"), ("connection", "close", "connection-specific field"),
        ("keep-alive", "1", "connection-specific field"),
        ("proxy-connection", "x", "connection-specific field"),
        ("transfer-encoding", "chunked", "connection-specific field"),
        ("upgrade", "h2c", "connection-specific field"),
        ("te", "gzip", "TE other than trailers"), (":path", "/", "invalid field name"),
        ("content-length", "1, 1", "invalid Content-Length"),
        ("content-length", "+1", "invalid Content-Length"),
        ("expect", "200-ok", "expectation other than 100-continue"),
        ("x_oss_acl", "private", "field name with _ in place of -"),
        ("content_length", "1", "field name with _ in place of -"),
    ])
    func aFaultyFieldIsRefused(name: String, value: String, expected: String) {
        #expect(reason(Self.good + [("a", "b"), (name, value)], ends: false) == expected)
    }

    @Test(
        arguments: [
            ([(":method", "GET"), (":scheme", "https")], "missing pseudo-header field"),
            ([(":method", "GET"), (":path", "/")], "missing pseudo-header field"),
            ([(":scheme", "https"), (":path", "/")], "missing pseudo-header field"),
            ([(":method", "GET"), (":method", "GET")], "unknown or repeated pseudo-header field"),
            ([(":status", "200")], "unknown or repeated pseudo-header field"),
            ([(":protocol", "websocket")], "unknown or repeated pseudo-header field"),
            ([(":method", "G ET"), (":scheme", "https"), (":path", "/")], "invalid :method"),
            ([(":method", "GET"), (":scheme", "ftp"), (":path", "/")], "scheme other than http and https"),
            ([(":method", "GET"), (":scheme", "https"), (":path", "")], "invalid :path"),
            ([(":method", "GET"), (":scheme", "https"), (":path", "http://evil/")], "invalid :path"),
            (
                [(":method", "GET"), (":scheme", "https"), (":path", "*"), (":authority", "b")],
                "asterisk target without OPTIONS"
            ),
            (
                [(":method", "GET"), (":scheme", "https"), (":path", "/a b"), (":authority", "b")],
                "invalid byte in the request-target"
            ),
            (
                [
                    (":method", "GET"), (":scheme", "https"), (":path", "/ HTTP/1.1\r\nx: y"),
                    (":authority", "b"),
                ],
                "invalid byte in the request-target"
            ),
            (
                [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "u@b")],
                "invalid Host field"
            ),
            (
                [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "b\r\n")],
                "invalid :authority"
            ),
            (
                [(":method", "CONNECT"), (":scheme", "https"), (":path", "/"), (":authority", "b")],
                "CONNECT is not served"
            ),
        ] as [([(String, String)], String)])
    func aFaultyRequestIsRefused(list: [(String, String)], expected: String) {
        #expect(reason(list) == expected)
    }

    @Test func limitsAreThoseOfHTTP1() {
        let many = (0..<200).map { ("x\($0)", "y") }
        #expect(reason(Self.good + many) == "too many fields")
        let long = Self.good.map { $0.0 == ":path" ? ($0.0, "/" + String(repeating: "k", count: 9000)) : $0 }
        #expect(reason(long) == "request-target too long")
    }

    @Test func trailersAreChecked() throws {
        func trailers(_ list: [(String, String)]) -> String? {
            var fields = Fields()
            for (name, value) in list {
                fields.append(name: Array(name.utf8)[...], value: Array(value.utf8)[...])
            }
            do throws(DecodeError) {
                _ = try HTTP2Head.trailers(fields, limits: HTTP1Limits())
                return nil
            } catch { return error.reason }
        }
        #expect(trailers([("x-checksum", "1")]) == nil)
        #expect(trailers([(":path", "/")]) == "invalid field name")
        for name in ["content-length", "host", "authorization", "x-oss-date"] {
            #expect(trailers([(name, "1")]) == "field that cannot be a trailer")
        }
        #expect(trailers([("transfer-encoding", "chunked")]) == "connection-specific field")
    }
}

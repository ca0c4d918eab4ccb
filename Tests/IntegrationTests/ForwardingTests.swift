import Bytes
import Foundation
import TestSupport
import Testing

@Suite struct ForwardingTests {
    @Test func aSmallUploadReachesTheOriginByteForByte() async throws {
        let fixture = try await GatewayFixture()
        let client = try fixture.client()
        let head =
            "PUT /a%2Fb//c+d?x=%20 HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n"
            + "x-oss-Meta-A:  spaced value\r\nContent-MD5: eB5eJF1ptWaXm4bijSPyxw==\r\nContent-Length: 10\r\n\r\n"
        client.send(head + "0123456789")
        let answer = try #require(try client.answer(to: .put))
        #expect(answer.status == 200)
        let seen = try #require(fixture.origin.seen.first)
        #expect(seen.isComplete)
        #expect(seen.body == Array("0123456789".utf8))
        #expect(seen.head.target.elementsEqual("/a%2Fb//c+d?x=%20".utf8))
        #expect(seen.head.fields.first("content-md5")?.elementsEqual("eB5eJF1ptWaXm4bijSPyxw==".utf8) == true)
        await fixture.stop()
    }

    @Test func aWrongDigestIsRefusedBeforeTheOriginHearsOfIt() async throws {
        let fixture = try await GatewayFixture()
        let client = try fixture.client()
        client.send(
            "PUT /k HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n"
                + "Content-MD5: eB5eJF1ptWaXm4bijSPyxw==\r\nContent-Length: 10\r\n\r\n0123456780")
        let answer = try #require(try client.answer(to: .put))
        #expect(answer.status == 400)
        #expect(answer.element("Code") == "InvalidDigest")
        #expect(fixture.origin.bytesReceived == 0)
        let record = try #require(try fixture.log.records().first)
        #expect(record["oss.code"] as? String == "InvalidDigest")
        #expect(record["ossgate.body.bytes_seen"] as? Int == 10)
        await fixture.stop()
    }

    /// What is packed is never unpacked: an object is its bytes, and a packed document is none.
    @Test func packedBodiesStayPacked() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        // The beginning of a gzip stream whose zeros would be gibibytes.
        let bomb: [UInt8] =
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xEC, 0xC1] + [UInt8](repeating: 0, count: 4000)
        func answer(_ target: String) async throws -> RawClient.Answer? {
            try await onThread {
                let client = try RawClient(port: port)
                client.send(
                    "PUT \(target) HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Encoding: gzip\r\n"
                        + "Content-Length: \(bomb.count)\r\n\r\n")
                client.send(bomb)
                return try client.answer(to: .put)
            }
        }
        #expect(try await answer("/object")?.status == 200)
        #expect(fixture.origin.seen.map(\.body) == [bomb])
        #expect(fixture.origin.seen.first?.head.fields.first("content-encoding")?.text == "gzip")
        #expect(try await answer("/?lifecycle")?.element("Code") == "MalformedXML")
        #expect(fixture.origin.seen.count == 1)
        await fixture.stop()
    }

    /// Wherever a request says that something else is to be found, the gateway speaks to its origin alone.
    @Test func placesThatARequestNamesAreNotAsked() async throws {
        let fixture = try await GatewayFixture()
        let named = ScriptedOrigin()
        let place = "127.0.0.1:\(named.port)"
        let order = Base64.encode("{\"callbackUrl\":\"http://\(place)/\",\"callbackBody\":\"a=b\"}".utf8)
        let port = fixture.port
        let messages = [
            "PUT /k HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Length: 0\r\n"
                + "x-oss-callback: \(String(decoding: order, as: UTF8.self))\r\n\r\n",
            "PUT /k HTTP/1.1\r\nHost: \(Upload.host)\r\nx-oss-copy-source: http://\(place)/a/b\r\n\r\n",
            "GET http://\(place)/k HTTP/1.1\r\nHost: \(place)\r\n\r\n",
            "GET /k HTTP/1.1\r\nHost: \(place)\r\nX-Forwarded-Host: \(place)\r\nForwarded: host=\(place)\r\n\r\n",
        ]
        try await onThread {
            for message in messages {
                let client = try RawClient(port: port)
                client.send(message)
                #expect(try client.answer() != nil)
            }
        }
        #expect(named.connectionCount == 0)
        named.stop()
        await fixture.stop()
    }

    @Test func oneConnectionCarriesManyRequests() async throws {
        let fixture = try await GatewayFixture()
        let client = try fixture.client()
        for _ in 0..<50 {
            client.send("GET /k HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n\r\n")
            #expect(try client.answer()?.status == 200)
        }
        #expect(fixture.origin.connectionCount == 1)
        #expect(fixture.origin.seen.count == 50)
        await fixture.stop()
    }

    /// What was gathered before the body outgrew the buffer is coded like the rest: as raw bytes it would be read as
    /// chunk lines, and so could smuggle a request.
    @Test(arguments: Upload.Framing.allCases)
    func aBodyThatOutgrowsTheBufferInSmallPiecesArrivesWhole(framing: Upload.Framing) async throws {
        let fixture = try await GatewayFixture()
        let upload = Upload(framing: framing, operation: .put, fault: .none, size: 150_000)
        let port = fixture.port
        let status = try await onThread {
            let client = try RawClient(port: port)
            let message = upload.message()
            for start in stride(from: 0, to: message.count, by: 10_000) {
                client.send(Array(message[start..<min(start + 10_000, message.count)]))
            }
            return try client.answer(to: .put)?.status
        }
        #expect(status == 200)
        #expect(fixture.origin.seen.first?.body == upload.intended)
        await fixture.stop()
    }
}

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

import Admission
import Bytes
import TestSupport
import Testing

/// Documents that are there to hurt, over sockets: each is refused, and the origin never hears of it.
@Suite struct HostileDocumentTests {
    private static let malformed = "MalformedXML"

    private static func head(_ target: String, _ framing: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: \(Upload.host)\r\n\(framing)\r\n\r\n"
    }

    @Test func aHundredMebibytesInChunksEndAtTheLimit() async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        let (answer, sent) = try await onThread { () throws -> (RawClient.Answer?, Int) in
            let client = try RawClient(port: port)
            client.send(Self.head("/?delete", "Transfer-Encoding: chunked"))
            let text = "<Delete><!--" + String(repeating: "x", count: 65_524)
            let chunk = Array("10000\r\n\(text)\r\n".utf8)
            var sent = 0
            while sent < 100 << 20, client.send(chunk) {
                sent += chunk.count
                // What comes after the answer is of no use.
                if client.waitForInput(milliseconds: 0) { break }
            }
            return (try client.answer(to: .post), sent)
        }
        #expect(answer?.status == 400)
        #expect(answer?.element("Code") == Self.malformed)
        #expect(sent > 2 << 20)
        #expect(sent < 50 << 20)
        #expect(fixture.origin.bytesReceived == 0)
        await fixture.stop()
    }

    @Test(arguments: [
        String(repeating: "<a>", count: 100_000),
        "<!DOCTYPE d [<!ENTITY a \"\(String(repeating: "x", count: 10_000))\">]><Delete>"
            + String(repeating: "&a;", count: 100_000) + "</Delete>",
        "<Delete>" + String(repeating: "<a/>", count: 500_000) + "</Delete>",
        "<Delete><Object><Key>" + String(repeating: "x", count: 2_000_000),
    ])
    func aDocumentOfTheLargestSizeIsRefused(body: String) async throws {
        let fixture = try await GatewayFixture()
        let port = fixture.port
        let answer = try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.head("/?delete", "Content-Length: \(body.utf8.count)") + body)
            return try client.answer(to: .post)
        }
        #expect(answer?.status == 400)
        #expect(answer?.element("Code") == Self.malformed)
        #expect(answer?.field("x-ossgate-rule") == "xml-well-formed")
        #expect(fixture.origin.bytesReceived == 0)
        await fixture.stop()
    }

    @Test func aRuleThatReportsLetsTheDocumentPass() async throws {
        let fixture = try await GatewayFixture { plan in
            plan.settings.admission = AdmissionSettings(
                addressing: plan.settings.admission.addressing,
                modes: RuleModes(["xml-part-order": .report]))
        }
        let port = fixture.port
        let part = "<Part><PartNumber>1</PartNumber><ETag>e</ETag></Part>"
        let body = "<CompleteMultipartUpload>\(part)\(part)</CompleteMultipartUpload>"
        let answer = try await onThread {
            let client = try RawClient(port: port)
            client.send(Self.head("/k?uploadId=U", "Content-Length: \(body.utf8.count)") + body)
            return try client.answer(to: .post)
        }
        #expect(answer?.status == 200)
        #expect(fixture.origin.seen.first?.body == Array(body.utf8))
        let records = try fixture.log.records()
        #expect(records.count == 1)
        #expect(records.first?["ossgate.rule"] as? String == "xml-part-order")
        #expect(records.first?["ossgate.mode"] as? String == "report")
        await fixture.stop()
    }
}

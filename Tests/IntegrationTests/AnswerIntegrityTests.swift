import Digest
import Proxy
import TestSupport
import Testing

/// The CRC64 that the origin states against the bytes that pass, in both directions.
@Suite struct AnswerIntegrityTests {
    private static let body = Pattern.bytes(count: 300_000, seed: 5)

    private static func get(_ target: String = "/k", version: String = "1.1") -> String {
        "GET \(target) HTTP/\(version)\r\nHost: \(Upload.host)\r\n\r\n"
    }

    /// An answer with a CRC that is not its body's.
    private static func corrupt(
        _ body: [UInt8], isChunked: Bool, status: String = "200 OK", further: String = ""
    ) -> [UInt8] {
        let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
        let head = "HTTP/1.1 \(status)\r\nx-oss-hash-crc64ecma: 1\r\n\(further)\(length)\r\n\r\n"
        return Array(head.utf8) + (isChunked ? Upload.chunked(body) : body)
    }

    private func fixture(
        _ mode: IntegritySettings.Download, _ answer: [UInt8]
    ) async throws -> GatewayFixture {
        try await GatewayFixture(origin: ScriptedOrigin(onEnd: { _ in .answer(answer) })) {
            $0.settings.integrity.downloads = mode
        }
    }

    private func download(_ fixture: GatewayFixture, _ request: String = get()) async throws -> RawClient
        .Answer?
    {
        try await onThread { [port = fixture.port] in
            let client = try RawClient(port: port)
            client.send(request)
            return try client.answer()
        }
    }

    private static let disagreed =
        #"ossgate_integrity_checks_total{algorithm="crc64",direction="download",result="disagreed"}"#

    @Test(arguments: [false, true], [1, 300_000])
    func aCorruptDownloadIsCountedAndPassesWhenObserved(isChunked: Bool, size: Int) async throws {
        let body = Array(Self.body.prefix(size))
        let fixture = try await fixture(.observe, Self.corrupt(body, isChunked: isChunked))
        #expect(try await download(fixture)?.body == body)
        #expect(fixture.metric(Self.disagreed) == 1)
        await fixture.stop()
    }

    @Test(arguments: [false, true], [1, 300_000])
    func aCorruptDownloadIsCutWhenThatIsWanted(isChunked: Bool, size: Int) async throws {
        let body = Array(Self.body.prefix(size))
        let fixture = try await fixture(.abort, Self.corrupt(body, isChunked: isChunked))
        await #expect(throws: (any Error).self) { try await download(fixture) }
        await #expect(throws: (any Error).self) { try await download(fixture, Self.get(version: "1.0")) }
        #expect(fixture.metric(Self.disagreed) == 2)
        await fixture.stop()
    }

    @Test func onlyWholeObjectsAsStoredAreCompared() async throws {
        for (target, status, further) in [
            ("/k", "206 Partial Content", "Content-Range: bytes 0-1/9\r\n"),
            ("/k?x-oss-process=image/info", "200 OK", ""),
            ("/k", "200 OK", "Content-Encoding: gzip\r\n"), ("/k?acl", "200 OK", ""),
            ("/k", "404 Not Found", ""),
        ] {
            let answer = Self.corrupt(Self.body, isChunked: false, status: status, further: further)
            let fixture = try await fixture(.abort, answer)
            #expect(try await download(fixture, Self.get(target))?.body == Self.body, "\(target) \(status)")
            #expect(fixture.metric(Self.disagreed) == 0)
            await fixture.stop()
        }
    }

    @Test(arguments: Upload.Operation.allCases, [IntegritySettings.Origin.observe, .fail, .off])
    func whatTheOriginStoredIsCompared(operation: Upload.Operation, mode: IntegritySettings.Origin)
        async throws
    {
        let upload = Upload(framing: .length, operation: operation, fault: .none, size: 100_000)
        let right = "\(CRC64.hash(upload.intended.span))"
        for (stated, isRight) in [(right, true), ("1", false)] {
            let answer = ScriptedOrigin.ok(fields: [("x-oss-hash-crc64ecma", stated)])
            let fixture = try await GatewayFixture(origin: ScriptedOrigin(onEnd: { _ in .answer(answer) })) {
                $0.settings.integrity.origin = mode
            }
            let status = try await onThread { [port = fixture.port] in
                let client = try RawClient(port: port)
                client.send(upload.message())
                return try client.answer(to: operation == .append ? .post : .put)?.status
            }
            #expect(status == (isRight || mode != .fail ? 200 : 502))
            let sample =
                #"ossgate_integrity_checks_total{algorithm="crc64",direction="origin",result="\#(isRight ? "agreed" : "disagreed")"}"#
            #expect(fixture.metric(sample) == (mode == .off ? 0 : 1))
            await fixture.stop()
        }
    }
}

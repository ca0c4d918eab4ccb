import Admission
import HTTPModel
import Proxy
import Reactor
import TestSupport
import Testing

/// What the gateway remembers of uploads in parts, over sockets: whichever shard a request comes to, until it is
/// completed, aborted, forgotten for want of room or too long silent; and what it does not know it does not refuse.
@Suite struct UploadStateTests {
    private static let host = "bucket.oss-cn-hangzhou.aliyuncs.com"
    private static let wrong = "\"00000000000000000000000000000000\""

    /// Requests on a connection each, so that they come to any of the shards.
    private struct Client: Sendable {
        let port: UInt16

        func send(_ method: Method, _ target: String, _ fields: String = "", _ body: [UInt8] = [])
            async throws
            -> RawClient.Answer
        {
            try await onThread { [port] in
                let client = try RawClient(port: port)
                let verb = method.text
                let head =
                    "\(verb) \(target) HTTP/1.1\r\nHost: \(UploadStateTests.host)\r\n\(fields)"
                    + "Content-Length: \(body.count)\r\n\r\n"
                client.send(Array(head.utf8) + body)
                return try #require(try client.answer(to: method))
            }
        }

        func begin(_ fields: String = "") async throws -> String {
            try #require(try await send(.post, "/k?uploads", fields).element("UploadId"))
        }

        func part(_ number: Int, of id: String, _ body: [UInt8], _ fields: String = "") async throws -> String
        {
            let answer = try await send(.put, "/k?partNumber=\(number)&uploadId=\(id)", fields, body)
            #expect(answer.status == 200, "\(answer.document)")
            return try #require(answer.field("etag"))
        }

        func complete(_ id: String, _ parts: [(Int, String)]) async throws -> RawClient.Answer {
            let list = parts.map { "<Part><PartNumber>\($0)</PartNumber><ETag>\($1)</ETag></Part>" }.joined()
            return try await send(
                .post, "/k?uploadId=\(id)", "",
                Array("<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>".utf8))
        }
    }

    private static let encryption = """
        x-oss-meta-client-side-encryption-key: a\r
        x-oss-meta-client-side-encryption-start: b\r
        x-oss-meta-client-side-encryption-cek-alg: AES/CTR/NoPadding\r
        x-oss-meta-client-side-encryption-wrap-alg: RSA/NONE/PKCS1Padding\r
        x-oss-meta-client-side-encryption-data-size: 300\r
        x-oss-meta-client-side-encryption-part-size: 160\r

        """

    private func fixture(
        shards: Int = 1, origin: ScriptedOrigin = MultipartOrigin.make(),
        _ change: (inout GatewayPlan) -> Void = { _ in }
    ) async throws -> (GatewayFixture, Client) {
        let fixture = try await GatewayFixture(origin: origin, shards: shards, change)
        return (fixture, Client(port: fixture.port))
    }

    /// With four shards and a connection for each request, nearly every upload has a home elsewhere.
    @Test(arguments: [1, 4])
    func everyShardKnows(shards: Int) async throws {
        let (fixture, client) = try await fixture(shards: shards)
        for round in 0..<25 {
            let id = try await client.begin(Self.encryption)
            let first = try await client.part(1, of: id, Pattern.bytes(count: 160, seed: 1), Self.encryption)
            let other = Self.encryption.replacing("key: a", with: "key: x")
            let inconsistent = try await client.send(
                .put, "/k?partNumber=2&uploadId=\(id)", other, [UInt8](repeating: 1, count: 140))
            #expect(inconsistent.field("x-ossgate-rule") == "cse-meta-inconsistent")
            let second = try await client.part(2, of: id, Pattern.bytes(count: 140, seed: 2), Self.encryption)
            let short = try await client.complete(id, [(1, first)])
            #expect(short.field("x-ossgate-rule") == "cse-part-list-unexpected")
            let mixed = try await client.complete(id, [(1, first), (2, Self.wrong)])
            #expect(mixed.element("Code") == "InvalidPart", "round \(round)")
            #expect(try await client.complete(id, [(1, first), (2, second)]).status == 200)
            // It is over: nothing is known of it any more.
            #expect(try await client.complete(id, [(1, Self.wrong)]).status == 200)
        }
        #expect(fixture.metric("ossgate_uploads_remembered") == 0)
        #expect(fixture.metric("ossgate_upload_evictions_total") == 0)
        await fixture.stop()
    }

    /// A request without a body waits for another shard's answer as well, and its connection goes on after it.
    @Test func copiesWaitForTheAnswerToo() async throws {
        let (fixture, client) = try await fixture(shards: 4)
        for _ in 0..<10 {
            let id = try await client.begin(Self.encryption)
            let plain = try await client.begin()
            try await onThread { [port = fixture.port] in
                let client = try RawClient(port: port)
                for (target, status) in [(id, 400), (plain, 200), (id, 400), ("UNKNOWN", 200)] {
                    client.send(
                        "PUT /k?partNumber=1&uploadId=\(target) HTTP/1.1\r\nHost: \(Self.host)\r\n"
                            + "x-oss-copy-source: /bucket/s\r\nContent-Length: 0\r\n\r\n")
                    #expect(try client.answer(to: .put)?.status == status)
                }
                // Both at once, and our side ended: still answered in order.
                let request =
                    "PUT /k?partNumber=1&uploadId=\(plain) HTTP/1.1\r\nHost: \(Self.host)\r\n"
                    + "x-oss-copy-source: /bucket/s\r\nContent-Length: 0\r\n\r\n"
                client.send(request + request.replacing(plain, with: id))
                client.endOutput()
                #expect(try client.answer(to: .put)?.status == 200)
                #expect(try client.answer(to: .put)?.status == 400)
            }
        }
        await fixture.stop()
    }

    @Test func anAbortedUploadIsForgotten() async throws {
        let (fixture, client) = try await fixture(shards: 2)
        let id = try await client.begin()
        _ = try await client.part(1, of: id, [1, 2, 3])
        #expect(fixture.metric("ossgate_uploads_remembered") == 1)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 400)
        #expect(try await client.send(.delete, "/k?uploadId=\(id)").status == 204)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 200)
        #expect(fixture.metric("ossgate_uploads_remembered") == 0)
        await fixture.stop()
    }

    @Test func anUploadThatTheOriginDoesNotKnowIsForgotten() async throws {
        let origin = ScriptedOrigin(onEnd: { seen in
            guard seen.head.method == .put else { return .answer(MultipartOrigin.begun(id: "GONE")) }
            return .answer(ScriptedOrigin.ok(status: "404 Not Found"))
        })
        let (fixture, client) = try await fixture(shards: 2, origin: origin)
        #expect(try await client.begin(Self.encryption) == "GONE")
        #expect(fixture.metric("ossgate_uploads_remembered") == 1)
        let part = try await client.send(
            .put, "/k?partNumber=1&uploadId=GONE", Self.encryption, [UInt8](repeating: 1, count: 160))
        #expect(part.status == 404)
        #expect(fixture.metric("ossgate_uploads_remembered") == 0)
        await fixture.stop()
    }

    @Test func aSilentUploadIsForgottenInTime() async throws {
        let time = HeldTime(unixSeconds: VectorReplay.now)
        let (fixture, client) = try await fixture(shards: 2) {
            $0.clock = .held(time)
            $0.settings.uploads = UploadLimits(idleNanoseconds: 3_600_000_000_000)
        }
        let id = try await client.begin()
        _ = try await client.part(1, of: id, [1])
        time.advance(seconds: 3000)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 400)
        // The question itself was a sign of life.
        time.advance(seconds: 3000)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 400)
        time.advance(seconds: 3600)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 200)
        await fixture.stop()
    }

    @Test func withoutRoomTheOldestUploadIsForgotten() async throws {
        let (fixture, client) = try await fixture { $0.settings.uploads = UploadLimits(uploadsMax: 2) }
        var ids: [String] = []
        for _ in 0..<3 {
            ids.append(try await client.begin())
            _ = try await client.part(1, of: ids.last ?? "", [1])
        }
        #expect(try await client.complete(ids[0], [(1, Self.wrong)]).status == 200)
        #expect(try await client.complete(ids[1], [(1, Self.wrong)]).status == 400)
        #expect(try await client.complete(ids[2], [(1, Self.wrong)]).status == 400)
        #expect(fixture.metric("ossgate_upload_evictions_total") == 1)
        await fixture.stop()
    }

    @Test func withoutMemoryNothingIsRefused() async throws {
        let (fixture, client) = try await fixture(shards: 2) {
            $0.settings.uploads = UploadLimits(uploadsMax: 0)
        }
        let id = try await client.begin(Self.encryption)
        _ = try await client.part(1, of: id, [UInt8](repeating: 1, count: 160), Self.encryption)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 200)
        await fixture.stop()
    }

    @Test func aRuleThatReportsRefusesNothing() async throws {
        let (fixture, client) = try await fixture {
            $0.settings.admission = AdmissionSettings(
                addressing: $0.settings.admission.addressing,
                modes: RuleModes(["invalid-part": .report, "cse-meta-inconsistent": .report]))
        }
        let id = try await client.begin()
        _ = try await client.part(1, of: id, [1])
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 200)
        let encrypted = try await client.begin(Self.encryption)
        _ = try await client.part(
            1, of: encrypted, [UInt8](repeating: 1, count: 160),
            Self.encryption.replacing("key: a", with: "key: b"))
        let records = try fixture.log.records()
        #expect(
            records.compactMap { $0["ossgate.rule"] as? String }.sorted() == [
                "cse-meta-inconsistent", "invalid-part",
            ])
        await fixture.stop()
    }

    /// While a part is under way nobody can say what it will be; nor afterwards, if the origin did not answer.
    @Test func onlyWhatIsCertainIsRefused() async throws {
        let origin = ScriptedOrigin(onEnd: { seen in
            if seen.head.method == .post { return .answer(MultipartOrigin.begun(id: "ONE")) }
            if seen.body.first == 9 { return .stall }
            return .answer(ScriptedOrigin.ok(fields: [("ETag", MultipartOrigin.tag(of: seen.body))]))
        })
        let (fixture, client) = try await fixture(shards: 2, origin: origin)
        let id = try await client.begin()
        let tag = try await client.part(1, of: id, [1])
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 400)
        let slow = Task { try await client.send(.put, "/k?partNumber=1&uploadId=\(id)", "", [9]) }
        await origin.ended(3)
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 200)
        origin.stop()
        #expect(try await slow.value.status == 502)
        #expect(tag == MultipartOrigin.tag(of: [1]))
        await fixture.stop()
    }

    /// A part whose body fails its digest was never uploaded: what is known of it stays.
    @Test func aRefusedPartChangesNothing() async throws {
        let (fixture, client) = try await fixture(shards: 2)
        let id = try await client.begin()
        let tag = try await client.part(1, of: id, [1])
        let refused = try await client.send(
            .put, "/k?partNumber=1&uploadId=\(id)", "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\n", [2])
        #expect(refused.element("Code") == "InvalidDigest")
        #expect(try await client.complete(id, [(1, Self.wrong)]).status == 400)
        #expect(try await client.complete(id, [(1, tag)]).status == 200)
        await fixture.stop()
    }

    @Test func manyPartsAtOnce() async throws {
        let (fixture, client) = try await fixture(shards: 4)
        let id = try await client.begin()
        var tags = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 1...40 {
                group.addTask { (number, try await client.part(number, of: id, [UInt8(number)])) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        tags.sort { $0.0 < $1.0 }
        var bad = tags
        bad[17].1 = Self.wrong
        #expect(try await client.complete(id, bad).element("Code") == "InvalidPart")
        #expect(try await client.complete(id, tags).status == 200)
        await fixture.stop()
    }

    /// A client that leaves while another shard is asked, or in the middle of its part, leaves nothing behind.
    @Test func departuresLeaveNothingBehind() async throws {
        let (fixture, client) = try await fixture(shards: 4)
        let id = try await client.begin()
        let tag = try await client.part(1, of: id, [1])
        let sent = try await client.part(2, of: id, [2])
        try await onThread { [port = fixture.port] in
            for _ in 0..<50 {
                let leaving = try RawClient(port: port)
                leaving.send(
                    "PUT /k?partNumber=2&uploadId=\(id) HTTP/1.1\r\nHost: \(Self.host)\r\nContent-Length: 100\r\n\r\nabc"
                )
                leaving.reset()
            }
        }
        #expect(try await client.complete(id, [(1, tag), (2, sent)]).status == 200)
        await fixture.stop()
    }

    /// An answer that is too long to be that of a beginning is passed on unread.
    @Test func aLongAnswerIsPassedOn() async throws {
        let filler = [UInt8](repeating: 0x20, count: 200_000)
        let origin = ScriptedOrigin(onEnd: { _ in
            .answer(ScriptedOrigin.ok(body: filler + Array("<a><UploadId>X</UploadId></a>".utf8)))
        })
        let (fixture, client) = try await fixture(origin: origin)
        let answer = try await client.send(.post, "/k?uploads")
        #expect(answer.body.count == filler.count + 29)
        #expect(fixture.metric("ossgate_uploads_remembered") == 0)
        await fixture.stop()
    }
}

import Bytes
import Emulator
import HTTPModel
import HTTPServer
import OSSModel
import TestSupport
import Testing

/// One request at an emulator with faults, whose turns and time the test gives.
private struct Scene {
    let emulator: Harness
    let turns = ManualTurns()
    let responder = RecordingResponder()

    init(_ rules: FaultRule..., change: (inout EmulatorSettings) -> Void = { _ in }) throws {
        emulator = try Harness(turns: turns) {
            $0.faults = FaultTable(rules)
            change(&$0)
        }
    }

    /// Begins a request and gives its whole body; the handler for what comes after.
    @discardableResult
    func begin(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], body: [UInt8]? = nil
    ) -> any ExchangeHandler {
        let framing = body.map { BodyFraming.length(UInt64($0.count)) } ?? .none
        let handler = emulator.begin(emulator.head(method, target, fields, framing: framing), responder)
        if let body, !responder.isFinished { handler.receive(body.span, remaining: 0) }
        if !responder.isFinished, !responder.isAborted { handler.receiveEnd(trailers: Fields()) }
        return handler
    }

    var length: UInt64? {
        if case .length(let count)? = responder.head?.framing { count } else { nil }
    }
}

@Suite struct FaultTests {
    private func rule(_ effect: FaultRule.Effect, _ change: (inout FaultRule) -> Void = { _ in }) -> FaultRule
    {
        var rule = FaultRule(effect)
        change(&rule)
        return rule
    }

    private func gets(_ effect: FaultRule.Effect) -> FaultRule {
        rule(effect) { $0.operations = [.getObject] }
    }

    @Test func aDelayedAnswerWaitsForItsTime() throws {
        let scene = try Scene(gets(.delay(nanoseconds: 2_000_000_000)))
        scene.emulator.put("key", "text")
        scene.begin("GET", "/bucket/key")
        #expect(scene.responder.head == nil)
        #expect(scene.turns.delays == [2_000_000_000])
        scene.turns.give()
        #expect(scene.responder.head?.status == 200)
        #expect(scene.responder.body == Array("text".utf8))
        #expect(scene.responder.isFinished)
    }

    @Test func aSlowAnswerComesInPieces() throws {
        let scene = try Scene(gets(.bandwidth(bytesPerSecond: 2_000)))
        let bytes = Pattern.bytes(count: 450)
        scene.emulator.send("PUT", "/bucket/key", body: bytes)
        scene.begin("GET", "/bucket/key")
        var sizes = [scene.responder.body.count]
        while !scene.turns.isIdle, sizes.count < 20 {
            scene.turns.give()
            sizes.append(scene.responder.body.count)
        }
        #expect(Array(sizes.prefix(5)) == [100, 200, 300, 400, 450])
        #expect(scene.responder.body == bytes)
        #expect(scene.responder.isFinished)
    }

    @Test func aSlowUploadIsReadNoFaster() throws {
        let scene = try Scene(rule(.bandwidth(bytesPerSecond: 1_000)) { $0.operations = [.putObject] })
        let head = scene.emulator.head("PUT", "/bucket/key", framing: .length(500))
        let handler = scene.emulator.begin(head, scene.responder)
        let body = Pattern.bytes(count: 500)
        handler.receive(body.span, remaining: 0)
        #expect(scene.turns.delays.first == 500_000_000)
        #expect(scene.responder.pauses == 1)
        #expect(scene.responder.resumes == 0)
        scene.turns.give()
        #expect(scene.responder.resumes == 1)
        handler.receiveEnd(trailers: Fields())
        #expect(scene.emulator.send("GET", "/bucket/key").body == Pattern.bytes(count: 500))
    }

    @Test func aShortBodyIsWholeByItsOwnLengthAlone() throws {
        let scene = try Scene(gets(.shortBody(bytes: 3)))
        scene.emulator.put("key", "0123456789")
        scene.begin("GET", "/bucket/key")
        #expect(scene.responder.body == Array("012".utf8))
        #expect(scene.length == 3)
        #expect(scene.responder.isFinished)
        let whole = scene.emulator.send("HEAD", "/bucket/key").field("x-oss-hash-crc64ecma")
        #expect(scene.responder.head?.fields.first("x-oss-hash-crc64ecma")?.text == whole)
        let short = try Scene(gets(.shortBody(bytes: 100)))
        short.emulator.put("key", "0123456789")
        short.begin("GET", "/bucket/key")
        #expect(short.length == 10)
    }

    @Test func aWrongCRCIsThatOfOtherBytes() throws {
        let scene = try Scene(rule(.wrongCRC) { $0.operations = [.putObject, .getObject] })
        let put = scene.emulator.send("PUT", "/bucket/key", body: [1, 2, 3])
        let right = scene.emulator.send("HEAD", "/bucket/key").field("x-oss-hash-crc64ecma")
        #expect(put.status == 200)
        #expect(put.field("x-oss-hash-crc64ecma") != right)
        #expect(put.fields.count(of: "x-oss-hash-crc64ecma") == 1)
        let get = scene.emulator.send("GET", "/bucket/key")
        #expect(get.field("x-oss-hash-crc64ecma") != right)
        #expect(get.body == [1, 2, 3])
    }

    @Test(arguments: [0, 1, 4, 10]) func aRequestIsResetAfterSoManyBytes(_ limit: UInt64) throws {
        let scene = try Scene(rule(.resetRequest(bytes: limit)) { $0.operations = [.putObject] })
        let responder = scene.responder
        let head = scene.emulator.head("PUT", "/bucket/key", framing: .length(10))
        let handler = scene.emulator.begin(head, responder)
        var fed = 0
        while fed < 10, !responder.isAborted {
            handler.receive([1].span, remaining: UInt64(9 - fed))
            fed += 1
        }
        #expect(fed == Int(limit))
        #expect(responder.isAborted)
        #expect(responder.head == nil)
        #expect(scene.emulator.send("HEAD", "/bucket/key").status == 404, "nothing is stored")
    }

    @Test(arguments: [0, 1, 300_000]) func anAnswerIsResetAfterSoManyBytes(_ limit: Int) throws {
        let scene = try Scene(gets(.resetAnswer(bytes: UInt64(limit))))
        let bytes = Pattern.bytes(count: 700_000)
        scene.emulator.send("PUT", "/bucket/key", body: bytes)
        scene.begin("GET", "/bucket/key")
        scene.turns.give()
        #expect(scene.responder.isAborted)
        #expect(!scene.responder.isFinished)
        #expect((scene.responder.head == nil) == (limit == 0))
        let isBeginning = scene.responder.body == Array(bytes.prefix(limit))
        #expect(isBeginning)
    }

    @Test func aStatusIsAnsweredAndNothingStored() throws {
        let scene = try Scene(rule(.status(503)) { $0.operations = [.putObject] })
        let reply = scene.emulator.send("PUT", "/bucket/key", body: [1, 2, 3])
        #expect(reply.status == 503)
        #expect(reply.code == "ServiceUnavailable")
        #expect(scene.emulator.send("HEAD", "/bucket/key").status == 404)
        for (status, code) in [(500, "InternalError"), (403, "AccessDenied"), (418, "InjectedFault")] {
            let other = try Scene(rule(.status(status)))
            let reply = other.emulator.send("GET", "/bucket/key")
            #expect(reply.status == status)
            #expect(reply.code == code)
        }
    }

    @Test func anEarlyAnswerComesBeforeTheBody() throws {
        let scene = try Scene(rule(.earlyAnswer(403)) { $0.operations = [.putObject] })
        let head = scene.emulator.head(
            "PUT", "/bucket/key", [("Expect", "100-continue")], framing: .length(10))
        _ = scene.emulator.begin(head, scene.responder)
        #expect(scene.responder.head?.status == 403)
        #expect(scene.responder.isFinished)
        #expect(scene.responder.continues == 0)
    }

    @Test func theClockIsOff() throws {
        let scene = try Scene(rule(.clock(seconds: 3_600)))
        let reply = scene.emulator.send("GET", "/bucket")
        #expect(reply.field("date") == "Tue, 14 Nov 2023 23:13:20 GMT")
    }

    @Test func rulesAreLimitedToWhatTheyName() throws {
        let scene = try Scene(
            rule(.status(500)) {
                $0.bucket = "bucket"
                $0.key = KeyPattern("in/**/*.jpg")
                $0.operations = [.putObject]
                $0.count = 2
            }
        ) { $0.buckets = ["bucket", "other"] }
        func put(_ target: String) -> Int { scene.emulator.send("PUT", target, body: []).status }
        #expect(put("/other/in/a/b.jpg") == 200)
        #expect(put("/bucket/out/a/b.jpg") == 200)
        #expect(put("/bucket/in/a/b.png") == 200)
        #expect(scene.emulator.send("GET", "/bucket/in/a/b.jpg").status == 404)
        #expect([put("/bucket/in/a/b.jpg"), put("/bucket/in/c/d/b.jpg")] == [500, 500])
        #expect(put("/bucket/in/a/b.jpg") == 200, "it has befallen two")
    }

    @Test func effectsOfSeveralRulesCombine() throws {
        let scene = try Scene(
            gets(.delay(nanoseconds: 5)), gets(.shortBody(bytes: 1)), gets(.delay(nanoseconds: 9)))
        scene.emulator.put("key", "text")
        scene.begin("GET", "/bucket/key")
        #expect(scene.turns.delays == [5])
        scene.turns.give()
        #expect(scene.responder.body == Array("t".utf8))
    }

    /// The client takes the answer slowly, and everything comes all the same.
    @Test func aSlowClientGetsAllOfADelayedAnswer() throws {
        let scene = try Scene(gets(.delay(nanoseconds: 1)))
        let bytes = Pattern.bytes(count: 1_200_000)
        scene.emulator.send("PUT", "/bucket/key", body: bytes)
        scene.responder.piecesMax = 1
        let handler = scene.begin("GET", "/bucket/key")
        scene.turns.give()
        for _ in 0..<20 where !scene.responder.isFinished {
            scene.responder.piecesMax += 1
            handler.downstreamDrained()
        }
        #expect(scene.responder.isFinished)
        let isWhole = scene.responder.body == bytes
        #expect(isWhole)
    }

    @Test func aClientThatLeavesIsLeftAlone() throws {
        let scene = try Scene(gets(.delay(nanoseconds: 1)))
        scene.emulator.put("key", "text")
        let handler = scene.begin("GET", "/bucket/key")
        handler.departed()
        scene.turns.give()
        #expect(scene.responder.head == nil)
        #expect(scene.turns.isIdle)
    }
}

@Suite struct KeyPatternTests {
    @Test(arguments: [
        ("a", "a", true), ("a", "b", false), ("a", "ab", false), ("", "", true), ("*", "", true),
        ("*", "abc", true), ("*", "a/b", false), ("**", "a/b/c", true), ("a/*", "a/b", true),
        ("a/*", "a/b/c", false), ("a/**", "a/b/c", true), ("**/c", "a/b/c", true), ("?", "a", true),
        ("?", "/", false), ("a?c", "abc", true), ("*.jpg", "x.jpg", true), ("*.jpg", "x.jpeg", false),
        ("**.jpg", "a/x.jpg", true), ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false),
        ("***", "a/b", true), ("\u{E9}*", "\u{E9}t\u{E9}", true),
    ]) func patterns(_ pattern: String, _ key: String, _ fits: Bool) throws {
        let scene = try Harness {
            var rule = FaultRule(.status(500))
            rule.key = KeyPattern(pattern)
            $0.faults = FaultTable([rule])
        }
        guard !key.isEmpty, !key.hasPrefix("/") else { return }
        let target = String(decoding: PercentEncoding.encode(key.utf8, keepingSlash: true), as: UTF8.self)
        #expect(scene.send("GET", "/bucket/" + target).status == (fits ? 500 : 404))
    }
}

@Suite struct FaultAdminTests {
    private func send(_ admin: FaultAdmin, _ method: String, _ body: [UInt8]?, path: String = "/faults")
        -> RecordingResponder
    {
        let responder = RecordingResponder()
        let framing = body.map { BodyFraming.length(UInt64($0.count)) } ?? .none
        let head = RequestHead(
            method: Method(Array(method.utf8).span), target: Array(path.utf8)[...], fields: Fields(),
            framing: framing)
        let handler = admin.begin(head, responder)
        if let body, !responder.isFinished { handler.receive(body.span, remaining: 0) }
        if !responder.isFinished { handler.receiveEnd(trailers: Fields()) }
        return responder
    }

    private func text(_ responder: RecordingResponder) -> String {
        String(decoding: responder.body, as: UTF8.self)
    }

    @Test func faultsAreChangedWhileTheEmulatorRuns() throws {
        let table = FaultTable()
        let emulator = try Harness { $0.faults = table }
        let admin = FaultAdmin(table) { list throws(FaultProblems) in
            guard list == [1] else { throw FaultProblems(["emulator.faults[0]: is none", "and more"]) }
            var rule = FaultRule(.status(500))
            rule.count = 3
            return [rule]
        }
        #expect(text(send(admin, "GET", nil)) == "[]\n")
        #expect(emulator.send("GET", "/bucket").status == 200)
        #expect(send(admin, "PUT", [1]).head?.status == 200)
        #expect(emulator.send("GET", "/bucket").status == 500)
        #expect(text(send(admin, "GET", nil)) == "[{\"fault\":\"status\",\"hits\":1,\"left\":2}]\n")
        let refused = send(admin, "PUT", [2])
        #expect(refused.head?.status == 400)
        #expect(text(refused) == "emulator.faults[0]: is none\nand more\n")
        #expect(emulator.send("GET", "/bucket").status == 500, "those that were there stay")
        #expect(send(admin, "DELETE", nil).head?.status == 200)
        #expect(emulator.send("GET", "/bucket").status == 200)
        #expect(send(admin, "POST", [1]).head?.status == 405)
        #expect(send(admin, "GET", nil, path: "/other").head?.status == 404)
    }

    @Test func aListHasABound() {
        let admin = FaultAdmin(FaultTable()) { _ in [] }
        #expect(send(admin, "PUT", [UInt8](repeating: 0x20, count: (64 << 10) + 1)).head?.status == 413)
        #expect(send(admin, "PUT", [UInt8](repeating: 0x20, count: 64 << 10)).head?.status == 200)
    }
}

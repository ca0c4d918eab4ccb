import HTTPServer
import TestSupport
import Testing

@Suite struct IncompleteBodyTests {
    enum Ending: CaseIterable {
        case truncated
        case stalled
        case malformed
        case departed

        func apply(_ handler: any ExchangeHandler) {
            switch self {
            case .truncated: handler.receiveFailure(.truncated)
            case .stalled: handler.receiveFailure(.stalled)
            case .malformed: handler.receiveFailure(.malformed("chunk"))
            case .departed: handler.departed()
            }
        }

        var code: String? {
            switch self {
            case .truncated: "IncompleteBody"
            case .stalled: "RequestTimeout"
            case .malformed: "InvalidRequest"
            case .departed: nil
            }
        }
    }

    @Test(arguments: Ending.allCases, [nil, 300_001] as [UInt64?])
    func nothingIsStored(_ ending: Ending, _ length: UInt64?) throws {
        for isDurable in [false, true] {
            let scratch = try Scratch()
            let emulator = try Harness {
                if isDurable { $0.dataDirectory = scratch.path + "/data" }
            }
            emulator.put("old", "old")
            emulator.send("POST", "/bucket/log?append&position=0", body: Array("log".utf8))
            let id = try #require(emulator.send("POST", "/bucket/multi?uploads").xml.text("UploadId"))
            let before = try scratch.files().filter { !$0.contains("sqlite") }
            for (method, target) in [
                ("PUT", "/bucket/new"), ("PUT", "/bucket/old"), ("POST", "/bucket/log?append&position=3"),
                ("PUT", "/bucket/multi?partNumber=1&uploadId=" + id),
            ] {
                let responder = emulator.sendBroken(
                    method, target, length: length, body: Pattern.bytes(count: 300_000), ending: ending.apply)
                if let code = ending.code {
                    #expect(responder.isFinished)
                    #expect(responder.head?.status == 400)
                    #expect(String(decoding: responder.body, as: UTF8.self).contains("<Code>\(code)</Code>"))
                } else {
                    #expect(responder.head == nil)
                }
            }
            #expect(emulator.send("HEAD", "/bucket/new").status == 404)
            #expect(emulator.send("GET", "/bucket/old").text == "old")
            #expect(emulator.send("GET", "/bucket/log").text == "log")
            #expect(emulator.send("GET", "/bucket/multi?uploadId=" + id).xml.children("Part").isEmpty)
            #expect(try scratch.files().filter { !$0.contains("sqlite") } == before)
        }
    }

    @Test func operationsWithoutTheWholeRequestDoNothing() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        for (method, target) in [("DELETE", "/bucket/key"), ("POST", "/bucket/?delete"), ("PUT", "/other")] {
            let body = Array("<Delete><Object><Key>key</Key></Object></Delete>".utf8)
            _ = emulator.sendBroken(method, target, length: 1000, body: body) {
                $0.receiveFailure(.truncated)
            }
        }
        #expect(emulator.send("GET", "/bucket/key").text == "text")
        #expect(emulator.send("HEAD", "/other").status == 404)
    }

    @Test func continueComesAfterTheHeadIsJudged() throws {
        let emulator = try Harness()
        let expect = [("Expect", "100-continue")]
        let good = RecordingResponder()
        _ = emulator.begin(emulator.head("PUT", "/bucket/key", expect, framing: .length(5)), good)
        #expect(good.continues == 1)
        #expect(good.head == nil)
        let bad = RecordingResponder()
        _ = emulator.begin(emulator.head("PUT", "/none/key", expect, framing: .length(5)), bad)
        #expect(bad.continues == 0)
        #expect(bad.head?.status == 404)
        #expect(bad.isFinished)
    }
}

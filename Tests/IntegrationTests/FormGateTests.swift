import Admission
import Bytes
import Proxy
import TestSupport
import Testing

/// The commit gate for forms: whatever is wrong with one, the origin never has a complete request of it; what is
/// right arrives byte for byte.
@Suite struct FormGateTests {
    @Test(arguments: Upload.Framing.allCases)
    func onlyGoodFormsAreEverComplete(framing: Upload.Framing) async throws {
        let fixture = try await GatewayFixture()
        let forms = [1, 50_000, 100_000, 10 << 20].flatMap { size in
            FormUpload.Fault.allCases.map { FormUpload(framing: framing, fault: $0, size: size) }
        }
        for form in forms {
            let before = fixture.origin.bytesReceived
            try await check(form, fixture)
            if form.fault != .none, form.size <= 50_000 || form.isDecidedByFields {
                #expect(fixture.origin.bytesReceived == before, "\(form.target)")
            }
        }
        await fixture.gateway.stop()
        try await fixture.origin.settled()
        let complete = fixture.origin.seen.filter(\.isComplete)
        let good = forms.filter { $0.fault == .none }
        #expect(complete.map(\.target) == good.map(\.target))
        for (seen, form) in zip(complete, good) { #expect(seen.body == form.body, "\(form.target)") }
        for seen in fixture.origin.seen where !seen.isComplete { #expect(seen.isBroken, "\(seen.target)") }
        #expect(fixture.origin.seen.contains { !$0.isComplete })
        await fixture.stop()
    }

    private func check(_ form: FormUpload, _ fixture: GatewayFixture) async throws {
        let port = fixture.port
        let answer = try await onThread { () throws -> RawClient.Answer? in
            let client = try RawClient(port: port)
            client.send(form.message())
            switch form.fault {
            case .reset:
                client.reset()
                return nil
            case .truncated: client.endOutput()
            default: break
            }
            return try client.answer(to: .post)
        }
        guard form.fault != .reset else {
            if form.size > 1 << 20 { await fixture.origin.ended(target: form.target) }
            return
        }
        let answered = try #require(answer, "\(form.target)")
        guard let code = form.code else {
            #expect(answered.status == 200, "\(form.target): \(answered.text)")
            return
        }
        #expect(answered.status == (form.fault == .condition ? 403 : 400), "\(form.target)")
        #expect(answered.element("Code") == code, "\(form.target)")
    }

    /// Megabytes of fields are gathered, and only when the file has begun does the origin hear of them.
    @Test func theOriginHearsNothingBeforeTheFile() async throws {
        let fixture = try await GatewayFixture()
        var form = FormBody()
        form.field("key", "k")
        for index in 0..<3 {
            form.field("x\(index)", [UInt8](repeating: UInt8(ascii: "v"), count: 2_000_000))
        }
        let fields = form.bytes(closed: false)
        form.file(Pattern.bytes(count: 200_000, seed: 3))
        let body = form.bytes()
        let head =
            "POST / HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Type: \(form.contentType)\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        let port = fixture.port
        let origin = fixture.origin
        let (before, answered) = try await onThread { () throws -> (Int, Int?) in
            let client = try RawClient(port: port)
            client.send(head)
            client.send(fields)
            _ = client.waitForInput(milliseconds: 100)
            let before = origin.bytesReceived
            client.send(Array(body[fields.count...]))
            return (before, try client.answer(to: .post)?.status)
        }
        #expect(before == 0)
        #expect(answered == 200)
        #expect(fixture.origin.seen.first?.body == body)
        await fixture.stop()
    }

    /// A flood of fields is refused within its bound, and the client hears it.
    @Test func aFloodOfFieldsIsRefused() async throws {
        let fixture = try await GatewayFixture()
        var form = FormBody()
        for _ in 0..<100_000 { form.field("x", "1") }
        form.file([])
        let body = form.bytes()
        let type = form.contentType
        let port = fixture.port
        let answer = try await onThread {
            let client = try RawClient(port: port)
            client.send(
                "POST / HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Type: \(type)\r\n"
                    + "Content-Length: \(body.count)\r\n\r\n")
            client.send(body)
            return try client.answer(to: .post)
        }
        #expect(answer?.element("Code") == "MaxPOSTPreDataLengthExceededError")
        #expect(fixture.origin.bytesReceived == 0)
        let record = try #require(try fixture.log.records().first)
        #expect((record["ossgate.body.bytes_seen"] as? Int).map { $0 < 1 << 20 } == true)
        await fixture.stop()
    }

    /// Rules that only report, or are off, let every form through as it is; a report is written.
    @Test(arguments: [RuleMode.report, .off])
    func whatIsNotEnforcedIsForwarded(mode: RuleMode) async throws {
        let modes = Dictionary(uniqueKeysWithValues: RuleModes.allNames.map { ($0, mode) })
        let fixture = try await GatewayFixture { plan in
            plan.settings.admission = AdmissionSettings(modes: RuleModes(modes))
        }
        let faults: [FormUpload.Fault] = [
            .wrongMD5, .wrongCRC64, .tooLarge, .tooSmall, .secondFile, .notClosed, .condition,
        ]
        let forms = faults.flatMap { fault in
            [100, 300_000].map { FormUpload(framing: .length, fault: fault, size: $0) }
        }
        for form in forms {
            let port = fixture.port
            let status = try await onThread {
                let client = try RawClient(port: port)
                client.send(form.message())
                return try client.answer(to: .post)?.status
            }
            #expect(status == 200, "\(form.target)")
        }
        #expect(fixture.origin.seen.map(\.body) == forms.map(\.body))
        #expect(try fixture.log.records().count == (mode == .report ? forms.count : 0))
        await fixture.stop()
    }
}

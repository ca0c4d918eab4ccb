import Bytes
import HTTPModel
import OSSModel
import Testing

/// The signatures that real clients made: each must be found equal, and none may survive a change.
@Suite struct RecordedSignatureTests {
    /// A time at which the request is fresh.
    private func time(of request: SignedRequest) -> Int64 {
        switch Credentials(request.head) {
        case .v1URL(_, let expires, _, _): Int64(expires[...].decimal ?? 0)
        case .v4URL(_, let dateText, _, _): SignatureCheck.parseDate(dateText) ?? 0
        default: SignatureCheck.parseDate(SignatureCheck.dateText(request.head)) ?? 0
        }
    }

    @Test func everyRecordedSignatureIsValid() throws {
        var counts: [String: Int] = [:]
        for (recording, request) in try Recording.all() {
            let verdict = request.verdict(now: time(of: request))
            #expect(
                verdict == .valid(accessKeyID: Array("testid".utf8)), "\(recording.client), \(recording.step)"
            )
            counts[recording.form, default: 0] += 1
        }
        #expect(counts == ["v1Header": 136, "v1URL": 5, "v4Header": 94, "v4URL": 4])
    }

    @Test func noRecordedSignatureSurvivesAChange() throws {
        for (recording, request) in try Recording.all() {
            let now = time(of: request)
            var changed: [SignedRequest] = [request, request]
            changed[0].bucket = Array("other-bucket".utf8)[...]
            changed[1].head.fields.append("x-oss-meta-added", "1")
            if request.bucket != nil {
                changed.append(request)
                changed[2].key.append(0x78)
            }
            for other in changed {
                guard case .mismatch(let mismatch) = other.verdict(now: now) else {
                    Issue.record("\(recording.client), \(recording.step) survived")
                    continue
                }
                #expect((mismatch.canonicalRequest != nil) == recording.form.hasPrefix("v4"))
                #expect(mismatch.stringToSignBytes.count == mismatch.stringToSign.count * 3 - 1)
            }
            guard case .mismatch = request.verdict(now: now, secret: "othersecret") else {
                Issue.record("\(recording.client), \(recording.step) accepted another secret")
                continue
            }
            #expect(
                request.verdict(now: now, id: "otherid") == .invalidAccessKeyID(Array("testid".utf8)))
        }
    }

    @Test func timeIsJudgedFirst() throws {
        for (recording, request) in try Recording.all() {
            let now = time(of: request)
            switch request.verdict(now: now + 604_801, id: "otherid") {
            case .skewed(let seconds): #expect(recording.form.hasSuffix("Header") && seconds == now)
            case .expired(let seconds): #expect(recording.form.hasSuffix("URL") && seconds >= now)
            case let verdict: Issue.record("\(recording.client), \(recording.step): \(verdict)")
            }
        }
    }
}

import Admission
import Bytes
import HTTP1
import HTTPModel
import OSSModel
import TestSupport
import Testing

/// A head cannot be judged when the codec refuses it.
struct NoHead: Error {
    let reason: String
}

/// The decoded head of raw bytes.
func decodeHead(_ bytes: [UInt8]) throws -> RequestHead {
    var decoder = RequestDecoder()
    var position = 0
    guard case .head(let head) = try decoder.next(bytes.span, &position) else {
        throw NoHead(reason: "incomplete")
    }
    return head
}

/// Thursday, 15 October 2026, 12:00:00 GMT.
let vectorTime: Int64 = 1_792_065_600

extension Vector {
    /// The settings that the case asks for.
    var settings: AdmissionSettings {
        AdmissionSettings(
            addressing: Addressing(
                domains: ["localhost"], pathStyle: config.allowsPathStyle ?? true,
                cnames: config.cnames ?? [:]))
    }

    func verdict(of request: VectorRequest) throws -> Verdict {
        let placeholders = Placeholders(
            now: vectorTime, variables: ["uploadId": "0004B9B2D2F7815C432C9057C03134D4"])
        return Admission.judge(
            head: try decodeHead(request.headBytes(placeholders)), settings: settings, now: vectorTime)
    }
}

@Suite struct VectorTests {
    /// Rows whose vectors the head rules answer in full. A row leaves this list never; new ones are added.
    static let coveredRows: Set<String> = [
        "invalid-bucket-name", "invalid-object-name-empty", "invalid-object-name-length",
        "invalid-object-name-invalid", "request-is-not-multipart", "not-implemented-header",
        "missing-argument", "invalid-argument-generic", "copy-source-format", "version-id-invalid",
        "version-id-empty", "authorization-invalid", "authorization-bad-item-count",
        "authorization-missing-key-or-signature", "authorization-value-empty",
        "authorization-unknown-parameter", "authentication-requires-valid-date", "post-body-too-large",
        "traffic-limit-both-places", "traffic-limit-range", "date-before-epoch", "date-in-future",
        "date-bad-format", "invalid-host-put-bucket", "sse-algorithm-invalid",
        "sse-algorithm-invalid-2", "sse-data-encryption-invalid", "kms-key-id-invalid",
        "options-origin-missing", "options-method-missing", "channel-name-length", "channel-name-empty",
        "channel-name-encoding", "channel-name-slash", "response-headers-anonymous",
        "security-token-in-query", "playlist-name-suffix", "inline-data-too-large",
        "query-auth-incomplete", "query-expires-invalid", "query-expired", "second-level-domain",
        "non-standard-host", "access-key-characters", "request-time-too-skewed", "method-not-allowed",
        "missing-content-length", "x-part-number-query", "x-part-number-absent", "x-encoding-type",
        "callback-signature-version", "callback-not-base64", "callback-not-json", "callback-url-invalid",
        "callback-host-invalid", "callback-body-type-config", "callback-body-type-unsupported",
        "callback-too-many-urls", "callback-both-places", "callback-var-both-places",
        "callback-private-address", "callback-too-long", "callback-body-empty", "callback-body-invalid",
        "callback-var-too-long", "callback-var-not-json", "host-ip-invalid",
        "persistent-header-not-utf8", "persistent-header-conflict", "persistent-header-crlf",
        "persistent-header-format", "persistent-header-not-base64", "persistent-header-reserved",
        "persistent-header-not-token", "tagging-header-format", "tagging-key-invalid", "cse-set-once",
        "cse-missing-parameters", "cse-too-many-parts", "cse-size-invalid",
    ]

    /// Rows that need a body that is no document, or what earlier requests left behind.
    static let bodyRows: Set<String> = [
        "content-md5-invalid", "crc64-mismatch", "cse-last-part-size-differs", "cse-meta-inconsistent",
        "cse-part-copy", "cse-part-id-too-large", "cse-part-list-unexpected", "cse-part-size-differs",
        "entity-too-large-post", "entity-too-small", "field-item-too-long", "incomplete-body",
        "invalid-part", "malformed-post-request", "policy-condition-failed", "policy-expired",
        "policy-json-comma-expected", "policy-json-unknown-char", "policy-simple-condition",
        "post-access-key-id-empty", "post-file-count", "post-missing-field", "post-pre-data-too-large",
        "post-signature-empty", "post-unrecognized-field", "request-timeout",
    ]

    @Test func everyRowIsListedOnce() throws {
        let rows = Set(try VectorFile.load("vectors.json").map(\.row))
        #expect(rows.count == 128)
        let lists = [Self.coveredRows, Self.bodyRows, DocumentTests.coveredRows]
        #expect(lists.reduce(into: Set()) { $0.formUnion($1) } == rows)
        #expect(lists.reduce(0) { $0 + $1.count } == rows.count)
        #expect(Self.coveredRows.count == 80)
    }

    /// What the catalogue gives to the head has a vector that is refused and one that passes.
    @Test func everyRowOfTheHeadIsCoveredAndHasANearMiss() throws {
        let vectors = try (["vectors.json"] + VectorFile.ownFiles()).flatMap { try VectorFile.load($0) }
        let passing = Set(vectors.filter { $0.expectation == .forward }.map(\.row))
        let refused = Set(vectors.filter { $0.expectation != .forward }.map(\.row))
        let rows = try VectorFile.catalogueRows(site: "edge-head")
        #expect(rows.count == 80)
        #expect(rows.subtracting(Self.coveredRows).isEmpty)
        #expect(rows.subtracting(passing).isEmpty)
        #expect(rows.subtracting(refused).isEmpty)
    }

    @Test(arguments: try VectorFile.load("vectors.json").filter { coveredRows.contains($0.row) })
    func refusesExactlyAsTheServiceDoes(vector: Vector) throws {
        guard case .refusal(let status, let code, let message) = vector.expectation else { return }
        let error = try #require(try vector.verdict(of: vector.request).rejection?.error)
        #expect(error.status == status)
        #expect(error.code == code)
        #expect(error.message == message)
    }

    /// Neither a near-miss of any row, nor a request whose fault is in its body, is refused on its head.
    @Test(arguments: try VectorFile.load("vectors.json"))
    func admitsWhatItHasToAdmit(vector: Vector) throws {
        for setup in vector.setup {
            #expect(try vector.verdict(of: setup.request).rejection == nil)
        }
        let needsBody = Self.bodyRows.union(DocumentTests.coveredRows).contains(vector.row)
        guard vector.expectation == .forward || needsBody else { return }
        let verdict = try vector.verdict(of: vector.request)
        #expect(verdict.rejection == nil)
        #expect(verdict.operation != nil)
    }

    @Test func everyCaptureIsAdmitted() throws {
        let settings = AdmissionSettings(addressing: Addressing(domains: ["oss.localhost"]))
        // The signed dates of the recording lie within seconds of this time.
        let recorded = try #require(
            OSSTime.parseHTTPDate([UInt8]("Sun, 22 Nov 2026 23:20:15 GMT".utf8)[...]))
        let captures = try VectorFile.captures()
        #expect(captures.count == 257)
        for capture in captures {
            let head = try decodeHead(capture.headBytes)
            let verdict = Admission.judge(head: head, settings: settings, now: recorded)
            #expect(verdict.rejection == nil, "\(capture.name)")
            #expect(verdict.operation != nil, "\(capture.name)")
            let bucket = verdict.resource.bucket?.text
            #expect(bucket == "cap-bucket" || verdict.resource.level == .service, "\(capture.name)")
        }
    }

    /// Our own cases name the rule that refuses.
    @Test(arguments: try VectorFile.ownHeadFiles().flatMap { try VectorFile.load($0) })
    func answersOurOwnCases(vector: Vector) throws {
        let rejection = try vector.verdict(of: vector.request).rejection
        switch vector.expectation {
        case .forward:
            #expect(rejection == nil)
        case .refusal(let status, let code, let message):
            #expect(rejection?.error.status == status)
            #expect(rejection?.error.code == code)
            #expect(rejection?.error.message == message)
            #expect(rejection?.rule.description == vector.rule)
        }
    }

    @Test func everyHeadRuleIsNamedByACase() throws {
        let named = Set(
            try VectorFile.ownHeadFiles().flatMap { try VectorFile.load($0) }.compactMap(\.rule))
        #expect(named == Set(HeadRules.names))
    }

    @Test func everyUploadRuleIsNamedByACase() throws {
        let named = Set(try VectorFile.load("own-uploads.json").compactMap(\.rule))
        #expect(named.isSuperset(of: UploadRules.names))
        #expect(named.subtracting(UploadRules.names) == ["xml-part-order"])
    }

    @Test func caseNamesAreUnique() throws {
        let names = try (VectorFile.ownFiles() + ["vectors.json"]).flatMap { try VectorFile.load($0) }.map(
            \.name)
        #expect(Set(names).count == names.count)
    }
}

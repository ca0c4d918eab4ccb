import Admission
import Bytes
import HTTP1
import HTTPModel
import OSSModel
import TestSupport
import Testing

/// How the bytes of a body are cut into pieces.
enum BodyCut: String, CaseIterable {
    case whole
    case byByte
    case atRandom

    func pieces(_ body: [UInt8], _ generator: inout some RandomNumberGenerator) -> [[UInt8]] {
        // Byte by byte a body of megabytes takes long, and shows no more.
        let isLong = body.count > 20_000
        switch self {
        case .whole: return [body]
        case .byByte where !isLong: return body.map { [$0] }
        case .byByte, .atRandom:
            var pieces: [[UInt8]] = []
            var start = 0
            while start < body.count {
                let count = Int.random(in: 1...(isLong ? 65_536 : 40), using: &generator)
                pieces.append(Array(body[start..<min(start + count, body.count)]))
                start += count
            }
            return pieces
        }
    }
}

/// A whole request as the stages before the form see it.
struct FormRequest {
    let head: RequestHead
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws {
        var decoder = RequestDecoder()
        var position = 0
        var head: RequestHead?
        var body: [UInt8] = []
        loop: while true {
            switch try decoder.next(bytes.span, &position) {
            case .head(let found): head = found
            case .body(let range): body += bytes[range]
            case .end, .needsInput: break loop
            }
        }
        guard let head else { throw NoHead(reason: "incomplete") }
        self.head = head
        self.body = body
    }

    /// What the inspector says of the body in pieces, and the file that it saw.
    func inspect(
        _ pieces: [[UInt8]], settings: AdmissionSettings, now: Int64 = vectorTime
    ) throws -> (rejections: [Rejection], file: [UInt8], isWhole: Bool) {
        guard var inspector = FormInspector(head: head, settings: settings, now: now) else {
            throw NoHead(reason: "no boundary")
        }
        var rejections: [Rejection] = []
        var file: [UInt8] = []
        for piece in pieces { rejections += inspector.take(piece.span) { file.append($0) } }
        rejections += inspector.finish()
        #expect(!inspector.holdsOrigin)
        return (rejections, file, inspector.hasWholeFile)
    }
}

@Suite struct FormVectorTests {
    /// Rows of `vectors.json` that a form decides; digests are another stage's.
    static let rows: Set<String> = [
        "entity-too-large-post", "entity-too-small", "field-item-too-long", "malformed-post-request",
        "policy-condition-failed", "policy-expired", "policy-json-comma-expected",
        "policy-json-unknown-char", "policy-simple-condition", "post-access-key-id-empty", "post-file-count",
        "post-missing-field", "post-pre-data-too-large", "post-signature-empty", "post-unrecognized-field",
    ]

    private static func cases() throws -> [Vector] {
        let own = try VectorFile.load("own-forms.json").filter {
            $0.row != "content-md5-invalid" && $0.row != "crc64-mismatch"
        }
        return try VectorFile.load("vectors.json").filter { rows.contains($0.row) } + own
    }

    @Test(arguments: BodyCut.allCases)
    func everyFormIsAnsweredAsTheServiceDoes(cut: BodyCut) throws {
        var generator = SystemRandomNumberGenerator()
        var counts = (refused: 0, forwarded: 0)
        for vector in try Self.cases() {
            let placeholders = Placeholders(now: vectorTime)
            let request = try FormRequest(
                vector.request.headBytes(placeholders) + vector.request.bodyBytes(placeholders))
            #expect(try vector.verdict(of: vector.request).rejection == nil, "\(vector.name)")
            let pieces = cut.pieces(request.body, &generator)
            let found = try request.inspect(pieces, settings: vector.settings)
            switch vector.expectation {
            case .forward:
                counts.forwarded += 1
                #expect(found.rejections == [], "\(vector.name)")
                #expect(found.isWhole, "\(vector.name)")
            case .refusal(let status, let code, let message):
                counts.refused += 1
                #expect(found.rejections.count == 1, "\(vector.name)")
                let rejection = found.rejections.first
                #expect(rejection?.phase == .body, "\(vector.name)")
                #expect(rejection?.error.status == status, "\(vector.name)")
                #expect(rejection?.error.code == code, "\(vector.name)")
                #expect(rejection?.error.message == message, "\(vector.name)")
                if let rule = vector.rule { #expect(rejection?.rule.description == rule, "\(vector.name)") }
            }
        }
        #expect(counts.refused >= 100)
        #expect(counts.forwarded >= 60)
    }

    @Test func everyFormRuleIsNamedByACase() throws {
        let named = Set(try VectorFile.load("own-forms.json").compactMap(\.rule))
        #expect(Set(FormRules.names).subtracting(named).isEmpty)
        #expect(Set(RuleModes.allNames).count == RuleModes.allNames.count)
    }

    @Test func everyRowOfAFormHasARefusalAndANearMiss() throws {
        let all = try Self.cases()
        for row in Self.rows {
            let cases = all.filter { $0.row == row }
            #expect(cases.contains { $0.expectation == .forward }, "\(row)")
            #expect(cases.contains { $0.expectation != .forward }, "\(row)")
        }
    }
}

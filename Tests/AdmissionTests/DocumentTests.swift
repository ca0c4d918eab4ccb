import Admission
import Bytes
import HTTPModel
import OSSModel
import TestSupport
import Testing

extension Vector {
    /// What head and document together say of a request whose body is whole.
    func documentVerdict(
        modes: RuleModes = RuleModes()
    ) throws -> (rejection: Rejection?, reported: [Rejection]) {
        let placeholders = Placeholders(
            now: vectorTime, variables: ["uploadId": "0004B9B2D2F7815C432C9057C03134D4"])
        let verdict = try verdict(of: request)
        if let rejection = verdict.rejection { return (rejection, []) }
        let head = try decodeHead(request.headBytes(placeholders))
        return DocumentRules.judge(
            operation: try #require(verdict.operation), head: head, bucket: verdict.resource.bucket,
            body: request.bodyBytes(placeholders).span, modes: modes)
    }
}

@Suite struct DocumentTests {
    /// Rows whose vectors the document rules answer in full. A row leaves this list never; new ones are added.
    static let coveredRows: Set<String> = [
        "bucket-storage-class", "bucket-tag-key-invalid", "bucket-tag-value-invalid",
        "cors-rule-beyond-limit", "invalid-target-bucket", "invalid-xml-format", "kms-key-id-without-kms",
        "malformed-xml", "no-replication-rule", "part-number-range", "part-number-range-2", "part-order",
        "part-order-2", "repeated-tags", "sse-request-invalid", "too-many-bucket-tags",
        "too-many-replication-prefixes", "too-many-replication-rules", "too-many-replication-tags",
        "user-key-must-be-specified", "versioning-element-missing", "worm-configuration-invalid",
    ]

    static func ownFiles() throws -> [String] {
        try VectorFile.ownFiles().filter { $0.hasPrefix("own-documents") }
    }

    private func expect(_ vector: Vector, _ rejection: Rejection?) {
        guard case .refusal(let status, let code, let message) = vector.expectation else {
            #expect(rejection == nil)
            return
        }
        #expect(rejection?.error.status == status)
        #expect(rejection?.error.code == code)
        #expect(rejection?.error.message == message)
        #expect(rejection?.phase == .body)
        if let rule = vector.rule { #expect(rejection?.rule.description == rule) }
    }

    @Test(arguments: try VectorFile.load("vectors.json").filter { coveredRows.contains($0.row) })
    func answersExactlyAsTheServiceDoes(vector: Vector) throws {
        expect(vector, try vector.documentVerdict().rejection)
    }

    /// The documents of requests whose rows are about something else are sound.
    @Test func noOtherVectorIsRefusedForItsDocument() throws {
        for vector in try VectorFile.load("vectors.json") where !Self.coveredRows.contains(vector.row) {
            let verdict = try vector.verdict(of: vector.request)
            guard verdict.rejection == nil else { continue }
            #expect(try vector.documentVerdict().rejection == nil, "\(vector.name)")
        }
    }

    @Test(arguments: try ownFiles().flatMap { try VectorFile.load($0) })
    func answersOurOwnCases(vector: Vector) throws {
        expect(vector, try vector.documentVerdict().rejection)
    }

    /// What the catalogue gives to bodies and is about documents has a refusal and a near-miss.
    @Test func everyRowIsRefusedAndHasANearMiss() throws {
        let vectors = try (["vectors.json"] + VectorFile.ownFiles()).flatMap { try VectorFile.load($0) }
        let passing = Set(vectors.filter { $0.expectation == .forward }.map(\.row))
        let refused = Set(vectors.filter { $0.expectation != .forward }.map(\.row))
        #expect(Self.coveredRows.count == 22)
        #expect(Self.coveredRows.subtracting(try VectorFile.catalogueRows(site: "edge-body")).isEmpty)
        #expect(Self.coveredRows.subtracting(passing).isEmpty)
        #expect(Self.coveredRows.subtracting(refused).isEmpty)
    }

    @Test func everyRuleIsNamedByACase() throws {
        let cases = try Self.ownFiles().flatMap { try VectorFile.load($0) }
        #expect(Set(cases.compactMap(\.rule)) == Set(DocumentRules.names))
        #expect(cases.count >= 500)
    }

    /// Each operation with an XML body has a sound document and one that is refused; those without a documented
    /// schema are listed.
    @Test func everyOperationHasCases() throws {
        var sound = Set<OSSOperation>()
        var refused = Set<OSSOperation>()
        for vector in try Self.ownFiles().flatMap({ try VectorFile.load($0) }) {
            guard let operation = try vector.verdict(of: vector.request).operation else { continue }
            if vector.expectation == .forward { sound.insert(operation) } else { refused.insert(operation) }
        }
        let undocumented: Set<OSSOperation> = [
            .putRequesterQosInfo, .putBucketQos, .putBucketQosInfo, .openMetaQuery, .closeMetaQuery,
            .createBucketDataRedundancyTransition, .putPublicAccessBlock, .putBucketRequesterQosInfo,
            .putBucketStorageQuota, .putBucketCallbackPolicy, .putAccessPointPublicAccessBlock,
            .createBucketMetadataConfiguration, .updateBucketMetadataInventoryTableConfiguration,
            .updateBucketMetadataJournalTableConfiguration,
        ]
        for operation in OSSOperation.allCases where !undocumented.contains(operation) {
            guard case .document = operation.bodyPlan, !operation.hasOtherDocument else { continue }
            #expect(sound.contains(operation), "\(operation.name)")
            #expect(refused.contains(operation), "\(operation.name)")
        }
    }

    @Test func everyCapturedDocumentIsAdmitted() throws {
        let settings = AdmissionSettings(addressing: Addressing(domains: ["oss.localhost"]))
        var documents = 0
        for capture in try VectorFile.captures() {
            guard let body = capture.bodyBytes else { continue }
            let head = try decodeHead(capture.headBytes)
            let verdict = Admission.judge(head: head, settings: settings, now: 0)
            guard let operation = verdict.operation, case .document = operation.bodyPlan else { continue }
            documents += body.isEmpty ? 0 : 1
            let (rejection, _) = DocumentRules.judge(
                operation: operation, head: head, bucket: verdict.resource.bucket, body: body.span,
                modes: RuleModes())
            #expect(rejection == nil, "\(capture.name)")
        }
        #expect(documents == 24)
    }
}

package import Bytes
package import HTTPModel
package import OSSModel
import XML

/// The gate for XML documents: reads one, holds it against the schema of its operation and puts the checks of that
/// operation to it, in the fixed order, until one refuses. Pure; it runs when the whole document is there and the
/// origin has not been contacted.
package enum DocumentRules {
    private static let wellFormed: Literal = "xml-well-formed"
    private static let schema: Literal = "xml-schema"

    /// After form and schema. Their order *is* the precedence of refusals.
    static let checks: [DocumentRule] = [
        .bucketStorageClass, .versioningStatus, .encryptionAlgorithm, .encryptionKeyID, .wormDays,
        .partNumber, .partOrder, .deleteKey,
        // Validity of each tag goes before their number, and that before their being unique.
        .bucketTagKey, .bucketTagValue, .bucketTagCount, .objectTagKey, .objectTagValue, .objectTagCount,
        .repeatedTags,
        .corsRuleCount, .corsWildcards,
        .replicationRuleCount, .replicationTarget, .replicationPrefixes, .replicationTags,
        .lifecycleIDs, .lifecycleOrder,
        .mirrorURL, .inventoryID, .liveFragments, .livePlaylist,
    ]

    /// The names of the rules, in order.
    package static let names: [String] = ([wellFormed, schema] + checks.map(\.name)).map(\.description)

    /// Elements enough for 10000 parts with a checksum of every kind; deeper nesting than any document has.
    static let limits = XMLLimits(
        bytesMax: Int(OSSLimits.documentBytesMax), depthMax: 32, elementsMax: 100_000)

    /// The first failure of an enforced rule, and the failures before it of rules that only report. `bucket` is that
    /// of the request; `body` is the document without any transfer coding; `upload` is what is known of the upload in
    /// parts that it completes.
    package static func judge(
        operation: OSSOperation, head: RequestHead, bucket: ByteSlice?, body: Span<UInt8>, modes: RuleModes,
        upload: UploadFacts? = nil
    ) -> (rejection: Rejection?, reported: [Rejection]) {
        guard let schema = DocumentSchema.of(operation) else { return (nil, []) }
        let query = QueryParameters(head.query)
        let isS3 = Signing(head.fields, query) == .s3
        let mayBeEmpty = schema.isOptional || isS3 || listsAllParts(operation, head)
        if body.isEmpty, mayBeEmpty { return (nil, []) }

        var verdict = Collected(modes: modes)
        let root: XMLElement
        do {
            root = try XMLReader.parse(body, limits: limits)
        } catch {
            if let rejection = rejection(of: error, operation) { verdict.take(rejection) }
            return (verdict.rejection, verdict.reported)
        }
        guard isJudged(operation, query: query, isS3: isS3) else { return (nil, []) }
        if verdict.asks(Self.schema), let failure = violation(of: schema, by: root) {
            verdict.take(failure)
        }
        let view = DocumentView(
            operation: operation, head: head, query: query, bucket: bucket, root: root, upload: upload)
        for check in upload == nil ? checks : checks + UploadRules.completion
        where check.operations.contains(operation) {
            guard verdict.rejection == nil else { break }
            if verdict.asks(check.name), let failure = check.refusal(of: view) { verdict.take(failure) }
        }
        return (verdict.rejection, verdict.reported)
    }

    /// What has been found so far, sorted by the modes of the rules.
    private struct Collected {
        let modes: RuleModes
        var rejection: Rejection?
        var reported: [Rejection] = []

        func asks(_ rule: Literal) -> Bool { modes.mode(of: rule) != .off }

        mutating func take(_ failure: Rejection) {
            switch modes.mode(of: failure.rule) {
            case .enforce: rejection = failure
            case .report: reported.append(failure)
            case .off: break
            }
        }
    }

    /// `x-oss-complete-all: yes` completes with whatever parts there are, and without a list of them.
    private static func listsAllParts(_ operation: OSSOperation, _ head: RequestHead) -> Bool {
        operation == .completeMultipartUpload
            && head.fields.first("x-oss-complete-all")?.matchesIgnoringCase("yes") ?? false
    }

    /// The S3 dialect has documents of its own, but for these two, which are the same. What is routed to PutBucket
    /// may be a newer operation, whose parameter nothing here knows.
    private static func isJudged(_ operation: OSSOperation, query: QueryParameters, isS3: Bool) -> Bool {
        if isS3 { return operation == .deleteMultipleObjects || operation == .completeMultipartUpload }
        guard operation == .putBucket else { return true }
        let ofSignature: [Literal] = ["OSSAccessKeyId", "Expires", "Signature", "security-token"]
        return query.parameters.allSatisfy { parameter in
            parameter.name.hasPrefix("x-oss-") || ofSignature.contains { parameter.name.matches($0) }
        }
    }

    private static func violation(of schema: DocumentSchema, by root: XMLElement) -> Rejection? {
        do {
            try schema.check(root)
            return nil
        } catch {
            return Rejection(
                phase: .body, rule: Self.schema, error: CatalogueRow.malformedXML.error,
                expected: "\(error.path): \(error.expected)", actual: error.actual)
        }
    }

    /// nil when the reader lacked memory: then the origin judges.
    private static func rejection(of failure: XMLFailure, _ operation: OSSOperation) -> Rejection? {
        let expected: String
        let actual: String
        switch failure {
        case .tooLong: (expected, actual) = ("at most \(limits.bytesMax) bytes", "more")
        case .tooDeep: (expected, actual) = ("at most \(limits.depthMax) nested elements", "more")
        case .tooManyElements: (expected, actual) = ("at most \(limits.elementsMax) elements", "more")
        case .doctype: (expected, actual) = ("no document type declaration", "one")
        case .malformed(let line, let reason):
            (expected, actual) = ("well-formed XML in UTF-8", "line \(line): \(reason)")
        case .outOfMemory: return nil
        }
        var row = CatalogueRow.malformedXML
        switch failure {
        case .doctype, .malformed:
            if !sayingMalformed.contains(operation) { row = .invalidXMLFormat }
        default: break
        }
        return Rejection(
            phase: .body, rule: wellFormed, error: row.error, expected: expected, actual: actual)
    }

    /// The operations that say MalformedXML of a document that is not well-formed; the others say InvalidXMLFormat
    /// (the 400 page names the first seven of these).
    private static let sayingMalformed: OperationSet = [
        .deleteMultipleObjects, .completeMultipartUpload, .putBucketLogging, .putBucketWebsite,
        .putBucketLifecycle, .putBucketReferer, .putBucketCors, .putBucket, .putBucketTransferAcceleration,
        .restoreObject,
    ]
}

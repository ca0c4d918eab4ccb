import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// An anonymous GET may not choose the fields of its answer ("GetObject" page).
    static let responseOverride = HeadRule(
        "response-headers-anonymous", on: [.getObject, .headObject], needs: .query,
        applies: { $0.signing == .anonymous },
        check: { view throws(Refusal) in
            let names: [Literal] = [
                "response-content-type", "response-content-language", "response-expires",
                "response-cache-control", "response-content-disposition", "response-content-encoding",
            ]
            guard let name = names.first(where: { view.query.contains($0) }) else { return }
            throw Refusal(
                .responseHeadersAnonymous, expected: "a signature, for \(name)",
                actual: "an anonymous request")
        })

    /// `versionId` is not empty, and is `null` or of letters, digits and `. _ -`.
    static let versionID = HeadRule(
        "version-id", needs: .query, applies: { $0.level == .object && $0.query.contains("versionId") },
        check: { view throws(Refusal) in
            guard let value = view.query.value("versionId") else { return }
            try requireVersionID(value, argument: "versionId")
        })

    /// AppendObject has a position from 0 to 2^63-1 (EC 0016-00000502: no number is a missing argument too).
    static let appendPosition = HeadRule(
        "append-position", on: [.appendObject],
        check: { view throws(Refusal) in
            guard let value = view.query.value("position") else {
                throw Refusal(
                    CatalogueRow.missingArgument.with("ArgumentName", "position"),
                    expected: "the parameter position", actual: "absent")
            }
            guard let position = value.decimal, position <= UInt64(Int64.max) else {
                throw Refusal(
                    .missingArgument, argument: "position", value: value,
                    expected: "an integer from 0 to 2^63-1")
            }
        })

    /// A part has a number from 1 to 10000 (EC 0017-00000219 and 0017-00000220).
    static let partNumber = HeadRule(
        "part-number", on: [.uploadPart, .uploadPartCopy],
        check: { view throws(Refusal) in
            guard let value = view.query.value("partNumber"), !value.isEmpty else {
                throw Refusal(
                    CatalogueRow.partNumberAbsent.argument("ResourceType", "partNumber"),
                    expected: "the parameter partNumber", actual: "absent")
            }
            guard let number = value.decimal, OSSLimits.partNumbers.contains(number) else {
                throw Refusal(
                    .partNumberQuery, argument: "PartNumber", value: value,
                    expected: "an integer from 1 to 10000")
            }
        })

    /// `encoding-type` is one that keys can be written in; an empty one asks for none.
    static let encodingType = HeadRule(
        "encoding-type", on: listsOrNamesKeys, needs: .query,
        check: { view throws(Refusal) in
            guard let value = view.query.value("encoding-type"), !value.isEmpty else { return }
            guard !value.matches("url"), !value.matches("url2"), !value.matches("base64") else { return }
            throw Refusal(.encodingType, argument: "encoding-type", value: value, expected: "url")
        })

    /// `max-keys` is an integer up to 1000. 0 passes: the pages contradict each other about it. The S3 dialect takes
    /// larger numbers for 1000, so its requests are not looked at.
    static let maxKeys = HeadRule(
        "max-keys", on: listsWithMaxKeys, needs: .query, applies: { $0.signing != .s3 },
        check: { view throws(Refusal) in
            guard let value = view.query.value("max-keys"), !value.isEmpty else { return }
            guard let number = value.decimal, number <= OSSLimits.listedKeysMax else {
                throw Refusal(
                    .invalidArgumentGeneric, argument: "max-keys", value: value,
                    expected: "an integer from 1 to 1000")
            }
        })

    /// Where a listing begins and what it selects is no longer than a key. `continuation-token` is not held to that:
    /// the service makes it, and it outgrows the key that it stands for.
    static let listParameters = HeadRule(
        "list-parameter-length", on: listsWithMaxKeys, needs: .query,
        check: { view throws(Refusal) in
            let names: [Literal] = ["prefix", "marker", "delimiter", "start-after", "key-marker"]
            for name in names {
                guard let value = view.query.value(name), value.count > OSSLimits.listParameterBytesMax
                else { continue }
                throw Refusal(
                    CatalogueRow.invalidArgumentGeneric.argument(name.description, value.text),
                    expected: "at most \(OSSLimits.listParameterBytesMax) bytes",
                    actual: "\(value.count) bytes")
            }
        })

    static func requireVersionID(_ value: ByteSlice, argument: String) throws(Refusal) {
        guard !value.isEmpty else {
            throw Refusal(
                .versionIDEmpty, argument: argument, value: value, expected: "a version id, or no versionId")
        }
        let isSound = value.allSatisfy {
            ASCII.isAlphanumeric($0) || $0 == ASCII.dot || $0 == ASCII.underscore || $0 == ASCII.hyphen
        }
        guard isSound else {
            throw Refusal(
                .versionIDInvalid, argument: argument, value: value, expected: "letters, digits and . _ -")
        }
    }

    private static let listsWithMaxKeys: OperationSet = [
        .listBuckets, .listObjects, .listObjectsV2, .listObjectVersions,
    ]

    private static let listsOrNamesKeys: OperationSet = [
        .listObjects, .listObjectsV2, .listObjectVersions, .listMultipartUploads, .listParts,
        .initiateMultipartUpload, .completeMultipartUpload, .deleteMultipleObjects,
    ]
}

import Bytes
import OSSModel

/// Documents about objects.
extension DocumentSchema {
    static let objectSchemas: [OSSOperation: DocumentSchema] = [
        .completeMultipartUpload: completeMultipartUpload,
        .deleteMultipleObjects: deleteMultipleObjects,
        .putObjectTagging: tagging,
        .restoreObject: restore,
        .selectObject: select,
        .createSelectObjectMeta: selectMeta,
        .putLiveChannel: liveChannel,
        .putObjectRetention: DocumentSchema(
            "Retention", [.one("Mode", .choice(["GOVERNANCE", "COMPLIANCE"])), .one("RetainUntilDate")]),
        .putObjectLegalHold: DocumentSchema("LegalHold", [.one("Status", .choice(["ON", "OFF"]))]),
    ]

    /// What a part number may be is a rule of its own.
    private static let completeMultipartUpload = DocumentSchema(
        "CompleteMultipartUpload",
        [.counted("Part", 1...10_000, .elements([.one("PartNumber"), .one("ETag")]))])

    /// That a key is there is a rule of its own.
    private static let deleteMultipleObjects = DocumentSchema(
        "Delete",
        [
            .optional("Quiet", .bool),
            .counted("Object", 1...1_000, .elements([.optional("Key"), .optional("VersionId")])),
        ])

    /// Of buckets and of objects; keys, values and their number are rules of their own.
    static let tagging = DocumentSchema(
        "Tagging",
        [.one("TagSet", .elements([.any("Tag", .elements([.optional("Key"), .optional("Value")]))]))])

    /// The number of days was 1 to 7 once, and is 1 to 365 on newer pages.
    private static let restore = DocumentSchema(
        "RestoreRequest", isOptional: true,
        [
            .one("Days", .integer(1...365)),
            .optional(
                "JobParameters",
                .elements([.optional("Tier", .choice(["Expedited", "Standard", "Bulk"]))])),
        ])

    private static let select = DocumentSchema(
        "SelectRequest",
        [
            .one("Expression", .characters(1...Int.max)),
            .optional("InputSerialization", .elements(input)),
            .optional(
                "OutputSerialization",
                .elements([
                    .optional("CSV"), .optional("JSON"), .optional("KeepAllColumns", .bool),
                    .optional("OutputRawData", .bool), .optional("EnablePayloadCrc", .bool),
                    .optional("OutputHeader", .bool),
                ])),
            .optional(
                "Options",
                .elements([
                    .optional("SkipPartialDataRecord", .bool), .optional("MaxSkippedRecordsAllowed", natural),
                ])),
        ])

    private static let input: [ElementSchema] = [
        .optional("CompressionType", .choiceOfAnyCase(["None", "GZIP"])),
        .optional(
            "CSV",
            .elements([
                .optional("FileHeaderInfo", .choiceOfAnyCase(["Use", "Ignore", "None"])),
                .optional("RecordDelimiter"), .optional("FieldDelimiter"), .optional("QuoteCharacter"),
                .optional("CommentCharacter"), .optional("Range"),
                .optional("AllowQuotedRecordDelimiter", .bool),
            ])),
        .optional(
            "JSON",
            .elements([
                .optional("Type", .choiceOfAnyCase(["DOCUMENT", "LINES"])), .optional("Range"),
                .optional("ParseJsonNumberAsString", .bool),
            ])),
    ]

    /// One SDK sends the compression type in Base64 here, so its value is not looked at.
    private static let selectMeta = DocumentSchema(
        roots: ["CsvMetaRequest", "JsonMetaRequest"],
        .elements([
            .optional(
                "InputSerialization",
                .elements([.optional("CompressionType"), .optional("CSV"), .optional("JSON")])),
            .optional("OverwriteIfExists", .bool),
        ]))

    /// That both numbers of fragments are there or none, and the name of the playlist, are rules of their own.
    private static let liveChannel = DocumentSchema(
        "LiveChannelConfiguration",
        [
            .optional("Description", .bytes(0...128)),
            .optional("Status", smallStatus),
            .one(
                "Target",
                .elements([
                    .one("Type", .choice(["HLS"])),
                    .optional("FragDuration", .integer(1...100)), .optional("FragCount", .integer(1...100)),
                    .optional("PlaylistName"),
                ])),
            .optional(
                "Snapshot",
                .elements([
                    .one("RoleName"), .one("DestBucket"), .one("NotifyTopic"),
                    .one("Interval", .integer(1...100)),
                ])),
        ])
}

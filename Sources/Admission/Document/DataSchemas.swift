import Bytes
import OSSModel

/// Documents about what happens to the objects of a bucket in time: lifecycle, replication, inventory, index.
extension DocumentSchema {
    static let dataSchemas: [OSSOperation: DocumentSchema] = [
        .putBucketLifecycle: lifecycle,
        .putBucketReplication: replication,
        .deleteBucketReplication: DocumentSchema("ReplicationRules", [.any("ID")]),
        .putBucketRtc: DocumentSchema(
            "ReplicationRule", [.one("ID"), .one("RTC", .elements([.one("Status", smallStatus)]))]),
        .putBucketInventory: inventory,
        .doMetaQuery: metaQuery,
    ]

    /// The prefix may be left out on newer pages: the rule is then about every object. `Date` is an old name of
    /// `CreatedBeforeDate` that one SDK still sends.
    private static let lifecycle = DocumentSchema(
        "LifecycleConfiguration",
        [
            .counted(
                "Rule", 1...1_000,
                .elements([
                    .optional("ID", .bytes(0...255)), .optional("Prefix"), .one("Status", capitalStatus),
                    .any("Tag", .elements([.one("Key"), .optional("Value")])),
                    .optional(
                        "Expiration",
                        .elements(
                            age + [
                                .optional("Date"), .optional("ExpiredObjectDeleteMarker", .bool),
                            ], exactlyOne: ["Days", "CreatedBeforeDate", "Date", "ExpiredObjectDeleteMarker"])
                    ),
                    .any(
                        "Transition",
                        .elements(age + transition, exactlyOne: ["Days", "CreatedBeforeDate"])),
                    .optional(
                        "AbortMultipartUpload", .elements(age, exactlyOne: ["Days", "CreatedBeforeDate"])),
                    .optional(
                        "NoncurrentVersionExpiration", .elements([.one("NoncurrentDays", positive)])),
                    .any(
                        "NoncurrentVersionTransition",
                        .elements([.one("NoncurrentDays", positive)] + transition)),
                    .optional("AtimeBase", natural),
                ]))
        ])

    private static let age: [ElementSchema] = [
        .optional("Days", positive), .optional("CreatedBeforeDate", .midnight),
    ]

    private static let transition: [ElementSchema] = [
        .one("StorageClass", .choice(["IA", "Archive", "ColdArchive", "DeepColdArchive"])),
        .optional("IsAccessTime", .bool), .optional("ReturnToStdWhenVisit", .bool),
        .optional("AllowSmallFile", .bool),
    ]

    /// The numbers of rules, prefixes and tags, and the target, are rules of their own. A target outside the
    /// service has `CloudLocation` instead of `Location`.
    private static let replication = DocumentSchema(
        "ReplicationConfiguration",
        [
            .any(
                "Rule",
                .elements([
                    .optional("ID", .characters(0...255)),
                    .optional("PrefixSet", .elements([.some("Prefix", .characters(0...1_023))])),
                    .optional("Action", .list(["ALL", "PUT", "DELETE", "ABORT"])),
                    .one(
                        "Destination",
                        .elements(
                            [
                                .one("Bucket"), .optional("Location"), .optional("CloudLocation"),
                                .optional("TransferType", .choice(["internal", "oss_acc"])),
                            ], atLeastOne: ["Location", "CloudLocation"])),
                    .optional("HistoricalObjectReplication", smallStatus),
                    .optional("SyncRole"),
                    .optional(
                        "SourceSelectionCriteria",
                        .elements([
                            .optional(
                                "SseKmsEncryptedObjects", .elements([.optional("Status", capitalStatus)]))
                        ])),
                    .optional("EncryptionConfiguration", .elements([.optional("ReplicaKmsKeyID")])),
                    .optional("RTC", .elements([.optional("Status", smallStatus)])),
                ]))
        ])

    /// Further frequencies and fields than on the older pages are those of the vendor's SDK.
    private static let inventory = DocumentSchema(
        "InventoryConfiguration",
        [
            .one("Id"), .one("IsEnabled", .bool),
            .optional(
                "Filter",
                .elements([
                    .optional("Prefix"), .optional("LastModifyBeginTimeStamp", natural),
                    .optional("LastModifyEndTimeStamp", natural), .optional("LowerSizeBound", natural),
                    .optional("UpperSizeBound", natural), .optional("StorageClass"),
                ])),
            .one("Destination", .elements([.one("OSSBucketDestination", .elements(inventoryTarget))])),
            .one(
                "Schedule",
                .elements([.one("Frequency", .choice(["Daily", "Weekly", "Monthly", "Once"]))])),
            .one("IncludedObjectVersions", .choice(["All", "Current"])),
            .optional(
                "OptionalFields",
                .elements([
                    .any(
                        "Field",
                        .choice([
                            "Size", "LastModifiedDate", "ETag", "StorageClass", "IsMultipartUploaded",
                            "EncryptionStatus", "ObjectAcl", "TaggingCount", "ObjectType", "Crc64",
                            "TransitionTime",
                        ]))
                ])),
        ])

    private static let inventoryTarget: [ElementSchema] = [
        .one("Format", .choice(["CSV"])), .one("AccountId"),
        .one("RoleArn", .prefixed("acs:ram::")), .one("Bucket", .prefixed("acs:oss:::")),
        .optional("Prefix"),
        .optional(
            "Encryption",
            .elements(
                [.optional("SSE-OSS"), .optional("SSE-KMS", .elements([.one("KeyId")]))],
                exactlyOne: ["SSE-OSS", "SSE-KMS"])),
    ]

    /// The most results are 100 on one page, and unconfirmed.
    private static let metaQuery = DocumentSchema(
        "MetaQuery",
        [
            .optional("NextToken"), .optional("MaxResults", natural), .optional("Query"), .optional("Sort"),
            .optional("Order", .choice(["asc", "desc"])),
            .optional(
                "Aggregations",
                .elements([.any("Aggregation", .elements([.one("Field"), .one("Operation")]))])),
            .optional("MediaTypes"), .optional("SimpleQuery"),
        ])
}

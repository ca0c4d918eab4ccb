/// The documents that set one property of a bucket (section 14 of the rules, and the vendor's SDKs).
extension Shape {
    static let status = Shape.word(["Enabled", "Disabled"])
    static let smallStatus = Shape.word(["enabled", "disabled"])
    static let natural = Shape.number(0...UInt64(Int64.max))

    static let logging = Shape.parts([
        .maybe(
            "LoggingEnabled",
            .parts([.one("TargetBucket", .text(3...63)), .maybe("TargetPrefix"), .maybe("LoggingRole")]))
    ])

    static let referer = Shape.parts([
        .one("AllowEmptyReferer", .truth), .maybe("AllowTruncateQueryString", .truth),
        .maybe("TruncatePath", .truth), .one("RefererList", .parts([.many("Referer")])),
        .maybe("RefererBlacklist", .parts([.many("Referer")])),
    ])

    static let cors = Shape.parts([
        .many(
            "CORSRule", 1...10_000,
            .parts([
                .many("AllowedOrigin", 1...1000, .filled),
                .many("AllowedMethod", 1...5, .word(["GET", "PUT", "DELETE", "POST", "HEAD"])),
                .many("AllowedHeader", 0...1000, .filled), .many("ExposeHeader", 0...1000, .filled),
                .maybe("MaxAgeSeconds", .number(0...999_999_999)),
            ])), .maybe("ResponseVary", .truth),
    ])

    static let tagging = Shape.parts([
        .one(
            "TagSet", .parts([.many("Tag", 0...10_000, .parts([.one("Key"), .maybe("Value")]))]))
    ])

    static let encryption = Shape.parts([
        .one(
            "ApplyServerSideEncryptionByDefault",
            .parts([
                .one("SSEAlgorithm"), .maybe("KMSDataEncryption", .word(["SM4"])), .maybe("KMSMasterKeyID"),
            ]))
    ])

    static let website = Shape.parts([
        .maybe(
            "IndexDocument",
            .parts([
                .one("Suffix", .filled), .maybe("SupportSubDir", .truth), .maybe("Type", .number(0...2)),
            ])),
        .maybe(
            "ErrorDocument", .parts([.one("Key", .filled), .maybe("HttpStatus", .word(["200", "404"]))])),
        .maybe("RoutingRules", .parts([.many("RoutingRule", 0...20, routingRule)])),
    ])

    private static let routingRule = Shape.parts([
        .one("RuleNumber", .days),
        .one(
            "Condition",
            .parts([
                .maybe("KeyPrefixEquals"), .maybe("KeySuffixEquals"),
                .maybe("HttpErrorCodeReturnedEquals", .number(300...599)),
                .many("IncludeHeader", 0...10, .parts([.one("Key", .filled)])),
            ])),
        .maybe(
            "Redirect",
            .parts([
                .one("RedirectType", .word(["Mirror", "External", "AliCDN", "Internal"])),
                .maybe("Protocol", .word(["http", "https"])),
                .maybe("HttpRedirectCode", .word(["301", "302", "307"])),
                .maybe("PassQueryString", .truth), .maybe("EnableReplacePrefix", .truth),
            ])),
    ])

    static let lifecycle = Shape.parts([
        .many(
            "Rule", 1...1000,
            .parts([
                .maybe("ID", .text(0...255)), .maybe("Prefix"), .one("Status", status),
                .many("Tag", 0...1000, .parts([.one("Key"), .maybe("Value")])),
                .maybe("Expiration", age), .many("Transition", 0...100, move),
                .maybe("AbortMultipartUpload", age),
                .maybe("NoncurrentVersionExpiration", .parts([.one("NoncurrentDays", .days)])),
                .many(
                    "NoncurrentVersionTransition", 0...100,
                    .parts([.one("NoncurrentDays", .days), .one("StorageClass", colder)])),
                .maybe("AtimeBase", natural),
            ]))
    ])

    private static let age = Shape.parts([
        .maybe("Days", .days), .maybe("CreatedBeforeDate", .midnight), .maybe("Date"),
        .maybe("ExpiredObjectDeleteMarker", .truth),
    ])
    private static let colder = Shape.word(["IA", "Archive", "ColdArchive", "DeepColdArchive"])
    private static let move = Shape.parts([
        .maybe("Days", .days), .maybe("CreatedBeforeDate", .midnight), .one("StorageClass", colder),
        .maybe("IsAccessTime", .truth), .maybe("ReturnToStdWhenVisit", .truth),
        .maybe("AllowSmallFile", .truth),
    ])

    static let httpsConfig = Shape.parts([
        .one("TLS", .parts([.one("Enable", .truth), .many("TLSVersion")])),
        .maybe("CipherSuite", .parts([.one("Enable", .truth), .maybe("StrongCipherSuite", .truth)])),
    ])

    static let objectWorm = Shape.parts([
        .one("ObjectWormEnabled", .word(["Enabled"])),
        .maybe(
            "Rule",
            .parts([
                .one(
                    "DefaultRetention",
                    .parts([
                        .one("Mode", .word(["GOVERNANCE", "COMPLIANCE"])), .maybe("Days", .days),
                        .maybe("Years", .days),
                    ]))
            ])),
    ])

    static let overwriteConfig = Shape.parts([
        .many("Rule", 1...1000, .parts([.one("Action", .filled), .maybe("ID"), .maybe("Prefix")]))
    ])

    static let logFields = Shape.parts([
        .maybe("ParamSet", .parts([.many("parameter")])), .maybe("HeaderSet", .parts([.many("header")])),
    ])

    static let inventory = Shape.parts([
        .one("Id", .text(1...512)), .one("IsEnabled", .truth),
        .maybe(
            "Filter",
            .parts([
                .maybe("LastModifyBeginTimeStamp", natural), .maybe("LastModifyEndTimeStamp", natural),
                .maybe("LowerSizeBound", natural), .maybe("UpperSizeBound", natural),
            ])),
        .one("Destination", .parts([.one("OSSBucketDestination", inventoryTarget)])),
        .one(
            "Schedule", .parts([.one("Frequency", .word(["Daily", "Weekly", "Monthly", "Once"]))])),
        .one("IncludedObjectVersions", .word(["All", "Current"])),
        .maybe("OptionalFields", .parts([.many("Field")])),
    ])

    private static let inventoryTarget = Shape.parts([
        .one("Format", .word(["CSV"])), .one("AccountId", .filled), .one("RoleArn", .filled),
        .one("Bucket", .filled),
    ])

    static let replication = Shape.parts([
        .many(
            "Rule", 0...1000,
            .parts([
                .maybe("ID", .text(0...1020)), .maybe("PrefixSet"), .maybe("Action"),
                .one(
                    "Destination",
                    .parts([
                        .one("Bucket", .filled), .maybe("Location"),
                        .maybe("TransferType", .word(["internal", "oss_acc"])),
                    ])),
                .maybe("HistoricalObjectReplication", smallStatus),
                .maybe("RTC", .parts([.maybe("Status", smallStatus)])),
            ]))
    ])

    static let cname = Shape.parts([.one("Cname", .parts([.one("Domain", .text(1...253))]))])

    static let liveChannel = Shape.parts([
        .maybe("Description", .text(0...128)), .maybe("Status", smallStatus),
        .one(
            "Target",
            .parts([
                .one("Type", .word(["HLS"])), .maybe("FragDuration", .number(1...100)),
                .maybe("FragCount", .number(1...100)), .maybe("PlaylistName", .text(6...128)),
            ])),
        .maybe(
            "Snapshot",
            .parts([
                .one("RoleName", .filled), .one("DestBucket", .filled), .one("NotifyTopic"),
                .one("Interval", .number(1...100)),
            ])),
    ])
}

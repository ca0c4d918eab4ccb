import Bytes
import OSSModel

/// Documents about who reads a bucket, how, and what is noted of it: logging, website, referer, CORS, overwriting.
extension DocumentSchema {
    static let policySchemas: [OSSOperation: DocumentSchema] = [
        .putBucketLogging: DocumentSchema(
            "BucketLoggingStatus",
            [
                .optional(
                    "LoggingEnabled",
                    .elements([
                        .one("TargetBucket"), .optional("TargetPrefix"), .optional("LoggingRole"),
                    ]))
            ]),
        .putUserDefinedLogFieldsConfig: DocumentSchema(
            "UserDefinedLogFieldsConfiguration",
            [
                .optional("ParamSet", .elements([.any("parameter")])),
                .optional("HeaderSet", .elements([.any("header")])),
            ]),
        .putBucketReferer: DocumentSchema(
            "RefererConfiguration",
            [
                .one("AllowEmptyReferer", .bool), .optional("AllowTruncateQueryString", .bool),
                .optional("TruncatePath", .bool), .one("RefererList", .elements([.any("Referer")])),
                .optional("RefererBlacklist", .elements([.any("Referer")])),
            ]),
        .putBucketCors: cors,
        .putBucketWebsite: website,
        .putBucketOverwriteConfig: DocumentSchema(
            "OverwriteConfiguration",
            [
                .some(
                    "Rule",
                    .elements([
                        .optional("ID"), .one("Action"), .optional("Prefix"), .optional("Suffix"),
                        .optional("Principals", .elements([.any("Principal")])),
                    ]))
            ]),
    ]

    /// The number of rules, and wildcards, are rules of their own.
    private static let cors = DocumentSchema(
        "CORSConfiguration",
        [
            .some(
                "CORSRule",
                .elements([
                    .some("AllowedOrigin"),
                    .some("AllowedMethod", .choice(["GET", "PUT", "DELETE", "POST", "HEAD"])),
                    .any("AllowedHeader"), .any("ExposeHeader"),
                    .optional("MaxAgeSeconds", .integer(0...999_999_999)),
                ])),
            .optional("ResponseVary", .bool),
        ])

    private static let website = DocumentSchema(
        roots: ["WebsiteConfiguration"],
        .elements(
            [
                .optional(
                    "IndexDocument",
                    .elements([
                        .one("Suffix"), .optional("SupportSubDir", .bool),
                        .optional("Type", .choice(["0", "1", "2"])),
                    ])),
                .optional(
                    "ErrorDocument",
                    .elements([.one("Key"), .optional("HttpStatus", .choice(["200", "404"]))])),
                .optional(
                    "RoutingRules",
                    .elements([
                        .counted(
                            "RoutingRule", 0...20,
                            .elements(routingRule, atLeastOne: ["Redirect", "LuaConfig"]))
                    ])),
            ], atLeastOne: ["IndexDocument", "ErrorDocument", "RoutingRules"]))

    /// A rule with a script of its own needs no redirect.
    private static let routingRule: [ElementSchema] = [
        .one("RuleNumber", positive),
        .one(
            "Condition",
            .elements([
                .optional("KeyPrefixEquals"), .optional("KeySuffixEquals"),
                .optional("HttpErrorCodeReturnedEquals"),
                .counted(
                    "IncludeHeader", 0...10,
                    .elements([
                        .one("Key"), .optional("Equals"), .optional("StartsWith"), .optional("EndsWith"),
                    ])),
            ])),
        .optional("Redirect", .elements(redirect)),
        .optional("LuaConfig"),
    ]

    /// The URL of a mirror is a rule of its own.
    private static let redirect: [ElementSchema] = [
        .one("RedirectType", .choice(["Mirror", "External", "AliCDN", "Internal"])),
        .optional("PassQueryString", .bool), .optional("MirrorURL"),
        .optional("MirrorPassQueryString", .bool),
        .optional("MirrorFollowRedirect", .bool), .optional("MirrorCheckMd5", .bool),
        .optional("Protocol", .choice(["http", "https"])), .optional("HostName"),
        .optional("ReplaceKeyPrefixWith"), .optional("ReplaceKeyWith"),
        .optional("EnableReplacePrefix", .bool),
        .optional("HttpRedirectCode", .choice(["301", "302", "307"])),
    ]
}

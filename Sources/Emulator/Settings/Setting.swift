import Bytes
import OSSModel
import XML

/// A sub-resource of a bucket that one document sets and that is answered as it was set.
struct Setting: Sendable {
    /// What is answered while none is set.
    enum Absence: Sendable {
        case fault(OSSError)
        /// A document with the defaults.
        case standing(String)
    }

    /// The parameter that names it; also its kind in the store.
    let parameter: String
    let root: Literal
    let shape: Shape
    let absence: Absence
    var isDeletable = true
    /// Of a body that is no XML.
    var unreadable = CatalogueRow.invalidXMLFormat
    /// What no shape can say; may complete the document.
    var complete: @Sendable (Operations, EmulatorRequest, inout XMLElement) throws(OSSError) -> Void = {
        _, _, _ in
    }

    static let all: [Setting] = [
        Setting(
            parameter: "logging", root: "BucketLoggingStatus", shape: .logging,
            absence: .standing("<BucketLoggingStatus/>"), unreadable: .malformedXML,
            complete: { operations, request, root throws(OSSError) in
                try operations.checkLogging(request, root)
            }),
        Setting(
            parameter: "website", root: "WebsiteConfiguration", shape: .website,
            absence: .fault(CatalogueRow.noSuchWebsiteConfiguration.error), unreadable: .malformedXML,
            complete: { _, _, root throws(OSSError) in try checkWebsite(root) }),
        Setting(
            parameter: "lifecycle", root: "LifecycleConfiguration", shape: .lifecycle,
            absence: .fault(CatalogueRow.noSuchLifecycle.error), unreadable: .malformedXML,
            complete: { operations, request, root throws(OSSError) in
                try Lifecycle.complete(&root, request: request)
            }),
        Setting(
            parameter: "cors", root: "CORSConfiguration", shape: .cors,
            absence: .fault(CatalogueRow.noSuchCORSConfiguration.error), unreadable: .malformedXML,
            complete: { _, _, root throws(OSSError) in try checkCORS(root) }),
        Setting(
            parameter: "tagging", root: "Tagging", shape: .tagging,
            absence: .standing("<Tagging><TagSet/></Tagging>"),
            complete: { _, _, root throws(OSSError) in try checkTags(root) }),
        Setting(
            parameter: "encryption", root: "ServerSideEncryptionRule", shape: .encryption,
            absence: .fault(CatalogueRow.noSuchServerSideEncryptionRule.error),
            complete: { operations, _, root throws(OSSError) in try operations.checkEncryption(root) }),
        Setting(
            parameter: "referer", root: "RefererConfiguration", shape: .referer,
            absence: .standing(
                "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList/>"
                    + "</RefererConfiguration>"), isDeletable: false, unreadable: .malformedXML),
        Setting(
            parameter: "requestPayment", root: "RequestPaymentConfiguration",
            shape: .parts([.one("Payer", .word(["BucketOwner", "Requester"]))]),
            absence: .standing(
                "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"),
            isDeletable: false),
        Setting(
            parameter: "transferAcceleration", root: "TransferAccelerationConfiguration",
            shape: .parts([.one("Enabled", .truth)]),
            absence: .fault(CatalogueRow.noSuchTransferAccelerationConfiguration.error), isDeletable: false,
            unreadable: .malformedXML),
        Setting(
            parameter: "accessmonitor", root: "AccessMonitorConfiguration",
            shape: .parts([.one("Status", .status)]),
            absence: .standing(
                "<AccessMonitorConfiguration><Status>Disabled</Status></AccessMonitorConfiguration>"),
            isDeletable: false),
        Setting(
            parameter: "resourceGroup", root: "BucketResourceGroupConfiguration",
            shape: .parts([.one("ResourceGroupId", .filled)]),
            absence: .standing(
                "<BucketResourceGroupConfiguration><ResourceGroupId>rg-default</ResourceGroupId>"
                    + "</BucketResourceGroupConfiguration>"), isDeletable: false),
        Setting(
            parameter: "bucketArchiveDirectRead", root: "ArchiveDirectReadConfiguration",
            shape: .parts([.one("Enabled", .truth)]),
            absence: .standing(
                "<ArchiveDirectReadConfiguration><Enabled>false</Enabled></ArchiveDirectReadConfiguration>"),
            isDeletable: false),
        Setting(
            parameter: "httpsConfig", root: "HttpsConfiguration", shape: .httpsConfig,
            absence: .standing("<HttpsConfiguration><TLS><Enable>false</Enable></TLS></HttpsConfiguration>"),
            isDeletable: false),
        Setting(
            parameter: "objectWorm", root: "ObjectWormConfiguration", shape: .objectWorm,
            absence: .fault(CatalogueRow.noSuchWORMConfiguration.error), isDeletable: false),
        publicAccessBlock,
        Setting(
            parameter: "overwriteConfig", root: "OverwriteConfiguration", shape: .overwriteConfig,
            absence: .standing("<OverwriteConfiguration/>"),
            complete: { _, _, root in number(&root, prefix: "overwrite-") }),
        Setting(
            parameter: "userDefinedLogFieldsConfig", root: "UserDefinedLogFieldsConfiguration",
            shape: .logFields,
            absence: .fault(
                OSSError(
                    status: 404, code: "NoSuchUserDefinedLogFieldsConfig",
                    message: "The specified bucket does not have a user-defined log fields configuration."))),
        Setting(
            parameter: "qosInfo", root: "QoSConfiguration", shape: .anything,
            absence: .standing(
                "<QoSConfiguration>" + Operations.limits.map { "<\($0)>-1</\($0)>" }.joined()
                    + "</QoSConfiguration>"),
            complete: { _, _, root in Operations.completeLimits(&root) }),
        Setting(
            parameter: "quota", root: "QuotaConfiguration",
            shape: .parts([.one("StorageQuota", .natural), .maybe("Mode", .word(["Strict", "Warning"]))]),
            absence: .fault(
                OSSError(
                    status: 404, code: "NoSuchBucketStorageQuota",
                    message: "The specified bucket does not have a storage quota."))),
        Setting(
            parameter: "qos", root: "BucketUserQos", shape: .parts([.one("StorageCapacity")]),
            absence: .standing("<BucketUserQos><StorageCapacity>-1</StorageCapacity></BucketUserQos>"),
            isDeletable: false),
    ]

    /// The one that an account and access points have as well.
    static let publicAccessBlock = Setting(
        parameter: "publicAccessBlock", root: "PublicAccessBlockConfiguration",
        shape: .parts([.one("BlockPublicAccess", .truth)]),
        absence: .standing(
            "<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess>"
                + "</PublicAccessBlockConfiguration>"))

    /// Callbacks that uploads can order by name. It shares its parameter with the policy of the bucket.
    static let callbackPolicy = Setting(
        parameter: "callbackPolicy", root: "BucketCallbackPolicy",
        shape: .parts([
            .many(
                "PolicyItem", 1...1000,
                .parts([.one("PolicyName", .filled), .one("Callback", .filled), .maybe("CallbackVar")]))
        ]),
        absence: .fault(CatalogueRow.noSuchBucketPolicy.error))

    // MARK: What no shape can say

    private static func checkWebsite(_ root: XMLElement) throws(OSSError) {
        let named: [Literal] = ["IndexDocument", "ErrorDocument", "RoutingRules"]
        guard named.contains(where: { root.child($0) != nil }) else {
            throw CatalogueRow.malformedXML.error
        }
        for rule in root.child("RoutingRules")?.children("RoutingRule") ?? [] {
            guard let redirect = rule.child("Redirect") else {
                guard rule.child("LuaConfig") != nil else { throw CatalogueRow.malformedXML.error }
                continue
            }
            let mirror = redirect.string("MirrorURL") ?? ""
            let isMirror = redirect.string("RedirectType") == "Mirror"
            guard !isMirror || mirror.hasPrefix("http") && mirror.hasSuffix("/") else {
                throw CatalogueRow.malformedXML.error
            }
        }
    }

    private static func checkCORS(_ root: XMLElement) throws(OSSError) {
        let rules = root.children("CORSRule")
        guard rules.count <= 10 else { throw CatalogueRow.corsRuleBeyondLimit.error }
        for rule in rules {
            let patterns = rule.strings("AllowedOrigin") + rule.strings("AllowedHeader")
            guard patterns.allSatisfy({ $0.count { $0 == "*" } <= 1 }),
                !rule.strings("ExposeHeader").contains(where: { $0.contains("*") })
            else { throw CatalogueRow.malformedXML.error }
        }
    }

    private static func checkTags(_ root: XMLElement) throws(OSSError) {
        let tags = root.child("TagSet")?.children("Tag") ?? []
        guard !tags.isEmpty else { throw CatalogueRow.malformedXML.error }
        guard tags.count <= 20 else { throw CatalogueRow.tooManyBucketTags.error }
        var keys: Set<[UInt8]> = []
        for tag in tags {
            let key = tag.child("Key")?.text ?? []
            let isReserved = ["http://", "https://", "Aliyun"].contains { key.starts(with: $0.utf8) }
            guard (1...64).contains(key.count), !isReserved else {
                throw CatalogueRow.bucketTagKeyInvalid.error
            }
            guard (tag.child("Value")?.text.count ?? 0) <= 128 else {
                throw CatalogueRow.bucketTagValueInvalid.error
            }
            guard keys.insert(key).inserted else { throw CatalogueRow.repeatedTags.error }
        }
    }

    /// Gives rules without an id one.
    private static func number(_ root: inout XMLElement, prefix: String) {
        for (place, index) in root.children.indices.enumerated() where root.children[index].isNamed("Rule") {
            if (root.children[index].string("ID") ?? "").isEmpty {
                root.children[index].set("ID", "\(prefix)\(place + 1)")
            }
        }
    }
}

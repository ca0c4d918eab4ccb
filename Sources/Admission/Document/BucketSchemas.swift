import Bytes
import OSSModel

/// Documents that set one property of a bucket.
extension DocumentSchema {
    static let bucketSchemas: [OSSOperation: DocumentSchema] = [
        .putBucket: DocumentSchema(
            "CreateBucketConfiguration", isOptional: true,
            [.optional("StorageClass"), .optional("DataRedundancyType", .choice(["LRS", "ZRS"]))]),
        .putBucketVersioning: DocumentSchema("VersioningConfiguration", [.optional("Status")]),
        .putBucketTags: tagging,
        .putBucketEncryption: DocumentSchema(
            "ServerSideEncryptionRule",
            [
                .one(
                    "ApplyServerSideEncryptionByDefault",
                    .elements([
                        .one("SSEAlgorithm"), .optional("KMSDataEncryption", .choice(["SM4"])),
                        .optional("KMSMasterKeyID"),
                    ]))
            ]),
        .putBucketRequestPayment: DocumentSchema(
            "RequestPaymentConfiguration", [.one("Payer", .choice(["BucketOwner", "Requester"]))]),
        .putBucketTransferAcceleration: DocumentSchema(
            "TransferAccelerationConfiguration", [.one("Enabled", .bool)]),
        .putBucketAccessMonitor: DocumentSchema(
            "AccessMonitorConfiguration", [.one("Status", capitalStatus)]),
        .putBucketResourceGroup: DocumentSchema(
            "BucketResourceGroupConfiguration", [.one("ResourceGroupId")]),
        .putBucketArchiveDirectRead: DocumentSchema(
            "ArchiveDirectReadConfiguration", [.one("Enabled", .bool)]),
        .putBucketPublicAccessBlock: publicAccessBlock,
        .putPublicAccessBlock: publicAccessBlock,
        .initiateBucketWorm: DocumentSchema(
            "InitiateWormConfiguration", [.optional("RetentionPeriodInDays")]),
        .extendBucketWorm: DocumentSchema("ExtendWormConfiguration", [.optional("RetentionPeriodInDays")]),
        .putBucketObjectWormConfiguration: objectWorm,
        .putBucketHttpsConfig: httpsConfig,
        .putStyle: DocumentSchema("Style", [.one("Content")]),
        .putCname: cname,
        .deleteCname: cname,
        .createCnameToken: cname,
        .createAccessPoint: DocumentSchema(
            "CreateAccessPointConfiguration",
            [
                .one("AccessPointName"), .one("NetworkOrigin", .choice(["internet", "vpc"])),
                .optional("VpcConfiguration", .elements([.optional("VpcId")])),
            ]),
    ]

    private static let publicAccessBlock = DocumentSchema(
        "PublicAccessBlockConfiguration", [.one("BlockPublicAccess", .bool)])

    private static let objectWorm = DocumentSchema(
        "ObjectWormConfiguration",
        [
            .one("ObjectWormEnabled"),
            .optional(
                "Rule",
                .elements([
                    .one(
                        "DefaultRetention",
                        .elements(
                            [
                                .one("Mode", .choice(["GOVERNANCE", "COMPLIANCE"])),
                                .optional("Days", positive), .optional("Years", positive),
                            ], exactlyOne: ["Days", "Years"]))
                ])),
        ])

    private static let httpsConfig = DocumentSchema(
        "HttpsConfiguration",
        [
            .one("TLS", .elements([.one("Enable", .bool), .any("TLSVersion")])),
            .optional(
                "CipherSuite",
                .elements([
                    .one("Enable", .bool), .optional("StrongCipherSuite", .bool), .any("CustomCipherSuite"),
                    .any("TLS13CustomCipherSuite"),
                ])),
        ])

    /// The domain and, perhaps, its certificate with its private key: no value of it is ever told.
    private static let cname = DocumentSchema(
        "BucketCnameConfiguration",
        [
            .one(
                "Cname",
                .elements([
                    .one("Domain"),
                    .optional(
                        "CertificateConfiguration",
                        .elements([
                            .optional("CertId"), .optional("Certificate"), .optional("PrivateKey"),
                            .optional("PreviousCertId"), .optional("Force", .bool),
                            .optional("DeleteCertificate", .bool),
                        ])),
                ]))
        ])
}

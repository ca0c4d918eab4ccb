/// Status 400, first half: what the service says of requests (error page "400", in its order).
extension CatalogueRow {
    package static let invalidBucketName = CatalogueRow(
        "invalid-bucket-name", 400, "InvalidBucketName",
        "The specified bucket is not valid.", ec: "0015-00000001")
    package static let invalidObjectNameEmpty = CatalogueRow(
        "invalid-object-name-empty", 400, "InvalidObjectName",
        "The Object name can not be empty.", ec: "0016-00000001")
    package static let invalidObjectNameLength = CatalogueRow(
        "invalid-object-name-length", 400, "InvalidObjectName",
        "The Length of Object name must be less than 1024.")
    package static let invalidObjectNameInvalid = CatalogueRow(
        "invalid-object-name-invalid", 400, "InvalidObjectName",
        "The specified object is not valid.")
    package static let tooManyBuckets = CatalogueRow(
        "too-many-buckets", 400, "TooManyBuckets",
        "You have attempted to create more buckets than allowed.")
    package static let requestIsNotMultipart = CatalogueRow(
        "request-is-not-multipart", 400, "RequestIsNotMultiPartContent",
        "Bucket POST must be of the enclosure-type multipart/form-data.")
    package static let notImplementedHeader = CatalogueRow(
        "not-implemented-header", 400, "NotImplemented",
        "A header you provided implies functionality that is not implemented.", ec: "0017-00000245")
    package static let missingArgument = CatalogueRow(
        "missing-argument", 400, "MissingArgument",
        "Missing Some Required Arguments.")
    package static let invalidArgumentGeneric = CatalogueRow(
        "invalid-argument-generic", 400, "InvalidArgument",
        "Invalid Argument. Parameter is invalid.")
    package static let callbackSignatureVersion = CatalogueRow(
        "callback-signature-version", 400, "InvalidArgument",
        "The callback signature version is invalid.")
    package static let copySourceFormat = CatalogueRow(
        "copy-source-format", 400, "InvalidArgument",
        "Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.")
    package static let kmsKeyIDWithoutKMS = CatalogueRow(
        "kms-key-id-without-kms", 400, "InvalidArgument",
        "KMSMasterKeyID is not applicable if the default sse algorithm is not KMS.", ec: "0005-00000204")
    package static let kmsKeyIDWhiteList = CatalogueRow(
        "kms-key-id-white-list", 400, "InvalidArgument",
        "KMSMasterKeyID is not applicable if user is not in white list.")
    package static let sm4WhiteList = CatalogueRow(
        "sm4-white-list", 400, "InvalidArgument",
        "SM4 is not applicable if user is not in white list.")
    package static let bucketStorageClass = CatalogueRow(
        "bucket-storage-class", 400, "InvalidArgument",
        "No such bucket storage class exists.")
    package static let versionIDInvalid = CatalogueRow(
        "version-id-invalid", 400, "InvalidArgument",
        "Invalid version id specified.", ec: "0012-00000202")
    package static let versionIDEmpty = CatalogueRow(
        "version-id-empty", 400, "InvalidArgument",
        "Version id can not be the empty string.")
    package static let authorizationInvalid = CatalogueRow(
        "authorization-invalid", 400, "InvalidArgument",
        "Authorization header is invalid.")
    package static let authorizationBadItemCount = CatalogueRow(
        "authorization-bad-item-count", 400, "InvalidArgument",
        "Authorization header is invalid, bad num of Items in Authorization header.", ec: "0002-00000102")
    package static let authorizationMissingKeyOrSignature = CatalogueRow(
        "authorization-missing-key-or-signature", 400, "InvalidArgument",
        "AccessKeyId or Signature is missing in Authorization header value.")
    package static let authorizationValueEmpty = CatalogueRow(
        "authorization-value-empty", 400, "InvalidArgument",
        "Authorization header value is empty.")
    package static let authorizationUnknownParameter = CatalogueRow(
        "authorization-unknown-parameter", 400, "InvalidArgument",
        "Unknown parameter in Authorization header.", ec: "0002-00000104")
    package static let postAccessKeyIDEmpty = CatalogueRow(
        "post-access-key-id-empty", 400, "InvalidArgument",
        "Post request accessKeyId is empty.")
    package static let postSignatureEmpty = CatalogueRow(
        "post-signature-empty", 400, "InvalidArgument",
        "Post request signature is empty.")
    package static let authenticationRequiresValidDate = CatalogueRow(
        "authentication-requires-valid-date", 400, "InvalidArgument",
        "OSS authentication requires a valid Date.")
    package static let postMissingField = CatalogueRow(
        "post-missing-field", 400, "InvalidArgument",
        "The bucket POST must contain the specified field name.")
    package static let postUnrecognizedField = CatalogueRow(
        "post-unrecognized-field", 400, "InvalidArgument",
        "The bucket POST contains unrecognized field name.")
    package static let postBodyTooLarge = CatalogueRow(
        "post-body-too-large", 400, "InvalidArgument",
        "Post body size must be less than 5G.")
    package static let callbackNotBase64 = CatalogueRow(
        "callback-not-base64", 400, "InvalidArgument",
        "The callback configuration is not base64 encoded.", ec: "0007-00000002")
    package static let callbackNotJSON = CatalogueRow(
        "callback-not-json", 400, "InvalidArgument",
        "The callback configuration is not json format.")
    package static let callbackURLInvalid = CatalogueRow(
        "callback-url-invalid", 400, "InvalidArgument",
        "The callback url configuration is invalid.", ec: "0007-00000004")
    package static let callbackHostInvalid = CatalogueRow(
        "callback-host-invalid", 400, "InvalidArgument",
        "The callback host configuration is invalid.")
    package static let callbackBodyTypeConfig = CatalogueRow(
        "callback-body-type-config", 400, "InvalidArgument",
        "The callback body type configuration is invalid.", ec: "0007-00000012")
    package static let callbackBodyTypeUnsupported = CatalogueRow(
        "callback-body-type-unsupported", 400, "InvalidArgument",
        "The body type of callback is not supported.")
    package static let callbackTooManyURLs = CatalogueRow(
        "callback-too-many-urls", 400, "InvalidArgument",
        "The number of callback url exceed max value.", ec: "0007-00000005")
    package static let persistentHeaderNotUTF8 = CatalogueRow(
        "persistent-header-not-utf8", 400, "InvalidArgument",
        "The header value specified by persistent header is not utf-8 encoded.")
    package static let persistentHeaderConflict = CatalogueRow(
        "persistent-header-conflict", 400, "InvalidArgument",
        "The header value specified by persistent header is not equal to reqeust header value.")
    package static let persistentHeaderCRLF = CatalogueRow(
        "persistent-header-crlf", 400, "InvalidArgument",
        "The header value specified by persistent header contains CR or LF.")
    package static let callbackBothPlaces = CatalogueRow(
        "callback-both-places", 400, "InvalidArgument",
        "Either the callback query string parameter or the x-oss-callback header should be "
            + "specified, not both.", ec: "0007-00000027")
    package static let callbackVarBothPlaces = CatalogueRow(
        "callback-var-both-places", 400, "InvalidArgument",
        "Either the callback-var query string parameter or the x-oss-callback-var header should be "
            + "specified, not both.")
    package static let trafficLimitBothPlaces = CatalogueRow(
        "traffic-limit-both-places", 400, "InvalidArgument",
        "x-oss-traffic-limit should be specified either in query string or header, not both.",
        ec: "0004-00000501")
    package static let trafficLimitRange = CatalogueRow(
        "traffic-limit-range", 400, "InvalidArgument",
        "x-oss-traffic-limit is invalid, should be specified between 819200(100KB/s) and "
            + "838860800(100MB/s).", ec: "0004-00000502")
    package static let persistentHeaderFormat = CatalogueRow(
        "persistent-header-format", 400, "InvalidArgument",
        "The format of persistent header is invalid, should be "
            + "\"name:Base64Encode(value),name:Base64Encode(value)...\".")
    package static let persistentHeaderNotBase64 = CatalogueRow(
        "persistent-header-not-base64", 400, "InvalidArgument",
        "The header value specified by persistent header is not base64 encoded.")
    package static let taggingHeaderFormat = CatalogueRow(
        "tagging-header-format", 400, "InvalidArgument",
        "The header 'x-oss-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
            + "without tag name duplicates.", ec: "0010-00000219")
    package static let persistentHeaderReserved = CatalogueRow(
        "persistent-header-reserved", 400, "InvalidArgument",
        "The header specified by persistent header is reserved.")
    package static let persistentHeaderNotToken = CatalogueRow(
        "persistent-header-not-token", 400, "InvalidArgument",
        "The header specified by persistent header is not valid HTTP token.")
    package static let hostIPInvalid = CatalogueRow(
        "host-ip-invalid", 400, "InvalidArgument",
        "Can not get ip by this host.")
    package static let callbackPrivateAddress = CatalogueRow(
        "callback-private-address", 400, "InvalidArgument",
        "Private address is forbidden to callback.", ec: "0007-00000008")
    package static let callbackTooLong = CatalogueRow(
        "callback-too-long", 400, "InvalidArgument",
        "The length of callback exceed max value.", ec: "0007-00000001")
    package static let callbackBodyEmpty = CatalogueRow(
        "callback-body-empty", 400, "InvalidArgument",
        "The callback body is empty.")
    package static let callbackBodyInvalid = CatalogueRow(
        "callback-body-invalid", 400, "InvalidArgument",
        "The callback body is invalid.")
    package static let callbackVarTooLong = CatalogueRow(
        "callback-var-too-long", 400, "InvalidArgument",
        "The length of callback var exceed max value.")
    package static let callbackVarNotJSON = CatalogueRow(
        "callback-var-not-json", 400, "InvalidArgument",
        "The callback var is not expecten json.")
    package static let dateBeforeEpoch = CatalogueRow(
        "date-before-epoch", 400, "InvalidArgument",
        "Invalid date. Must be later than 1970-01-01 00:00:00.")
    package static let dateInFuture = CatalogueRow(
        "date-in-future", 400, "InvalidArgument",
        "Invalid date. Cannot be later than the current time.")
    package static let dateBadFormat = CatalogueRow(
        "date-bad-format", 400, "InvalidArgument",
        "Bad date format.")
    package static let versioningElementMissing = CatalogueRow(
        "versioning-element-missing", 400, "InvalidArgument",
        "The Versioning element must be specified.")
    package static let repeatedTags = CatalogueRow(
        "repeated-tags", 400, "RepeatedTags",
        "Tag keys must be unique.", ec: "0010-00000210")
    package static let invalidHostPutBucket = CatalogueRow(
        "invalid-host-put-bucket", 400, "InvalidHostPutBucket",
        "Your host is invalid. Please put bucket use Open Storage Service standard host.")
    package static let sseAlgorithmInvalid = CatalogueRow(
        "sse-algorithm-invalid", 400, "InvalidEncryptionAlgorithmError",
        "The encryption algorithm specified is not valid.", ec: "0005-00000003")
    package static let sseRequestInvalid = CatalogueRow(
        "sse-request-invalid", 400, "InvalidEncryptionAlgorithmError",
        "The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.",
        ec: "0005-00000003")
    package static let sseDataEncryptionInvalid = CatalogueRow(
        "sse-data-encryption-invalid", 400, "InvalidDataEncryptionAlgorithmError",
        "The KMS Data Encryption request you specified is not valid. Supported value:SM4", ec: "0005-00000203"
    )
    package static let kmsKeyIDInvalid = CatalogueRow(
        "kms-key-id-invalid", 400, "InvalidParameter",
        "The specified parameter KMS keyId is not valid.")
    package static let wormConfigurationInvalid = CatalogueRow(
        "worm-configuration-invalid", 400, "InvalidWORMConfiguration",
        "Invalid WORM Configuration.")
    package static let inventoryExceedLimit = CatalogueRow(
        "inventory-exceed-limit", 400, "InventoryExceedLimit",
        "You are not allowed to create more inventory than limit.")
    package static let dailyInventoryExceedLimit = CatalogueRow(
        "daily-inventory-exceed-limit", 400, "DailyInventoryExceedLimit",
        "daily inventory object count exceed limit.")
    package static let weeklyInventoryExceedLimit = CatalogueRow(
        "weekly-inventory-exceed-limit", 400, "WeeklyInventoryExceedLimit",
        "weekly inventory object count exceed limit.")
    package static let optionsOriginMissing = CatalogueRow(
        "options-origin-missing", 400, "BadRequest",
        "Insufficient information. Origin request header needed.")
    package static let optionsMethodMissing = CatalogueRow(
        "options-method-missing", 400, "BadRequest",
        "Insufficient information. Request Access-Control-Request-Method header needed.")

    /// Every row of this file.
    static let requestRows: [CatalogueRow] = [
        .invalidBucketName, .invalidObjectNameEmpty, .invalidObjectNameLength, .invalidObjectNameInvalid,
        .tooManyBuckets, .requestIsNotMultipart, .notImplementedHeader, .missingArgument,
        .invalidArgumentGeneric, .callbackSignatureVersion, .copySourceFormat, .kmsKeyIDWithoutKMS,
        .kmsKeyIDWhiteList, .sm4WhiteList, .bucketStorageClass, .versionIDInvalid, .versionIDEmpty,
        .authorizationInvalid, .authorizationBadItemCount, .authorizationMissingKeyOrSignature,
        .authorizationValueEmpty, .authorizationUnknownParameter, .postAccessKeyIDEmpty,
        .postSignatureEmpty, .authenticationRequiresValidDate, .postMissingField, .postUnrecognizedField,
        .postBodyTooLarge, .callbackNotBase64, .callbackNotJSON, .callbackURLInvalid, .callbackHostInvalid,
        .callbackBodyTypeConfig, .callbackBodyTypeUnsupported, .callbackTooManyURLs,
        .persistentHeaderNotUTF8, .persistentHeaderConflict, .persistentHeaderCRLF, .callbackBothPlaces,
        .callbackVarBothPlaces, .trafficLimitBothPlaces, .trafficLimitRange, .persistentHeaderFormat,
        .persistentHeaderNotBase64, .taggingHeaderFormat, .persistentHeaderReserved,
        .persistentHeaderNotToken, .hostIPInvalid, .callbackPrivateAddress, .callbackTooLong,
        .callbackBodyEmpty, .callbackBodyInvalid, .callbackVarTooLong, .callbackVarNotJSON,
        .dateBeforeEpoch, .dateInFuture, .dateBadFormat, .versioningElementMissing, .repeatedTags,
        .invalidHostPutBucket, .sseAlgorithmInvalid, .sseRequestInvalid, .sseDataEncryptionInvalid,
        .kmsKeyIDInvalid, .wormConfigurationInvalid, .inventoryExceedLimit, .dailyInventoryExceedLimit,
        .weeklyInventoryExceedLimit, .optionsOriginMissing, .optionsMethodMissing,
    ]
}

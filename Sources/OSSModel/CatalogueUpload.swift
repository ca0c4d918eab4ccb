/// Status 400, second half: what the service says of requests (error page "400", in its order).
extension CatalogueRow {
    package static let requestTimeout = CatalogueRow(
        "request-timeout", 400, "RequestTimeout",
        "Your socket connection to the server was not read from or written to within the timeout "
            + "period. Idle connections will be closed.")
    package static let taggingKeyInvalid = CatalogueRow(
        "tagging-key-invalid", 400, "InvalidTaggingKey",
        "The tagging key you provided is invalid.")
    package static let tooManyCname = CatalogueRow(
        "too-many-cname", 400, "TooManyCname",
        "You have attempted to create more cname than allowed.")
    package static let channelNameLength = CatalogueRow(
        "channel-name-length", 400, "InvalidChannelName",
        "The Length of channel name must be less than 64.")
    package static let channelNameEmpty = CatalogueRow(
        "channel-name-empty", 400, "InvalidChannelName",
        "ChannelName must not be empty.")
    package static let channelNameEncoding = CatalogueRow(
        "channel-name-encoding", 400, "InvalidChannelName",
        "The characters encoding must be utf-8.")
    package static let channelNameSlash = CatalogueRow(
        "channel-name-slash", 400, "InvalidChannelName",
        "ChannelName must not contain a slash.", ec: "0044-00000302")
    package static let invalidPartShort = CatalogueRow(
        "invalid-part-short", 400, "InvalidPart",
        "One or more of the specified parts could not be found or the specified entity.")
    package static let partOrder = CatalogueRow(
        "part-order", 400, "InvalidPartOrder",
        "The list of parts was not in ascending order.", ec: "0042-00000209")
    package static let partNumberRange = CatalogueRow(
        "part-number-range", 400, "InvalidPartOrder",
        "Part number must be an integer between 1 and 10000, inclusive.")
    package static let filePartNotExist = CatalogueRow(
        "file-part-not-exist", 400, "FilePartNotExist",
        "The Part you read had been deleted.")
    package static let invalidXMLFormat = CatalogueRow(
        "invalid-xml-format", 400, "InvalidXMLFormat",
        "The XML you provided was not well-formed.")
    package static let responseHeadersAnonymous = CatalogueRow(
        "response-headers-anonymous", 400, "InvalidRequest",
        "Request specific response headers cannot be used for anonymous GET requests.")
    package static let securityTokenInQuery = CatalogueRow(
        "security-token-in-query", 400, "InvalidRequest",
        "Security-token must be provided by query string parameter.")
    package static let playlistTooBig = CatalogueRow(
        "playlist-too-big", 400, "InvalidRequest",
        "Size of playlist is too big.")
    package static let playlistNoTs = CatalogueRow(
        "playlist-no-ts", 400, "InvalidRequest",
        "No ts found in the playlist.")
    package static let playlistNameSuffix = CatalogueRow(
        "playlist-name-suffix", 400, "InvalidRequest",
        "Playlist name must ends with \".m3u8\".", ec: "0044-00000018")
    package static let playlistMasterHasTs = CatalogueRow(
        "playlist-master-has-ts", 400, "InvalidRequest",
        "Master playlist has ts file.")
    package static let postPreDataTooLarge = CatalogueRow(
        "post-pre-data-too-large", 400, "MaxPOSTPreDataLengthExceededError",
        "Your POST request fields preceding the upload file were too large.", ec: "0006-00000112")
    package static let tooManyPipes = CatalogueRow(
        "too-many-pipes", 400, "TooManyPipes",
        "Maximal number of pipes supported is.")
    package static let fieldItemTooLong = CatalogueRow(
        "field-item-too-long", 400, "FieldItemTooLong",
        "Your name of form field is too long.", ec: "0006-00000110")
    package static let malformedPostRequest = CatalogueRow(
        "malformed-post-request", 400, "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.", ec: "0006-00000104")
    package static let policySimpleCondition = CatalogueRow(
        "policy-simple-condition", 400, "InvalidPolicyDocument",
        "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property "
            + "specified.")
    package static let policyJSONUnknownChar = CatalogueRow(
        "policy-json-unknown-char", 400, "InvalidPolicyDocument",
        "Invalid Policy: Invalid JSON: unknown char e.", ec: "0006-00000204")
    package static let policyJSONCommaExpected = CatalogueRow(
        "policy-json-comma-expected", 400, "InvalidPolicyDocument",
        "Invalid Policy: Invalid JSON: , or ] expected.", ec: "0006-00000204")
    package static let postFileCount = CatalogueRow(
        "post-file-count", 400, "IncorrectNumberOfFilesInPOSTRequest",
        "POST requires exactly one file upload per request.")
    package static let entityTooSmall = CatalogueRow(
        "entity-too-small", 400, "EntityTooSmall",
        "Your proposed upload smaller than the minimum allowed size.")
    package static let entityTooLargePost = CatalogueRow(
        "entity-too-large-post", 400, "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size.")
    package static let entityTooLargeCopy = CatalogueRow(
        "entity-too-large-copy", 400, "EntityTooLarge",
        "Source object Length exceeds the maximum allowed size.")
    package static let malformedXML = CatalogueRow(
        "malformed-xml", 400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema.")
    package static let noReplicationRule = CatalogueRow(
        "no-replication-rule", 400, "NoReplicationRule",
        "No replication rule specified.")
    package static let tooManyReplicationRules = CatalogueRow(
        "too-many-replication-rules", 400, "TooManyReplicationRules",
        "OSS only support one replication rule now.")
    package static let invalidBucketStatus = CatalogueRow(
        "invalid-bucket-status", 400, "InvalidBucketStatus",
        "The src and dest bucket must be versioning enabled when drs tagging rule exist.")
    package static let invalidTargetBucket = CatalogueRow(
        "invalid-target-bucket", 400, "InvalidTargetBucket",
        "The target bucket is invalid for bucket replication.")
    package static let invalidTargetLocation = CatalogueRow(
        "invalid-target-location", 400, "InvalidTargetLocation",
        "The target bucket you specified does not locate in the target location.")
    package static let badReplicationLocation = CatalogueRow(
        "bad-replication-location", 400, "BadReplicationLocation",
        "The replication location you choose is invalid.")
    package static let noReplicationLocation = CatalogueRow(
        "no-replication-location", 400, "NoReplicationLocation",
        "The bucket does not have corresponding replication location.")
    package static let bucketReplicationAlreadyExist = CatalogueRow(
        "bucket-replication-already-exist", 400, "BucketReplicationAlreadyExist",
        "Bucket replication already exists.")
    package static let tooManyIncomingReplication = CatalogueRow(
        "too-many-incoming-replication", 400, "TooManyIncomingReplication",
        "You have attempted to create more incoming replication for bucket than allowed.")
    package static let tooManyOutgoingReplication = CatalogueRow(
        "too-many-outgoing-replication", 400, "TooManyOutgoingReplication",
        "You have attempted to create more outgoing replication for bucket than allowed.")
    package static let corsRuleBeyondLimit = CatalogueRow(
        "cors-rule-beyond-limit", 400, "CORSRuleBeyondLimit",
        "The CORS Rules num is beyond limit.")
    package static let tooManyBucketTags = CatalogueRow(
        "too-many-bucket-tags", 400, "TooManyTags",
        "The bucket tags num is beyond limit.")
    package static let tooManyReplicationPrefixes = CatalogueRow(
        "too-many-replication-prefixes", 400, "TooManyPrefixes",
        "The bucket replication rule's prefixes number is beyond limit.")
    package static let tooManyReplicationTags = CatalogueRow(
        "too-many-replication-tags", 400, "TooManyFilterObjectTags",
        "The bucket replication rule's filter object tags number is beyond limit.")
    package static let contentMD5Invalid = CatalogueRow(
        "content-md5-invalid", 400, "InvalidDigest",
        "The Content-MD5 you specified was invalid.")
    package static let crc64Mismatch = CatalogueRow(
        "crc64-mismatch", 400, "InvalidCRC64",
        "The x-oss-hash-crc64ecma you specified does not match what we calculated.")
    package static let inlineDataTooLarge = CatalogueRow(
        "inline-data-too-large", 400, "InlineDataTooLarge",
        "Inline data exceeds the maximum allowed size.")
    package static let imageTooLarge = CatalogueRow(
        "image-too-large", 400, "ImageTooLarge",
        "Maximal size of image supported is.")
    package static let incompleteBody = CatalogueRow(
        "incomplete-body", 400, "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header.")
    package static let kmsServiceNotEnabled = CatalogueRow(
        "kms-service-not-enabled", 400, "KmsServiceNotEnabled",
        "This user does not turn on KMS service.")
    package static let operationNotSupported = CatalogueRow(
        "operation-not-supported", 400, "OperationNotSupported",
        "The operation is not supported for this resource.")
    package static let notSymlink = CatalogueRow(
        "not-symlink", 400, "NotSymlink",
        "The object is not symlink.")
    package static let bucketTagKeyInvalid = CatalogueRow(
        "bucket-tag-key-invalid", 400, "InvalidTag",
        "The TagKey you have provided is invalid.")
    package static let bucketTagValueInvalid = CatalogueRow(
        "bucket-tag-value-invalid", 400, "InvalidTag",
        "The TagValue you have provided is invalid.", ec: "0010-00000219")
    package static let cseSetOnce = CatalogueRow(
        "cse-set-once", 400, "InvalidEncryptionRequest",
        "The parameters of client encryption are allowed to be set once.")
    package static let cseMissingParameters = CatalogueRow(
        "cse-missing-parameters", 400, "InvalidEncryptionRequest",
        "Miss some necessary client encryption meta parameters.")
    package static let cseTooManyParts = CatalogueRow(
        "cse-too-many-parts", 400, "InvalidEncryptionRequest",
        "The parts count calculated by client encryption meta is too large.")
    package static let cseSizeInvalid = CatalogueRow(
        "cse-size-invalid", 400, "InvalidEncryptionRequest",
        "The client encryption meta data_size or part_size is invalid.")
    package static let csePartListUnexpected = CatalogueRow(
        "cse-part-list-unexpected", 400, "InvalidEncryptionRequest",
        "The client encryption part list is unexpected with init_multipart setted.")
    package static let csePartIDTooLarge = CatalogueRow(
        "cse-part-id-too-large", 400, "InvalidEncryptionRequest",
        "The partId must less or equal to expectedPartNumber.")
    package static let csePartSizeDiffers = CatalogueRow(
        "cse-part-size-differs", 400, "InvalidEncryptionRequest",
        "The partSize must same with init_multipart setted except last part.")
    package static let cseLastPartSizeDiffers = CatalogueRow(
        "cse-last-part-size-differs", 400, "InvalidEncryptionRequest",
        "The last partSize must same with init_multipart setted.")
    package static let cseMetaInconsistent = CatalogueRow(
        "cse-meta-inconsistent", 400, "InvalidEncryptionRequest",
        "The client encryption meta is inconsistent with init_multipart setted.", ec: "0005-00000418")
    package static let csePartCopy = CatalogueRow(
        "cse-part-copy", 400, "InvalidEncryptionRequest",
        "Client encryption doesn't support upload part copy.")
    package static let userKeyMustBeSpecified = CatalogueRow(
        "user-key-must-be-specified", 400, "UserKeyMustBeSpecified",
        "User key must be specified.")
    package static let invalidTargetBucketForLogging = CatalogueRow(
        "invalid-target-bucket-for-logging", 400, "InvalidTargetBucketForLogging",
        "Put bucket log requester is not target bucket owner.")
    package static let invalidPart = CatalogueRow(
        "invalid-part", 400, "InvalidPart",
        "One or more of the specified parts could not be found or the specified entity tag might not "
            + "have matched the part's entity tag.")
    package static let partOrder2 = CatalogueRow(
        "part-order-2", 400, "InvalidPartOrder",
        "The list of parts was not in ascending order.", ec: "0042-00000209")
    package static let partNumberRange2 = CatalogueRow(
        "part-number-range-2", 400, "InvalidPartOrder",
        "Part number must be an integer between 1 and 10000, inclusive.")
    package static let sseAlgorithmInvalid2 = CatalogueRow(
        "sse-algorithm-invalid-2", 400, "InvalidEncryptionAlgorithmError",
        "The encryption algorithm specified is not valid.", ec: "0005-00000003")
    package static let invalidTargetType = CatalogueRow(
        "invalid-target-type", 400, "InvalidTargetType",
        "The symbolic's target file type is invalid.")

    /// Every row of this file.
    static let uploadRows: [CatalogueRow] = [
        .requestTimeout, .taggingKeyInvalid, .tooManyCname, .channelNameLength, .channelNameEmpty,
        .channelNameEncoding, .channelNameSlash, .invalidPartShort, .partOrder, .partNumberRange,
        .filePartNotExist, .invalidXMLFormat, .responseHeadersAnonymous, .securityTokenInQuery,
        .playlistTooBig, .playlistNoTs, .playlistNameSuffix, .playlistMasterHasTs, .postPreDataTooLarge,
        .tooManyPipes, .fieldItemTooLong, .malformedPostRequest, .policySimpleCondition,
        .policyJSONUnknownChar, .policyJSONCommaExpected, .postFileCount, .entityTooSmall,
        .entityTooLargePost, .entityTooLargeCopy, .malformedXML, .noReplicationRule,
        .tooManyReplicationRules, .invalidBucketStatus, .invalidTargetBucket, .invalidTargetLocation,
        .badReplicationLocation, .noReplicationLocation, .bucketReplicationAlreadyExist,
        .tooManyIncomingReplication, .tooManyOutgoingReplication, .corsRuleBeyondLimit, .tooManyBucketTags,
        .tooManyReplicationPrefixes, .tooManyReplicationTags, .contentMD5Invalid, .crc64Mismatch,
        .inlineDataTooLarge, .imageTooLarge, .incompleteBody, .kmsServiceNotEnabled, .operationNotSupported,
        .notSymlink, .bucketTagKeyInvalid, .bucketTagValueInvalid, .cseSetOnce, .cseMissingParameters,
        .cseTooManyParts, .cseSizeInvalid, .csePartListUnexpected, .csePartIDTooLarge, .csePartSizeDiffers,
        .cseLastPartSizeDiffers, .cseMetaInconsistent, .csePartCopy, .userKeyMustBeSpecified,
        .invalidTargetBucketForLogging, .invalidPart, .partOrder2, .partNumberRange2, .sseAlgorithmInvalid2,
        .invalidTargetType,
    ]
}

/// Statuses from 404 on.
extension CatalogueRow {
    package static let keyNotFound = CatalogueRow(
        "e404-keynotfound", 404, "KeyNotFound",
        "The specified parameter KMS keyId is not found.")
    package static let aliasNotFound = CatalogueRow(
        "e404-aliasnotfound", 404, "AliasNotFound",
        "The specified Alias is not found.")
    package static let noSuchServerSideEncryptionRule = CatalogueRow(
        "e404-nosuchserversideencryptionrule", 404, "NoSuchServerSideEncryptionRule",
        "The server side encryption configuration was not found.")
    package static let noSuchWebsiteConfiguration = CatalogueRow(
        "e404-nosuchwebsiteconfiguration", 404, "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration.")
    package static let noSuchBucketObjectTagging = CatalogueRow(
        "e404-nosuchbucketobjecttagging", 404, "NoSuchBucketObjectTagging",
        "The specified bucket does not have a object tagging.")
    package static let noSuchCORSConfiguration = CatalogueRow(
        "e404-nosuchcorsconfiguration", 404, "NoSuchCORSConfiguration",
        "The CORS Configuration does not exist.")
    package static let noSuchWORMConfiguration = CatalogueRow(
        "e404-nosuchwormconfiguration", 404, "NoSuchWORMConfiguration",
        "The WORM Configuration does not exist.")
    package static let symlinkTargetNotExist = CatalogueRow(
        "e404-symlinktargetnotexist", 404, "SymlinkTargetNotExist",
        "The symlink target object does not exist.")
    package static let noSuchUser = CatalogueRow("e404-nosuchuser", 404, "NoSuchUser", "User not found.")
    package static let noSuchRegion = CatalogueRow("e404-nosuchregion", 404, "NoSuchRegion", "NoSuchRegion")
    package static let noSuchLifecycle = CatalogueRow(
        "e404-nosuchlifecycle", 404, "NoSuchLifecycle",
        "No Row found in Lifecycle Table.")
    package static let noSuchInventory = CatalogueRow(
        "e404-nosuchinventory", 404, "NoSuchInventory",
        "No Row found in Inventory Table.")
    package static let noSuchBucket = CatalogueRow(
        "e404-nosuchbucket", 404, "NoSuchBucket",
        "The specified bucket does not exist.")
    package static let noSuchKey = CatalogueRow(
        "e404-nosuchkey", 404, "NoSuchKey",
        "The specified key does not exist.", ec: "0026-00000001")
    package static let noSuchUpload = CatalogueRow(
        "e404-nosuchupload", 404, "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
            + "been aborted or completed.", ec: "0017-00000244")
    package static let noSuchVersion = CatalogueRow(
        "e404-nosuchversion", 404, "NoSuchVersion",
        "The specified version does not exist.")
    package static let noSuchLiveChannel = CatalogueRow(
        "e404-nosuchlivechannel", 404, "NoSuchLiveChannel",
        "The specified live channel does not exist.", ec: "0026-00000021")
    package static let noSuchBucketPolicy = CatalogueRow(
        "e404-nosuchbucketpolicy", 404, "NoSuchBucketPolicy",
        "The specified bucket policy does not exist.")
    package static let noSuchReplicationConfiguration = CatalogueRow(
        "e404-nosuchreplicationconfiguration", 404, "NoSuchReplicationConfiguration",
        "The bucket you specified does not have replication configuration.")
    package static let noSuchReplicationRule = CatalogueRow(
        "e404-nosuchreplicationrule", 404, "NoSuchReplicationRule",
        "The BucketReplicationRule you specified does not exist.")
    package static let noSuchTransferAccelerationConfiguration = CatalogueRow(
        "e404-nosuchtransferaccelerationconfiguration", 404, "NoSuchTransferAccelerationConfiguration",
        "The bucket you specified does not have transfer acceleration configuration.")
    package static let noSuchChannel = CatalogueRow(
        "e404-nosuchchannel", 404, "NoSuchChannel",
        "No Such Image Channel.")
    package static let noSuchStyle = CatalogueRow(
        "e404-nosuchstyle", 404, "NoSuchStyle",
        "No Such Image Style.")
    package static let noSuchCacheControlConfiguration = CatalogueRow(
        "e404-nosuchcachecontrolconfiguration", 404, "NoSuchCacheControlConfiguration",
        "The bucket you specified does not have cache control configuration.")
    package static let noSuchWORMID = CatalogueRow(
        "e404-nosuchwormid", 404, "NoSuchWORMConfiguration",
        "The specified WORM ID does not exist.")
    package static let methodNotAllowed = CatalogueRow(
        "method-not-allowed", 405, "MethodNotAllowed",
        "The specified method is not allowed against this resource.")
    package static let bucketAlreadyExists1 = CatalogueRow(
        "e409-bucketalreadyexists-1", 409, "BucketAlreadyExists",
        "The requested bucket name is not available.")
    package static let bucketAlreadyExists2 = CatalogueRow(
        "e409-bucketalreadyexists-2", 409, "BucketAlreadyExists",
        "Bucket already exists can't modify location.")
    package static let bucketAlreadyExists3 = CatalogueRow(
        "e409-bucketalreadyexists-3", 409, "BucketAlreadyExists",
        "Cannot modify existing bucket's storage class.")
    package static let bucketAlreadyExists4 = CatalogueRow(
        "e409-bucketalreadyexists-4", 409, "BucketAlreadyExists",
        "Bucket already exists can't modify storage type.")
    package static let bucketAlreadyExists5 = CatalogueRow(
        "e409-bucketalreadyexists-5", 409, "BucketAlreadyExists",
        "Bucket already exists can't modify data redundancy type.")
    package static let bucketNotEmpty = CatalogueRow(
        "e409-bucketnotempty", 409, "BucketNotEmpty",
        "The bucket you tried to delete is not empty.")
    package static let fileAlreadyExists = CatalogueRow(
        "e409-filealreadyexists", 409, "FileAlreadyExists",
        "The object you specified already exists and can not be overwritten.")
    package static let liveChannelDisabled = CatalogueRow(
        "e409-livechanneldisabled", 409, "LiveChannelDisabled",
        "Live channel is disabled by owner.")
    package static let channelStillLive = CatalogueRow(
        "e409-channelstilllive", 409, "ChannelStillLive",
        "Live channel couldn't be updated or deleted when channel is live.")
    package static let fileImmutable = CatalogueRow(
        "e409-fileimmutable", 409, "FileImmutable",
        "The object you specified is immutable.")
    package static let restoreAlreadyInProgress = CatalogueRow(
        "e409-restorealreadyinprogress", 409, "RestoreAlreadyInProgress",
        "The restore operation is in progress.")
    package static let keyDisabled = CatalogueRow(
        "e409-keydisabled", 409, "KeyDisabled",
        "The request was rejected because the key state is Disabled.")
    package static let keyPendingDeletion = CatalogueRow(
        "e409-keypendingdeletion", 409, "KeyPendingDeletion",
        "The request was rejected because the key state is PendingDeletion.")
    package static let keyPendingImport = CatalogueRow(
        "e409-keypendingimport", 409, "KeyPendingImport",
        "The request was rejected because the key state is PendingImport.")
    package static let wormConfigurationAlreadyExists = CatalogueRow(
        "e409-wormconfigurationalreadyexists", 409, "WORMConfigurationAlreadyExists",
        "The WORM Configuration already exists.")
    package static let inventoryConfigurationAlreadyExists = CatalogueRow(
        "e409-inventoryconfigurationalreadyexists", 409, "InventoryConfigurationAlreadyExists",
        "The Inventory Configuration already exists.")
    package static let transferAccAlreadyInUse = CatalogueRow(
        "e409-transferaccalreadyinuse", 409, "TransferAccAlreadyInUse",
        "The transfer acceleration is aleady used by cross-region replication.")
    package static let positionNotEqualToLength = CatalogueRow(
        "position-not-equal-to-length", 409, "PositionNotEqualToLength",
        "Position is not equal to file length.")
    package static let objectNotAppendable = CatalogueRow(
        "object-not-appendable", 409, "ObjectNotAppendable",
        "The object is not appendable.")
    package static let archiveRestoreNotFinished = CatalogueRow(
        "e409-archiverestorenotfinished", 409, "ArchiveRestoreNotFinished",
        "")
    package static let archiveRestoreFileStale = CatalogueRow(
        "e409-archiverestorefilestale", 409, "ArchiveRestoreFileStale",
        "")
    package static let missingContentLength = CatalogueRow(
        "missing-content-length", 411, "MissingContentLength",
        "You must provide the Content-Length HTTP header.")
    package static let preconditionFailed = CatalogueRow(
        "precondition-failed", 412, "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.")
    package static let invalidRange = CatalogueRow(
        "invalid-range", 416, "InvalidRange",
        "The requested range cannot be satisfied.")
    package static let mirrorFailed1 = CatalogueRow(
        "mirror-failed-1", 424, "MirrorFailed",
        "Mirroring failed, please check your mirror configuration.")
    package static let mirrorFailed2 = CatalogueRow(
        "mirror-failed-2", 424, "MirrorFailed",
        "Read body from mirror host failed, please check your mirror host.")
    package static let mirrorFailed3 = CatalogueRow(
        "mirror-failed-3", 424, "MirrorFailed",
        "Bytes read is not equal to expected.")
    package static let mirrorFailed4 = CatalogueRow(
        "mirror-failed-4", 424, "MirrorFailed",
        "MD5 in header() is not equal to MD5 calculated.")
    package static let mirrorFailed5 = CatalogueRow(
        "mirror-failed-5", 424, "MirrorFailed",
        "The object you specified already exists and can not be overwritten.")
    package static let mirrorFailed6 = CatalogueRow(
        "mirror-failed-6", 424, "MirrorFailed",
        "The object you specified is immutable.")
    package static let mirrorFailed7 = CatalogueRow(
        "mirror-failed-7", 424, "MirrorFailed",
        "Meta is too large.")
    package static let mirrorFailed8 = CatalogueRow(
        "mirror-failed-8", 424, "MirrorFailed",
        "Mirror request is rejected by QoS.")
    package static let internalError = CatalogueRow(
        "internal-error", 500, "InternalError",
        "Please contact the server administrator, oss@service.aliyun.com.")
    package static let downloadTrafficRateLimitExceeded = CatalogueRow(
        "e503-downloadtrafficratelimitexceeded", 503, "DownloadTrafficRateLimitExceeded",
        "Please reduce your upload request traffic.")
    package static let uploadTrafficRateLimitExceeded = CatalogueRow(
        "e503-uploadtrafficratelimitexceeded", 503, "UploadTrafficRateLimitExceeded",
        "Please reduce your upload request traffic.")
    package static let metaOperationQpsLimitExceeded = CatalogueRow(
        "e503-metaoperationqpslimitexceeded", 503, "MetaOperationQpsLimitExceeded",
        "Qps limit for the meta operation is exceeded.")
    package static let serviceUnavailable = CatalogueRow(
        "e503-serviceunavailable", 503, "ServiceUnavailable",
        "Thread pool is almost full, please retry later.")
    package static let totalQpsLimitExceeded = CatalogueRow(
        "e503-totalqpslimitexceeded", 503, "TotalQpsLimitExceeded",
        "Max total qps limit is exceeded.")
    package static let activeRequestLimitExceeded = CatalogueRow(
        "e503-activerequestlimitexceeded", 503, "ActiveRequestLimitExceeded",
        "Max active request limit is exceeded.")
    package static let cpuLimitExceeded = CatalogueRow(
        "e503-cpulimitexceeded", 503, "CpuLimitExceeded",
        "Please reduce your request rate.")

    /// Every row of this file.
    static let stateRows: [CatalogueRow] = [
        .keyNotFound, .aliasNotFound, .noSuchServerSideEncryptionRule, .noSuchWebsiteConfiguration,
        .noSuchBucketObjectTagging, .noSuchCORSConfiguration, .noSuchWORMConfiguration,
        .symlinkTargetNotExist, .noSuchUser, .noSuchRegion, .noSuchLifecycle, .noSuchInventory,
        .noSuchBucket, .noSuchKey, .noSuchUpload, .noSuchVersion, .noSuchLiveChannel, .noSuchBucketPolicy,
        .noSuchReplicationConfiguration, .noSuchReplicationRule, .noSuchTransferAccelerationConfiguration,
        .noSuchChannel, .noSuchStyle, .noSuchCacheControlConfiguration, .noSuchWORMID, .methodNotAllowed,
        .bucketAlreadyExists1, .bucketAlreadyExists2, .bucketAlreadyExists3, .bucketAlreadyExists4,
        .bucketAlreadyExists5, .bucketNotEmpty, .fileAlreadyExists, .liveChannelDisabled, .channelStillLive,
        .fileImmutable, .restoreAlreadyInProgress, .keyDisabled, .keyPendingDeletion, .keyPendingImport,
        .wormConfigurationAlreadyExists, .inventoryConfigurationAlreadyExists, .transferAccAlreadyInUse,
        .positionNotEqualToLength, .objectNotAppendable, .archiveRestoreNotFinished,
        .archiveRestoreFileStale, .missingContentLength, .preconditionFailed, .invalidRange, .mirrorFailed1,
        .mirrorFailed2, .mirrorFailed3, .mirrorFailed4, .mirrorFailed5, .mirrorFailed6, .mirrorFailed7,
        .mirrorFailed8, .internalError, .downloadTrafficRateLimitExceeded, .uploadTrafficRateLimitExceeded,
        .metaOperationQpsLimitExceeded, .serviceUnavailable, .totalQpsLimitExceeded,
        .activeRequestLimitExceeded, .cpuLimitExceeded,
    ]
}

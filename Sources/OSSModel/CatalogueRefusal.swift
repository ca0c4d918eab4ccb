/// Statuses 203, 304 and 403.
extension CatalogueRow {
    package static let callbackFailedImageInfo = CatalogueRow(
        "cb203-image-info", 203, "CallbackFailed",
        "Get image info failed.")
    package static let callbackFailedTooMany = CatalogueRow(
        "cb203-too-many", 203, "CallbackFailed",
        "Too many callback requests.")
    package static let callbackFailedSlow = CatalogueRow(
        "cb203-slow", 203, "CallbackFailed",
        "Cost too long time.")
    package static let callbackFailedNotJSON = CatalogueRow(
        "cb203-not-json", 203, "CallbackFailed",
        "Response body is not valid json format.")
    package static let callbackFailedLengthTooLong = CatalogueRow(
        "cb203-length-too-long", 203, "CallbackFailed",
        "Error Status : 400.User server return too long content-length value.")
    package static let callbackFailedConnect = CatalogueRow(
        "cb203-connect", 203, "CallbackFailed",
        "Error Status : -1.OSS can not connect to your callbackUrl, please check it.")
    package static let callbackFailedMissingLength = CatalogueRow(
        "cb203-missing-length", 203, "CallbackFailed",
        "Error Status : 400.User server missing content-length.")
    package static let callbackFailedInvalidLength = CatalogueRow(
        "cb203-invalid-length", 203, "CallbackFailed",
        "Error Status : 400.User server return invalid conent-length value.")
    package static let notModified = CatalogueRow("not-modified", 304, "NotModified", "")
    package static let endpointAccessDenied = CatalogueRow(
        "endpoint-access-denied", 403, "AccessDenied",
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
            + "Please send all future requests to this endpoint.")
    package static let accessDenied1 = CatalogueRow(
        "access-denied-1", 403, "AccessDenied",
        "This request is forbidden by kms.")
    package static let accessDenied2 = CatalogueRow("access-denied-2", 403, "AccessDenied", "AccessDenied.")
    package static let accessDenied3 = CatalogueRow(
        "access-denied-3", 403, "AccessDenied",
        "You have no right to access this object.")
    package static let accessDenied4 = CatalogueRow(
        "access-denied-4", 403, "AccessDenied",
        "Anonymous user has no right to access this bucket.")
    package static let accessDenied5 = CatalogueRow(
        "access-denied-5", 403, "AccessDenied",
        "Anonymous user has no right to access this object.")
    package static let accessDenied6 = CatalogueRow(
        "access-denied-6", 403, "AccessDenied",
        "You are denied by bucket referer policy.")
    package static let policyExpired = CatalogueRow(
        "policy-expired", 403, "AccessDenied",
        "Invalid according to Policy: Policy expired.")
    package static let policyConditionFailed = CatalogueRow(
        "policy-condition-failed", 403, "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$success_action_status\", \"200\"]")
    package static let copyCrossRegion = CatalogueRow(
        "copy-cross-region", 403, "AccessDenied",
        "Target object does not reside in the same data center as source object.")
    package static let queryAuthIncomplete = CatalogueRow(
        "query-auth-incomplete", 403, "AccessDenied",
        "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.")
    package static let queryExpiresInvalid = CatalogueRow(
        "query-expires-invalid", 403, "AccessDenied",
        "Invalid date (should be seconds since epoch).")
    package static let queryExpired = CatalogueRow(
        "query-expired", 403, "AccessDenied",
        "Request has expired.")
    package static let accessDenied7 = CatalogueRow(
        "access-denied-7", 403, "AccessDenied",
        "You do not have read permission on this object.")
    package static let accessDenied8 = CatalogueRow(
        "access-denied-8", 403, "AccessDenied",
        "You do not have write permission on this object.")
    package static let accessDenied9 = CatalogueRow(
        "access-denied-9", 403, "AccessDenied",
        "You do not have read acl permission on this object.")
    package static let accessDenied10 = CatalogueRow(
        "access-denied-10", 403, "AccessDenied",
        "You do not have write acl permission on this object.")
    package static let accessDenied11 = CatalogueRow(
        "access-denied-11", 403, "AccessDenied",
        "You have no right to access this object because of bucket acl.")
    package static let accessDenied12 = CatalogueRow(
        "access-denied-12", 403, "AccessDenied",
        "Anonymous access is forbidden for this operation.")
    package static let accessDenied13 = CatalogueRow(
        "access-denied-13", 403, "AccessDenied",
        "Access denied by bucket policy.")
    package static let accessDenied14 = CatalogueRow(
        "access-denied-14", 403, "AccessDenied",
        "Access denied by authorizer's policy.")
    package static let corsNotAllowed = CatalogueRow(
        "cors-not-allowed", 403, "AccessForbidden",
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of "
            + "Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are "
            + "not whitelisted by the resource's CORS spec.")
    package static let permanentRedirect = CatalogueRow(
        "permanent-redirect", 403, "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
            + "Please send all future requests to this endpoint.")
    package static let secondLevelDomain = CatalogueRow(
        "second-level-domain", 403, "SecondLevelDomainForbidden",
        "The bucket you are attempting to access must be addressed using OSS third level domain.")
    package static let virtualHostedRequired = CatalogueRow(
        "virtual-hosted-required", 403, "SecondLevelDomainForbidden",
        "Please use virtual hosted style to access.")
    package static let nonStandardHost = CatalogueRow(
        "non-standard-host", 403, "NonStandardHostForbidden",
        "Your host is invalid. Please use Open Storage Service standard host.")
    package static let kmsUbsmsInvalidBid = CatalogueRow(
        "e403-kmsubsmsinvalidbid", 403, "KmsUbsmsInvalidBid",
        "Your account partner does not have KMS Service.")
    package static let kmsInDebt = CatalogueRow(
        "e403-kmsindebt", 403, "KmsInDebt",
        "Current user is indebted.")
    package static let kmsInDebtOverdue = CatalogueRow(
        "e403-kmsindebtoverdue", 403, "KmsInDebtOverdue",
        "Current user is indebted Overdue.")
    package static let wormConfigurationLocked = CatalogueRow(
        "e403-wormconfigurationlocked", 403, "WORMConfigurationLocked",
        "The WORM Configuration is locked.")
    package static let bucketNotBelongTo = CatalogueRow(
        "e403-bucketnotbelongto", 403, "BucketNotBelongTo",
        "The bucket you access does not belong to you.")
    package static let accessKeyDisabled = CatalogueRow(
        "access-key-disabled", 403, "InvalidAccessKeyId",
        "The OSS Access Key Id you provided is disabled.")
    package static let accessKeyUnknown = CatalogueRow(
        "access-key-unknown", 403, "InvalidAccessKeyId",
        "The OSS Access Key Id you provided does not exist in our records.", ec: "0002-00000902")
    package static let accessKeyCharacters = CatalogueRow(
        "access-key-characters", 403, "InvalidAccessKeyId",
        "The OSS Access Key Id contains non-acceptable characters, which accepts only alphanumeric "
            + "characters[0-9a-zA-Z] and several special characters[._=]")
    package static let signatureDoesNotMatch = CatalogueRow(
        "signature-does-not-match", 403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your "
            + "key and signing method.")
    package static let transferAccelerationDisabled = CatalogueRow(
        "transfer-acceleration-disabled", 403, "TransferAccelerationDisabled",
        "Transfer acceleration is disabled.")
    package static let invalidSecurityToken = CatalogueRow(
        "e403-invalidsecuritytoken", 403, "InvalidSecurityToken",
        "The security token you provided is invalid.")
    package static let accessKeyIDAndSecurityTokenNotMatch = CatalogueRow(
        "e403-accesskeyidandsecuritytokennotmatch", 403, "AccessKeyIdAndSecurityTokenNotMatch",
        "The OSS access key id and security token you provided does not match.")
    package static let securityTokenExpired = CatalogueRow(
        "e403-securitytokenexpired", 403, "SecurityTokenExpired",
        "The security token you provided has expired.")
    package static let abnormalBucketOwnerStatus = CatalogueRow(
        "e403-abnormalbucketownerstatus", 403, "AbnormalBucketOwnerStatus",
        "The status of the bucket owner is abnormal.")
    package static let securityTokenNotSupported = CatalogueRow(
        "security-token-not-supported", 403, "SecurityTokenNotSupported",
        "This interface does not support security token.")
    package static let securityTokenRegion = CatalogueRow(
        "security-token-region", 403, "SecurityTokenNotSupported",
        "Security token is not supported in this region.")
    package static let requestTimeTooSkewed = CatalogueRow(
        "request-time-too-skewed", 403, "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.", ec: "0002-00000504")
    package static let imageDamage = CatalogueRow(
        "e403-imagedamage", 403, "ImageDamage",
        "The image file may be damaged.")
    package static let userDisable = CatalogueRow("e403-userdisable", 403, "UserDisable", "UserDisable")
    package static let bucketDisable = CatalogueRow(
        "e403-bucketdisable", 403, "BucketDisable",
        "BucketDisable.")
    package static let cnameDenied = CatalogueRow(
        "e403-cnamedenied", 403, "CnameDenied",
        "The cname belongs to another user.")
    package static let invalidObjectState = CatalogueRow(
        "e403-invalidobjectstate", 403, "InvalidObjectState",
        "The operation is not valid for the object's state.")
    package static let needVerifyDomainOwnership = CatalogueRow(
        "e403-needverifydomainownership", 403, "NeedVerifyDomainOwnership",
        "")

    /// Every row of this file.
    static let refusalRows: [CatalogueRow] = [
        .callbackFailedImageInfo, .callbackFailedTooMany, .callbackFailedSlow, .callbackFailedNotJSON,
        .callbackFailedLengthTooLong, .callbackFailedConnect, .callbackFailedMissingLength,
        .callbackFailedInvalidLength, .notModified, .endpointAccessDenied, .accessDenied1, .accessDenied2,
        .accessDenied3, .accessDenied4, .accessDenied5, .accessDenied6, .policyExpired,
        .policyConditionFailed, .copyCrossRegion, .queryAuthIncomplete, .queryExpiresInvalid, .queryExpired,
        .accessDenied7, .accessDenied8, .accessDenied9, .accessDenied10, .accessDenied11, .accessDenied12,
        .accessDenied13, .accessDenied14, .corsNotAllowed, .permanentRedirect, .secondLevelDomain,
        .virtualHostedRequired, .nonStandardHost, .kmsUbsmsInvalidBid, .kmsInDebt, .kmsInDebtOverdue,
        .wormConfigurationLocked, .bucketNotBelongTo, .accessKeyDisabled, .accessKeyUnknown,
        .accessKeyCharacters, .signatureDoesNotMatch, .transferAccelerationDisabled, .invalidSecurityToken,
        .accessKeyIDAndSecurityTokenNotMatch, .securityTokenExpired, .abnormalBucketOwnerStatus,
        .securityTokenNotSupported, .securityTokenRegion, .requestTimeTooSkewed, .imageDamage, .userDisable,
        .bucketDisable, .cnameDenied, .invalidObjectState, .needVerifyDomainOwnership,
    ]
}

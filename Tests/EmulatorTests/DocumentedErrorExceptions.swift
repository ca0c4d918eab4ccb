extension DocumentedErrorTriggers {
    /// Operation and row: pairs whose trigger meets another check of the emulator first, so that the row is seen as a
    /// fault alone.
    static let foundOtherwise = [
        // Documents are read before the bucket is looked for, and the trigger has none.
        "createAccessPoint e404-nosuchbucket",
        "createCnameToken e404-nosuchbucket",
        "deleteBucketReplication e404-nosuchbucket",
        "deleteCname e404-nosuchbucket",
        "extendBucketWorm e404-nosuchbucket",
        "initiateBucketWorm e404-nosuchbucket",
        "putAccessPointPolicy e404-nosuchbucket",
        "putBucketACL e404-nosuchbucket",
        "putBucketInventory e404-nosuchbucket",
        "putBucketPolicy e404-nosuchbucket",
        "putBucketReplication e404-nosuchbucket",
        "putBucketRtc e404-nosuchbucket",
        "putCname e404-nosuchbucket",
        "putLiveChannel e404-nosuchbucket",
        "putObjectLegalHold e404-nosuchbucket",
        "putObjectRetention e404-nosuchbucket",
        "putObjectTagging e404-nosuchbucket",
        "putStyle e404-nosuchbucket",
        // What the emulator does not have is 501 whatever the method.
        "asyncProcessObject method-not-allowed",
        "createSelectObjectMeta method-not-allowed",
        "doDataPipelineAction method-not-allowed",
        "doMetaQueryAction method-not-allowed",
        "getAsyncFetchTask method-not-allowed",
        "processObject method-not-allowed",
        "putAsyncFetchTask method-not-allowed",
        "selectObject method-not-allowed",
        "writeGetObjectResponse method-not-allowed",
        // The trigger meets another check first.
        "completeMultipartUpload part-order",
        "completeMultipartUpload part-order-2",
        "deleteMultipleObjects x-encoding-type",
        "listLiveChannel method-not-allowed",
        "postObject invalid-object-name-empty",
        "postObject policy-expired",
        "postVodPlaylist channel-name-length",
        "postVodPlaylist method-not-allowed",
        "putBucketEncryption sse-data-encryption-invalid",
        "putLiveChannel invalid-xml-format",
        "putObjectTagging invalid-xml-format",
    ]
}

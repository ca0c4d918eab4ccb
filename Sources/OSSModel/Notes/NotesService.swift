/// What only the service knows: things that are missing, taken, busy, or out of order.
extension CatalogueNote {
    static let service: [CatalogueNote] = [
        CatalogueNote(
            .noSuchBucket, .service, [],
            when: "The bucket does not exist; `BucketName` names it.",
            mend: "Check name and region, or create it. In the emulator list it in `emulator.buckets`."),
        CatalogueNote(
            .noSuchKey, .service, [],
            when: "The object does not exist, or its current version is a delete marker.",
            mend: "Check the key byte by byte: case, encoding, a leading slash."),
        CatalogueNote(
            .noSuchVersion, .service, [],
            when: "The version does not exist.",
            mend: "Read the versions with ListObjectVersions."),
        CatalogueNote(
            .symlinkTargetNotExist, .service, [],
            when: "A symbolic link leads to an object that does not exist.",
            mend: "Upload the target, or change the link."),
        CatalogueNote(
            .noSuchServerSideEncryptionRule, .service, [],
            when: "The bucket has no default encryption.",
            mend: "Nothing to do if none is wanted; else PutBucketEncryption."),
        CatalogueNote(
            .noSuchWebsiteConfiguration, .service, [],
            when: "The bucket is no website.",
            mend: "Nothing to do if none is wanted; else PutBucketWebsite."),
        CatalogueNote(
            .noSuchBucketObjectTagging, .service, [],
            when: "There are no tags.",
            mend: "Nothing to do if none are wanted."),
        CatalogueNote(
            .noSuchCORSConfiguration, .service, [],
            when: "The bucket has no CORS rules.",
            mend: "PutBucketCors, if browsers shall use it."),
        CatalogueNote(
            .noSuchWORMConfiguration, .service, [],
            when: "The bucket has no retention policy.",
            mend: "Nothing to do if none is wanted; else InitiateBucketWorm."),
        CatalogueNote(
            .noSuchWORMID, .service, [],
            when: "The retention policy's id is unknown.",
            mend: "Read it with GetBucketWorm."),
        CatalogueNote(
            .noSuchLifecycle, .service, [],
            when: "The bucket has no lifecycle rules.",
            mend: "Nothing to do if none are wanted."),
        CatalogueNote(
            .noSuchInventory, .service, [],
            when: "The inventory rule does not exist.",
            mend: "Read the ids with ListBucketInventory."),
        CatalogueNote(
            .noSuchLiveChannel, .service, [],
            when: "The live channel does not exist.",
            mend: "Create it with PutLiveChannel."),
        CatalogueNote(
            .noSuchBucketPolicy, .service, [],
            when: "The bucket has no policy.",
            mend: "Nothing to do if none is wanted."),
        CatalogueNote(
            .noSuchTransferAccelerationConfiguration, .service, [],
            when: "Acceleration was never set up for the bucket.",
            mend: "PutBucketTransferAcceleration first."),
        CatalogueNote(
            .noSuchChannel, .service, [],
            when: "The channel of the old image service does not exist.",
            mend: "Use `x-oss-process` instead."),
        CatalogueNote(
            .noSuchStyle, .service, [],
            when: "The image style does not exist.",
            mend: "Check its name, or create it."),
        CatalogueNote(
            .noSuchCacheControlConfiguration, .service, [],
            when: "The bucket has no cache control.",
            mend: "Nothing to do if none is wanted."),
        CatalogueNote(
            .bucketAlreadyExists1, .service, [],
            when: "The bucket's name is taken.",
            mend: "Choose another name: names are shared by all accounts."),
        CatalogueNote(
            .bucketAlreadyExists2, .service, [],
            when: "The bucket exists in another region.",
            mend: "Use it there, or choose another name."),
        CatalogueNote(
            .bucketAlreadyExists3, .service, [],
            when: "The bucket exists with another storage class.",
            mend: "Use it as it is, or choose another name."),
        CatalogueNote(
            .bucketAlreadyExists4, .service, [],
            when: "The bucket exists with another type of storage.",
            mend: "Use it as it is, or choose another name."),
        CatalogueNote(
            .bucketAlreadyExists5, .service, [],
            when: "The bucket exists with another kind of redundancy.",
            mend: "Use it as it is, or choose another name."),
        CatalogueNote(
            .bucketNotEmpty, .service, [],
            when: "The bucket still has objects, versions, unfinished uploads or channels.",
            mend: "Delete these first; unfinished uploads are listed by ListMultipartUploads."),
        CatalogueNote(
            .liveChannelDisabled, .service, [],
            when: "The live channel is disabled.",
            mend: "Enable it with PutLiveChannelStatus."),
        CatalogueNote(
            .channelStillLive, .service, [],
            when: "The live channel is receiving a stream.",
            mend: "Stop the stream first."),
        CatalogueNote(
            .restoreAlreadyInProgress, .service, [],
            when: "The object is being restored.",
            mend: "Wait; HeadObject tells in `x-oss-restore`."),
        CatalogueNote(
            .archiveRestoreNotFinished, .service, [],
            when: "A restored copy is cleaned while it is still made.",
            mend: "Wait until the restoration is done."),
        CatalogueNote(
            .archiveRestoreFileStale, .service, [],
            when: "The object has no restored copy.",
            mend: "Nothing to clean."),
        CatalogueNote(
            .mirrorFailed1, .service, [],
            when: "The origin that the bucket mirrors did not answer well.",
            mend: "Check the mirror's address and rules."),
        CatalogueNote(
            .mirrorFailed2, .service, [],
            when: "The body could not be read from the mirrored origin.",
            mend: "Check the mirrored origin and its network."),
        CatalogueNote(
            .mirrorFailed3, .service, [],
            when: "The mirrored origin sent another length than it said.",
            mend: "Check the mirrored origin, often compression."),
        CatalogueNote(
            .mirrorFailed4, .service, [],
            when: "The mirrored origin's MD5 is not that of what it sent.",
            mend: "Correct the mirrored origin."),
        CatalogueNote(
            .mirrorFailed5, .service, [],
            when: "The mirrored object exists and may not be overwritten.",
            mend: "Nothing to do, or allow overwriting in the rule."),
        CatalogueNote(
            .mirrorFailed6, .service, [],
            when: "A retention policy protects the mirrored object.",
            mend: "Wait until its time has passed."),
        CatalogueNote(
            .mirrorFailed7, .service, [],
            when: "The mirrored object's metadata is too large.",
            mend: "Send fewer fields from the mirrored origin."),
        CatalogueNote(
            .mirrorFailed8, .service, [],
            when: "Mirroring is limited by the service.",
            mend: "Try again later with fewer requests."),
        CatalogueNote(
            .tooManyPipes, .service, [],
            when: "An image is processed in too many steps.",
            mend: "Join steps, or process twice."),
        CatalogueNote(
            .imageTooLarge, .service, [],
            when: "The image is too large to be processed.",
            mend: "Make it smaller before it is stored."),
        CatalogueNote(
            .imageDamage, .service, [],
            when: "The image cannot be decoded.",
            mend: "Check the file; it may have been cut before it was stored."),
        CatalogueNote(
            .internalError, .service, [],
            when: "The service failed.",
            mend: "Try again; report the request id if it repeats."),
        CatalogueNote(
            .downloadTrafficRateLimitExceeded, .service, [],
            when: "Downloads exceed the account's bandwidth.",
            mend: "Slow down, cache, or ask for more."),
        CatalogueNote(
            .uploadTrafficRateLimitExceeded, .service, [],
            when: "Uploads exceed the account's bandwidth.",
            mend: "Slow down or ask for more."),
        CatalogueNote(
            .metaOperationQpsLimitExceeded, .service, [],
            when: "Too many management requests.",
            mend: "Cache what they answer; back off."),
        CatalogueNote(
            .serviceUnavailable, .service, [],
            when: "The service is busy.",
            mend: "Back off and try again; SDKs do."),
        CatalogueNote(
            .totalQpsLimitExceeded, .service, [],
            when: "Too many requests a second.",
            mend: "Back off; spread keys so that they do not follow one another."),
        CatalogueNote(
            .activeRequestLimitExceeded, .service, [],
            when: "Too many requests at once.",
            mend: "Back off; use fewer connections."),
        CatalogueNote(
            .cpuLimitExceeded, .service, [],
            when: "Image processing takes too much.",
            mend: "Back off; store processed images."),
    ]
}

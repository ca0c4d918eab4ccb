/// What the gateway does with the body of a request.
package enum BodyPlan: Sendable, Hashable {
    /// There should be none.
    case none
    /// Streamed without being read: an object, an appended piece, a part.
    case opaque
    /// Collected whole, at most so many bytes, then judged and sent.
    case document(limit: UInt64)
    /// The multipart form of PostObject, streamed through its parser.
    case form
}

extension OSSOperation {
    /// The name for people, records and policies: that of the API reference, such as `PutObject`.
    package var name: String { Self.names[Int(rawValue)] }

    /// The operation of this name.
    package init?(named name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    /// By raw value; the names of the cases with a capital.
    private static let names: [String] = allCases.map { operation in
        let name = String(describing: operation)
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    /// What becomes of the body; the limits of documents are those of `OSSLimits`.
    package var bodyPlan: BodyPlan {
        switch self {
        case .putBucketCors: .document(limit: OSSLimits.corsBytesMax)
        case .postObject: .form
        case .putObject, .uploadPart, .appendObject, .writeGetObjectResponse:
            .opaque
        case .putPublicAccessBlock, .doDataPipelineAction, .putRequesterQosInfo, .putBucket,
            .deleteMultipleObjects, .putBucketVersioning, .putBucketReferer, .putBucketRequestPayment,
            .putBucketTransferAcceleration, .putBucketAccessMonitor, .putBucketResourceGroup,
            .putBucketArchiveDirectRead, .putBucketHttpsConfig, .putBucketObjectWormConfiguration,
            .putBucketQos, .putBucketLogging, .putBucketWebsite, .putBucketLifecycle, .putBucketTags,
            .putBucketEncryption, .putBucketPolicy, .putBucketPublicAccessBlock, .putBucketOverwriteConfig,
            .putBucketQosInfo, .putUserDefinedLogFieldsConfig, .putBucketReplication,
            .deleteBucketReplication, .putBucketRtc, .putCname, .deleteCname, .createCnameToken,
            .initiateBucketWorm, .extendBucketWorm, .putBucketInventory, .putStyle, .openMetaQuery,
            .closeMetaQuery, .doMetaQuery, .createBucketDataRedundancyTransition, .createAccessPoint,
            .putAccessPointPolicy, .putAsyncFetchTask, .putBucketRequesterQosInfo, .putBucketStorageQuota,
            .putBucketCallbackPolicy, .putAccessPointPublicAccessBlock, .createBucketMetadataConfiguration,
            .updateBucketMetadataInventoryTableConfiguration, .updateBucketMetadataJournalTableConfiguration,
            .doMetaQueryAction, .putObjectTagging, .putObjectRetention,
            .putObjectLegalHold, .completeMultipartUpload, .restoreObject, .selectObject,
            .createSelectObjectMeta, .processObject, .asyncProcessObject, .putLiveChannel:
            .document(limit: OSSLimits.documentBytesMax)
        default: .none
        }
    }

    /// The body is JSON or plain text; other documents are XML.
    package var hasOtherDocument: Bool {
        switch self {
        case .putBucketPolicy, .putAccessPointPolicy, .putAsyncFetchTask, .doDataPipelineAction,
            .doMetaQueryAction,
            .processObject,
            .asyncProcessObject:
            true
        default: false
        }
    }

    /// Sending the request again does no more than sending it once, so it may be sent again on another connection
    /// when no byte of its body has been sent and no byte of an answer has come (RFC 9110, section 9.2.2).
    package var isReplayable: Bool { !Self.usesPost.contains(self) }

    private static let usesPost = OperationSet(
        OperationTable.rows.filter { $0.method == .post }.map(\.operation))
}

import Bytes
import Emulator
import HTTPModel
import OSSModel
import Testing

/// Every operation of the table is asked of the emulator: it is carried out, refused for what it lacks, or refused
/// clearly as one that the emulator does not have. None is taken for another one.
@Suite struct OperationTests {
    /// What the emulator answers with 501.
    static let lacking: Set<OSSOperation> = [
        .doDataPipelineAction, .doMetaQuery, .doMetaQueryAction,
        .putAsyncFetchTask, .getAsyncFetchTask, .selectObject, .createSelectObjectMeta, .processObject,
        .asyncProcessObject, .writeGetObjectResponse,
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let operation: OSSOperation
        let method: String
        /// Behind the bucket, for operations of one.
        let target: String
        let statuses: Set<Int>
        var fields: [(String, String)] = []
        var body: String?

        var testDescription: String { "\(operation)" }

        /// The whole request-target.
        var path: String {
            OperationTests.service.contains { $0.operation == operation } ? target : "/bucket" + target
        }

        init(
            _ operation: OSSOperation, _ method: String, _ target: String, _ statuses: Set<Int>,
            fields: [(String, String)] = [], body: String? = nil
        ) {
            self.operation = operation
            self.method = method
            self.target = target
            self.statuses = statuses
            self.fields = fields
            self.body = body
        }
    }

    /// A parameter, what GET answers while nothing is set, and the operations that read, set and delete.
    private typealias Row = (String, Int, OSSOperation, OSSOperation, OSSOperation?)

    private static let rows: [Row] = [
        ("referer", 200, .getBucketReferer, .putBucketReferer, nil),
        ("requestPayment", 200, .getBucketRequestPayment, .putBucketRequestPayment, nil),
        (
            "transferAcceleration", 404, .getBucketTransferAcceleration,
            .putBucketTransferAcceleration, nil
        ),
        ("accessmonitor", 200, .getBucketAccessMonitor, .putBucketAccessMonitor, nil),
        ("resourceGroup", 200, .getBucketResourceGroup, .putBucketResourceGroup, nil),
        (
            "bucketArchiveDirectRead", 200, .getBucketArchiveDirectRead, .putBucketArchiveDirectRead,
            nil
        ),
        ("httpsConfig", 200, .getBucketHttpsConfig, .putBucketHttpsConfig, nil),
        ("objectWorm", 404, .getBucketObjectWormConfiguration, .putBucketObjectWormConfiguration, nil),
        ("qos", 200, .getBucketQos, .putBucketQos, nil),
        ("logging", 200, .getBucketLogging, .putBucketLogging, .deleteBucketLogging),
        ("website", 404, .getBucketWebsite, .putBucketWebsite, .deleteBucketWebsite),
        ("lifecycle", 404, .getBucketLifecycle, .putBucketLifecycle, .deleteBucketLifecycle),
        ("cors", 404, .getBucketCors, .putBucketCors, .deleteBucketCors),
        ("tagging", 200, .getBucketTags, .putBucketTags, .deleteBucketTags),
        ("encryption", 404, .getBucketEncryption, .putBucketEncryption, .deleteBucketEncryption),
        ("policy", 404, .getBucketPolicy, .putBucketPolicy, .deleteBucketPolicy),
        (
            "publicAccessBlock", 200, .getBucketPublicAccessBlock, .putBucketPublicAccessBlock,
            .deleteBucketPublicAccessBlock
        ),
        (
            "overwriteConfig", 200, .getBucketOverwriteConfig, .putBucketOverwriteConfig,
            .deleteBucketOverwriteConfig
        ),
        ("qosInfo", 200, .getBucketQosInfo, .putBucketQosInfo, .deleteBucketQosInfo),
        (
            "userDefinedLogFieldsConfig", 404, .getUserDefinedLogFieldsConfig,
            .putUserDefinedLogFieldsConfig,
            .deleteUserDefinedLogFieldsConfig
        ),
        ("quota", 404, .getBucketStorageQuota, .putBucketStorageQuota, .deleteBucketStorageQuota),
        (
            "policy&comp=callback", 404, .getBucketCallbackPolicy, .putBucketCallbackPolicy,
            .deleteBucketCallbackPolicy
        ),
        ("versioning", 200, .getBucketVersioning, .putBucketVersioning, nil),
        ("acl", 200, .getBucketACL, .putBucketACL, nil),
    ]

    /// Questions about sub-resources that are not set, and documents that are none.
    static let settings: [Case] = rows.flatMap(cases)

    private static func cases(_ row: Row) -> [Case] {
        let (parameter, status, get, put, delete) = row
        var cases = [
            Case(get, "GET", "?\(parameter)", [status]),
            Case(put, "PUT", "?\(parameter)", [400], body: "<Wrong/>"),
        ]
        if let delete { cases.append(Case(delete, "DELETE", "?\(parameter)", [204])) }
        return cases
    }

    private static let task = "x-oss-redundancy-transition-taskid"
    private static let pointBlock = "publicAccessBlock&x-oss-access-point-name=none"
    private static let point = [("x-oss-access-point-name", "none")]

    static let buckets: [Case] = [
        Case(.putBucket, "PUT", "", [200]), Case(.listObjects, "GET", "", [200]),
        Case(.listObjectsV2, "GET", "?list-type=2", [200]),
        Case(.listObjectVersions, "GET", "?versions", [200]),
        Case(.headBucket, "HEAD", "", [200]), Case(.deleteBucket, "DELETE", "", [409]),
        Case(.optionObject, "OPTIONS", "", [400]), Case(.postObject, "POST", "", [400], body: "no form"),
        Case(.deleteMultipleObjects, "POST", "?delete", [400], body: "<Wrong/>"),
        Case(.listMultipartUploads, "GET", "?uploads", [200]), Case(.listLiveChannel, "GET", "?live", [200]),
        Case(.getBucketLocation, "GET", "?location", [200]),
        Case(.getBucketInfo, "GET", "?bucketInfo", [200]),
        Case(.getBucketStat, "GET", "?stat", [200]),
        Case(.getBucketPolicyStatus, "GET", "?policyStatus", [200]),
        Case(.putBucketReplication, "POST", "?replication&comp=add", [400], body: "<Wrong/>"),
        Case(.deleteBucketReplication, "POST", "?replication&comp=delete", [400], body: "<Wrong/>"),
        Case(.getBucketReplication, "GET", "?replication", [404]),
        Case(.getBucketReplicationLocation, "GET", "?replicationLocation", [200]),
        Case(.getBucketReplicationProgress, "GET", "?replicationProgress&rule-id=a", [404]),
        Case(.putBucketRtc, "PUT", "?rtc", [400], body: "<Wrong/>"),
        Case(.putCname, "POST", "?cname&comp=add", [400], body: "<Wrong/>"),
        Case(.deleteCname, "POST", "?cname&comp=delete", [400], body: "<Wrong/>"),
        Case(.createCnameToken, "POST", "?cname&comp=token", [400], body: "<Wrong/>"),
        Case(.listCname, "GET", "?cname", [200]), Case(.getCnameToken, "GET", "?cname&comp=token", [404]),
        Case(.initiateBucketWorm, "POST", "?worm", [400], body: "<Wrong/>"),
        Case(.completeBucketWorm, "POST", "?wormId=a", [404]),
        Case(.extendBucketWorm, "POST", "?wormExtend&wormId=a", [400], body: "<Wrong/>"),
        Case(.getBucketWorm, "GET", "?worm", [404]), Case(.abortBucketWorm, "DELETE", "?worm", [204]),
        Case(.putBucketInventory, "PUT", "?inventory&inventoryId=a", [400], body: "<Wrong/>"),
        Case(.getBucketInventory, "GET", "?inventory&inventoryId=a", [404]),
        Case(.deleteBucketInventory, "DELETE", "?inventory&inventoryId=a", [404]),
        Case(.listBucketInventory, "GET", "?inventory", [200]),
        Case(.putStyle, "PUT", "?style&styleName=a", [400], body: "<Wrong/>"),
        Case(.getStyle, "GET", "?style&styleName=a", [404]),
        Case(.deleteStyle, "DELETE", "?style&styleName=a", [204]), Case(.listStyle, "GET", "?style", [200]),
        Case(.openMetaQuery, "POST", "?metaQuery&comp=add", [200]),
        Case(.closeMetaQuery, "POST", "?metaQuery&comp=delete", [404]),
        Case(.doMetaQuery, "POST", "?metaQuery&comp=query", [501], body: "<MetaQuery/>"),
        Case(.getMetaQueryStatus, "GET", "?metaQuery", [404]),
        Case(
            .createBucketDataRedundancyTransition, "POST",
            "?redundancyTransition&x-oss-target-redundancy-type=ZRS", [200]),
        Case(.getBucketDataRedundancyTransition, "GET", "?redundancyTransition&\(task)=a", [404]),
        Case(.listBucketDataRedundancyTransition, "GET", "?redundancyTransition", [200]),
        Case(.deleteBucketDataRedundancyTransition, "DELETE", "?redundancyTransition&\(task)=a", [404]),
        Case(.createAccessPoint, "PUT", "?accessPoint", [400], body: "<Wrong/>"),
        Case(.getAccessPoint, "GET", "?accessPoint", [404], fields: point),
        Case(.deleteAccessPoint, "DELETE", "?accessPoint", [404], fields: point),
        Case(.putAccessPointPolicy, "PUT", "?accessPointPolicy", [400], fields: point, body: "{"),
        Case(.getAccessPointPolicy, "GET", "?accessPointPolicy", [404], fields: point),
        Case(.deleteAccessPointPolicy, "DELETE", "?accessPointPolicy", [404], fields: point),
        Case(.putAsyncFetchTask, "POST", "?asyncFetch", [501], body: "{}"),
        Case(.getAsyncFetchTask, "GET", "?asyncFetch", [501]),
        Case(
            .putBucketRequesterQosInfo, "PUT", "?requesterQosInfo&qosRequester=1", [400], body: "<Wrong/>"),
        Case(.getBucketRequesterQosInfo, "GET", "?requesterQosInfo&qosRequester=1", [404]),
        Case(.listBucketRequesterQosInfos, "GET", "?requesterQosInfo", [200]),
        Case(.deleteBucketRequesterQosInfo, "DELETE", "?requesterQosInfo&qosRequester=1", [204]),
        Case(.putAccessPointPublicAccessBlock, "PUT", "?\(pointBlock)", [400], body: "<Wrong/>"),
        Case(.getAccessPointPublicAccessBlock, "GET", "?\(pointBlock)", [404]),
        Case(.deleteAccessPointPublicAccessBlock, "DELETE", "?\(pointBlock)", [404]),
        Case(
            .createBucketMetadataConfiguration, "POST", "?metadataConfiguration", [400], body: "<Wrong/>"),
        Case(.getBucketMetadataConfiguration, "GET", "?metadataConfiguration", [404]),
        Case(.deleteBucketMetadataConfiguration, "DELETE", "?metadataConfiguration", [204]),
        Case(
            .updateBucketMetadataInventoryTableConfiguration, "PUT", "?metadataInventoryTable", [400],
            body: "<Wrong/>"),
        Case(
            .updateBucketMetadataJournalTableConfiguration, "PUT", "?metadataJournalTable", [400],
            body: "<Wrong/>"),
        Case(.doMetaQueryAction, "POST", "?MetaQuery&action=a", [501], body: "{}"),
    ]

    static let service: [Case] = [
        Case(.listBuckets, "GET", "/", [200]), Case(.describeRegions, "GET", "/?regions", [200]),
        Case(.listCloudBoxes, "GET", "/?cloudboxes", [200]),
        Case(.listUserDataRedundancyTransition, "GET", "/?redundancyTransition", [200]),
        Case(.getPublicAccessBlock, "GET", "/?publicAccessBlock", [200]),
        Case(.putPublicAccessBlock, "PUT", "/?publicAccessBlock", [400], body: "<Wrong/>"),
        Case(.deletePublicAccessBlock, "DELETE", "/?publicAccessBlock", [204]),
        Case(.listAccessPoints, "GET", "/?accessPoint", [200]),
        Case(.doDataPipelineAction, "POST", "/?dataPipeline", [501], body: "<A/>"),
        Case(.getUserQosInfo, "GET", "/?qosInfo", [200]),
        Case(.listResourcePools, "GET", "/?resourcePool", [200]),
        Case(.getResourcePoolInfo, "GET", "/?resourcePoolInfo", [404]),
        Case(.listResourcePoolBuckets, "GET", "/?resourcePoolBuckets", [404]),
        Case(.getRequesterQosInfo, "GET", "/?requesterQosInfo", [200]),
        Case(.putRequesterQosInfo, "PUT", "/?requesterQosInfo&qosRequester=1", [400], body: "<Wrong/>"),
        Case(.deleteRequesterQosInfo, "DELETE", "/?requesterQosInfo&qosRequester=1", [204]),
    ]

    private static let copy = [("x-oss-copy-source", "/bucket/key")]

    static let objects: [Case] = [
        Case(.putObject, "PUT", "/new", [200], body: "text"),
        Case(.copyObject, "PUT", "/copy", [200], fields: copy),
        Case(.uploadPart, "PUT", "/key?partNumber=1&uploadId=a", [404], body: "text"),
        Case(.uploadPartCopy, "PUT", "/key?partNumber=1&uploadId=a", [404], fields: copy),
        Case(.putObjectACL, "PUT", "/key?acl", [200], fields: [("x-oss-object-acl", "private")]),
        Case(.getObjectACL, "GET", "/key?acl", [200]),
        Case(.putObjectTagging, "PUT", "/key?tagging", [400], body: "<Wrong/>"),
        Case(.getObjectTagging, "GET", "/key?tagging", [200]),
        Case(.deleteObjectTagging, "DELETE", "/key?tagging", [204]),
        Case(.putSymlink, "PUT", "/link?symlink", [200], fields: [("x-oss-symlink-target", "key")]),
        Case(.getSymlink, "GET", "/key?symlink", [400]),
        Case(.putObjectRetention, "PUT", "/key?retention", [400], body: "<Wrong/>"),
        Case(.getObjectRetention, "GET", "/key?retention", [404]),
        Case(.putObjectLegalHold, "PUT", "/key?legalHold", [400], body: "<Wrong/>"),
        Case(.getObjectLegalHold, "GET", "/key?legalHold", [200]), Case(.getObject, "GET", "/key", [200]),
        Case(.listParts, "GET", "/key?uploadId=a", [404]), Case(.headObject, "HEAD", "/key", [200]),
        Case(.getObjectMeta, "HEAD", "/key?objectMeta", [200]), Case(.deleteObject, "DELETE", "/none", [204]),
        Case(.abortMultipartUpload, "DELETE", "/key?uploadId=a", [404]),
        Case(.appendObject, "POST", "/key?append&position=0", [409], body: "text"),
        Case(.sealAppendObject, "POST", "/key?seal&position=4", [409]),
        Case(.renameObject, "POST", "/key?x-oss-rename", [400], fields: [("x-oss-rename-source", "key")]),
        Case(.initiateMultipartUpload, "POST", "/key?uploads", [200]),
        Case(.completeMultipartUpload, "POST", "/key?uploadId=a", [400], body: "<Wrong/>"),
        Case(.restoreObject, "POST", "/key?restore", [400]),
        Case(.cleanRestoredObject, "POST", "/key?cleanRestoredObject", [400, 404, 409]),
        Case(.selectObject, "POST", "/key?x-oss-process=csv/select", [501], body: "<A/>"),
        Case(.createSelectObjectMeta, "POST", "/key?x-oss-process=csv/meta", [501], body: "<A/>"),
        Case(.processObject, "POST", "/key?x-oss-process=image/info", [501], body: "a"),
        Case(.asyncProcessObject, "POST", "/key?x-oss-async-process=a", [501], body: "a"),
        Case(.writeGetObjectResponse, "POST", "/key?x-oss-write-get-object-response", [501], body: "a"),
        Case(.putLiveChannel, "PUT", "/key?live", [400], body: "<Wrong/>"),
        Case(.putLiveChannelStatus, "PUT", "/key?live&status=enabled", [404]),
        Case(.getLiveChannelInfo, "GET", "/key?live", [404]),
        Case(.getLiveChannelStat, "GET", "/key?live&comp=stat", [404]),
        Case(.getLiveChannelHistory, "GET", "/key?live&comp=history", [404]),
        Case(.deleteLiveChannel, "DELETE", "/key?live", [204]),
        Case(.postVodPlaylist, "POST", "/key/a.m3u8?vod&startTime=1&endTime=2", [404]),
        Case(.getVodPlaylist, "GET", "/key?vod&startTime=1&endTime=2", [404]),
    ]

    static let all = settings + buckets + service + objects

    @Test func everyOperationOfTheTableIsAsked() {
        let asked = Set(Self.all.map(\.operation))
        #expect(Set(OSSOperation.allCases).subtracting(asked).isEmpty)
    }

    @Test(arguments: all)
    func theOperationIsThere(_ item: Case) throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        let isService = Self.service.contains { $0.operation == item.operation }
        let target = item.path
        let level: ResourceLevel =
            isService
            ? .service : Self.objects.contains { $0.operation == item.operation } ? .object : .bucket
        let head = emulator.head(item.method, target, item.fields)
        #expect(OperationTable.route(head, level: level) == item.operation)
        let reply = emulator.send(
            item.method, target, item.fields, body: item.body.map { Array($0.utf8) })
        #expect(item.statuses.contains(reply.status), "\(reply.status) \(reply.text)")
        #expect((reply.status == 501) == Self.lacking.contains(item.operation))
        #expect(reply.code != "MethodNotAllowed")
        #expect(emulator.send("GET", "/bucket/key").text == "text", "nothing else has happened")
    }
}

import Bytes
import HTTPModel
import OSSModel
import Testing

@Suite struct OperationTableTests {
    private func route(
        _ method: Method, _ query: String?, _ level: ResourceLevel, fields: Fields = Fields()
    ) -> OSSOperation? {
        let target = "/" + (query.map { "?" + $0 } ?? "")
        let head = RequestHead(method: method, target: [UInt8](target.utf8)[...], fields: fields)
        return OperationTable.route(head, level: level)
    }

    @Test(arguments: [
        (Method.get, nil, ResourceLevel.service, OSSOperation.listBuckets),
        (.get, "prefix=a&max-keys=3", .service, .listBuckets),
        (.get, "regions", .service, .describeRegions),
        (.put, nil, .bucket, .putBucket),
        (.get, "prefix=&encoding-type=url", .bucket, .listObjects),
        (.get, "list-type=2&prefix=", .bucket, .listObjectsV2),
        (.get, "list-type=1", .bucket, .listObjects),
        (.get, "versions=", .bucket, .listObjectVersions),
        (.get, "uploads", .bucket, .listMultipartUploads),
        (.get, "acl&x=y", .bucket, .getBucketACL),
        (.get, "%61cl", .bucket, .getBucketACL),
        (.put, "acl=", .bucket, .putBucketACL),
        (.head, "anything", .bucket, .headBucket),
        (.post, nil, .bucket, .postObject),
        (.post, "delete=&encoding-type=url", .bucket, .deleteMultipleObjects),
        (.post, "replication&comp=add", .bucket, .putBucketReplication),
        (.post, "comp=delete&replication", .bucket, .deleteBucketReplication),
        (.get, "cname&comp=token&cname-value=a", .bucket, .getCnameToken),
        (.post, "wormExtend&wormId=1", .bucket, .extendBucketWorm),
        (.post, "wormId=1", .bucket, .completeBucketWorm),
        (.get, "inventory", .bucket, .listBucketInventory),
        (.get, "inventory&inventoryId=1", .bucket, .getBucketInventory),
        (.get, "style", .bucket, .listStyle),
        (.get, "style&styleName=a", .bucket, .getStyle),
        (.post, "metaQuery&comp=query", .bucket, .doMetaQuery),
        (.options, "acl", .bucket, .optionObject),
        (.put, nil, .object, .putObject),
        (.put, "Signature=a&Expires=1", .object, .putObject),
        (.put, "partNumber=1&uploadId=2", .object, .uploadPart),
        (.put, "uploadId=2", .object, .uploadPart),
        (.put, "tagging&versionId=3", .object, .putObjectTagging),
        (.get, nil, .object, .getObject),
        (.get, "x-oss-process=image/resize", .object, .getObject),
        (.get, "uploadId=1&max-parts=2", .object, .listParts),
        (.head, nil, .object, .headObject),
        (.head, "objectMeta", .object, .getObjectMeta),
        (.delete, "uploadId=1", .object, .abortMultipartUpload),
        (.delete, "versionId=1", .object, .deleteObject),
        (.post, "append&position=0", .object, .appendObject),
        (.post, "append", .object, .appendObject),
        (.post, "uploads&sequential", .object, .initiateMultipartUpload),
        (.post, "uploadId=1", .object, .completeMultipartUpload),
        (.post, "x-oss-process=csv%2Fselect", .object, .selectObject),
        (.post, "x-oss-process=json/meta", .object, .createSelectObjectMeta),
        (.post, "x-oss-process", .object, .processObject),
        (.put, "live&status=enabled", .object, .putLiveChannelStatus),
        (.get, "comp=history&live", .object, .getLiveChannelHistory),
        (.post, "vod&startTime=1&endTime=2", .object, .postVodPlaylist),
        (.options, nil, .object, .optionObject),
    ])
    func routes(method: Method, query: String?, level: ResourceLevel, expected: OSSOperation) {
        #expect(route(method, query, level) == expected)
    }

    @Test(arguments: [
        (Method.post, nil, ResourceLevel.object), (.post, "acl", .object), (.put, nil, .service),
        (.delete, nil, .service), (.head, nil, .service), (.options, nil, .service),
        (.other([UInt8]("PATCH".utf8)), nil, .object),
    ])
    func hasNoOperation(method: Method, query: String?, level: ResourceLevel) {
        #expect(route(method, query, level) == nil)
    }

    @Test func copySourceSelectsTheCopies() {
        var fields = Fields()
        fields.append("X-Oss-Copy-Source", "/a/b")
        #expect(route(.put, nil, .object, fields: fields) == .copyObject)
        #expect(route(.put, "partNumber=1&uploadId=2", .object, fields: fields) == .uploadPartCopy)
        #expect(route(.put, "acl", .object, fields: fields) != nil)
        #expect(route(.get, nil, .object, fields: fields) == .getObject)
        #expect(route(.put, nil, .bucket, fields: fields) == .putBucket)
    }

    @Test func bodyPlans() {
        #expect(OSSOperation.putObject.bodyPlan == .opaque)
        #expect(OSSOperation.appendObject.bodyPlan == .opaque)
        #expect(OSSOperation.uploadPart.bodyPlan == .opaque)
        #expect(OSSOperation.copyObject.bodyPlan == .none)
        #expect(OSSOperation.postObject.bodyPlan == .form)
        #expect(OSSOperation.putBucketCors.bodyPlan == .document(limit: 16_384))
        #expect(OSSOperation.deleteMultipleObjects.bodyPlan == .document(limit: 2_097_152))
        #expect(OSSOperation.getObject.bodyPlan == .none)
        #expect(OSSOperation.completeMultipartUpload.isReplayable == false)
        #expect(OSSOperation.appendObject.isReplayable == false)
        #expect(OSSOperation.putObject.isReplayable)
        #expect(OSSOperation.getObject.isReplayable)
    }

    @Test func namesAreThoseOfTheReferenceAndLeadBack() {
        #expect(OSSOperation.putObject.name == "PutObject")
        #expect(OSSOperation.listObjectsV2.name == "ListObjectsV2")
        for operation in OSSOperation.allCases { #expect(OSSOperation(named: operation.name) == operation) }
        #expect(OSSOperation(named: "putObject") == nil)
    }

    @Test func setsHoldWhatTheyWereGiven() {
        for operation in OSSOperation.allCases {
            let set = OperationSet([operation])
            #expect(OSSOperation.allCases.filter { set.contains($0) } == [operation])
        }
        let both = OperationSet([.listBuckets]).union([.getVodPlaylist])
        #expect(OSSOperation.allCases.filter { both.contains($0) } == [.listBuckets, .getVodPlaylist])
    }

    /// A query of very many parameters costs one look each.
    @Test func aLongQueryIsRouted() {
        let query = Array(repeating: "%61", count: 2_000).joined(separator: "&") + "&acl"
        #expect(route(.get, query, .object) == .getObjectACL)
    }
}

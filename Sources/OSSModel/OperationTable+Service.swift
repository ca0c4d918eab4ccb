extension OperationTable {
    /// Service level.
    static let serviceRows: [Row] = [
        Row(.listBuckets, .get, .service),
        Row(.describeRegions, .get, .service, "regions"),
        Row(.listCloudBoxes, .get, .service, "cloudboxes"),
        Row(.listUserDataRedundancyTransition, .get, .service, "redundancyTransition"),
        Row(.getPublicAccessBlock, .get, .service, "publicAccessBlock"),
        Row(.putPublicAccessBlock, .put, .service, "publicAccessBlock"),
        Row(.deletePublicAccessBlock, .delete, .service, "publicAccessBlock"),
        Row(.listAccessPoints, .get, .service, "accessPoint"),
        Row(.doDataPipelineAction, .post, .service, "dataPipeline"),
        Row(.writeGetObjectResponse, .post, .service, "x-oss-write-get-object-response"),
        Row(.getUserQosInfo, .get, .service, "qosInfo"),
        Row(.listResourcePools, .get, .service, "resourcePool"),
        Row(.getResourcePoolInfo, .get, .service, "resourcePoolInfo"),
        Row(.listResourcePoolBuckets, .get, .service, "resourcePoolBuckets"),
        Row(.getRequesterQosInfo, .get, .service, "requesterQosInfo"),
        Row(.getRequesterQosInfo, .get, .service, "qosRequester"),
        Row(.putRequesterQosInfo, .put, .service, "requesterQosInfo"),
        Row(.putRequesterQosInfo, .put, .service, "qosRequester"),
        Row(.deleteRequesterQosInfo, .delete, .service, "requesterQosInfo"),
        Row(.deleteRequesterQosInfo, .delete, .service, "qosRequester"),
    ]
}

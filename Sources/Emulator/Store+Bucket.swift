import OSSModel

/// Buckets as a whole.
extension EmulatorStore {
    /// A new bucket; of one that is there, the access control if one is given. The owner may put a bucket again, but
    /// not with another storage class or redundancy. nil is what was not asked for.
    func putBucket(
        _ name: String, acl: String?, storageClass: String?, redundancy: String?
    ) throws(OSSError) {
        try step { state in
            guard var record = state.buckets[name]?.record else {
                guard state.buckets.count < settings.limits.buckets else {
                    throw CatalogueRow.tooManyBuckets.error
                }
                let record = BucketRecord(
                    name: name, created: settings.now(), acl: acl ?? "private",
                    storageClass: storageClass ?? "Standard", redundancy: redundancy ?? "LRS")
                try state.journal?.save(record)
                state.buckets[name] = Bucket(record: record)
                return
            }
            if let storageClass, storageClass != record.storageClass {
                throw CatalogueRow.bucketAlreadyExists3.with("BucketName", name)
            }
            if let redundancy, redundancy != record.redundancy {
                throw CatalogueRow.bucketAlreadyExists5.with("BucketName", name)
            }
            guard let acl, acl != record.acl else { return }
            record.acl = acl
            try state.journal?.save(record)
            state.buckets[name]?.record = record
        }
    }

    func bucket(_ name: String) throws(OSSError) -> BucketRecord {
        try step { try $0.bucket(name).record }
    }

    /// Changes the record of a bucket that is there.
    func update(bucket name: String, _ change: (inout BucketRecord) -> Void) throws(OSSError) {
        try step { state in
            var record = try state.bucket(name).record
            change(&record)
            try state.journal?.save(record)
            state.buckets[name]?.record = record
        }
    }

    func deleteBucket(_ name: String) throws(OSSError) {
        try step { state in
            let bucket = try state.bucket(name)
            let hasUploads = state.uploads.values.contains { $0.record.bucket == name }
            guard bucket.objects.isEmpty, !hasUploads else {
                throw CatalogueRow.bucketNotEmpty.with("BucketName", name)
            }
            try state.journal?.transaction { [journal = state.journal] () throws(StorageFailure) in
                try journal?.deleteBucket(name)
                try journal?.deleteSettings(of: name)
            }
            state.buckets[name] = nil
            state.settings[name] = nil
        }
    }

    /// All buckets by name.
    func buckets() throws(OSSError) -> [BucketRecord] {
        try step { $0.buckets.values.map(\.record).sorted { $0.name < $1.name } }
    }

    /// What a bucket holds, all versions of its objects counted.
    func usage(of name: String) throws(OSSError) -> BucketUsage {
        try step { state in
            let objects = try state.bucket(name).objects
            let uploads = state.uploads.values.filter { $0.record.bucket == name }.count
            return BucketUsage(
                objects: objects.objectCount, deleteMarkers: objects.markerCount, bytes: objects.bytes,
                uploads: uploads)
        }
    }
}

/// How much a bucket holds.
struct BucketUsage: Sendable {
    let objects: Int
    let deleteMarkers: Int
    let bytes: UInt64
    let uploads: Int
}

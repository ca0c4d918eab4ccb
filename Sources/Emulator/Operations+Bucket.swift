import Bytes
import HTTPModel
import OSSModel
import XML

extension Operations {
    static let owner = "1234567890"

    func listBuckets(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let prefix = request.text("prefix") ?? ""
        let marker = request.text("marker") ?? ""
        let countMax = try count(request, "max-keys", fallback: 100)
        let matching = try store.buckets().filter { $0.name.hasPrefix(prefix) && $0.name > marker }
        let page = matching.prefix(countMax)
        var regions: [String] = []
        for bucket in page { regions.append(try region(ofBucket: bucket.name)) }
        var xml = XMLWriter()
        xml.element("ListAllMyBucketsResult") { xml in
            if matching.count > page.count || request.has("max-keys") || request.has("prefix") {
                xml.element("Prefix", prefix)
                xml.element("Marker", marker)
                xml.element("MaxKeys", countMax)
                xml.element("IsTruncated", matching.count > page.count)
                if matching.count > page.count { xml.element("NextMarker", page.last?.name ?? "") }
            }
            writeOwner(&xml)
            xml.element("Buckets") { xml in
                for (bucket, region) in zip(page, regions) {
                    xml.element("Bucket") { write(bucket, in: region, to: &$0) }
                }
            }
        }
        return Answer(xml: xml.bytes)
    }

    func putBucket(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let name = try request.requiredBucket()
        let acl = request.field("x-oss-acl")
        if let acl { try checkBucketACL(acl) }
        var storageClass = request.field("x-oss-storage-class")
        var redundancy: String?
        if !body.isEmpty {
            let configuration = try Self.document(body)
            guard configuration.isNamed("CreateBucketConfiguration") else {
                throw CatalogueRow.malformedXML.error
            }
            if let text = configuration.child("StorageClass")?.trimmedText.text { storageClass = text }
            redundancy = configuration.child("DataRedundancyType")?.trimmedText.text
        }
        if let storageClass, !Self.storageClasses.contains(storageClass) {
            throw CatalogueRow.bucketStorageClass.argument("StorageClass", storageClass)
        }
        if let redundancy, redundancy != "LRS", redundancy != "ZRS" { throw CatalogueRow.malformedXML.error }
        let region = EmulatorRegion.asked(request)
        let isNew = (try? store.bucket(name)) == nil
        if !isNew, let region, try region != self.region(ofBucket: name) {
            throw CatalogueRow.bucketAlreadyExists2.with("BucketName", name)
        }
        try store.putBucket(name, acl: acl, storageClass: storageClass, redundancy: redundancy)
        if isNew, let region {
            try store.changeSettings(of: name) { _, draft in draft.put(Self.regionKind, Array(region.utf8)) }
        }
        var answer = Answer()
        answer.set("Location", "/\(name)")
        return answer
    }

    func deleteBucket(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.deleteBucket(request.requiredBucket())
        return Answer(204)
    }

    func headBucket(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try store.bucket(request.requiredBucket())
        var answer = Answer()
        answer.set("x-oss-bucket-region", try region(ofBucket: bucket.name))
        answer.set("x-oss-storage-class", bucket.storageClass)
        return answer
    }

    func getBucketInfo(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try store.bucket(request.requiredBucket())
        let region = try region(ofBucket: bucket.name)
        var xml = XMLWriter()
        xml.element("BucketInfo") { xml in
            xml.element("Bucket") { xml in
                write(bucket, in: region, to: &xml)
                xml.element("DataRedundancyType", bucket.redundancy)
                if let versioning = bucket.versioning { xml.element("Versioning", versioning.rawValue) }
                xml.element("AccessControlList") { $0.element("Grant", bucket.acl) }
                writeOwner(&xml)
            }
        }
        return Answer(xml: xml.bytes)
    }

    func getBucketLocation(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let region = try region(ofBucket: request.requiredBucket())
        var xml = XMLWriter()
        xml.element("LocationConstraint", "oss-\(region)")
        return Answer(xml: xml.bytes)
    }

    func getBucketStat(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let usage = try store.usage(of: request.requiredBucket())
        let channels = try store.settings(of: request.requiredBucket()).ids(Self.channels).count
        var xml = XMLWriter()
        xml.element("BucketStat") { xml in
            xml.element("Storage", usage.bytes)
            xml.element("ObjectCount", usage.objects)
            xml.element("MultipartUploadCount", usage.uploads)
            xml.element("LiveChannelCount", channels)
            xml.element("DeleteMarkerCount", usage.deleteMarkers)
        }
        return Answer(xml: xml.bytes)
    }

    func getBucketACL(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        accessControl(try store.bucket(request.requiredBucket()).acl)
    }

    func putBucketACL(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let acl = request.field("x-oss-acl") else { throw CatalogueRow.missingArgument.error }
        try checkBucketACL(acl)
        try store.update(bucket: request.requiredBucket()) { $0.acl = acl }
        return Answer()
    }

    // MARK: Shared

    static let storageClasses = ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]

    func accessControl(_ grant: String) -> Answer {
        var xml = XMLWriter()
        xml.element("AccessControlPolicy") { xml in
            writeOwner(&xml)
            xml.element("AccessControlList") { $0.element("Grant", grant) }
        }
        return Answer(xml: xml.bytes)
    }

    func writeOwner(_ xml: inout XMLWriter) {
        xml.element("Owner") { xml in
            xml.element("ID", Self.owner)
            xml.element("DisplayName", Self.owner)
        }
    }

    private func write(_ bucket: BucketRecord, in region: String, to xml: inout XMLWriter) {
        xml.element("Name", bucket.name)
        xml.element("CreationDate", Self.extended(bucket.created))
        xml.element("Location", "oss-\(region)")
        xml.element("ExtranetEndpoint", "oss-\(region).aliyuncs.com")
        xml.element("IntranetEndpoint", "oss-\(region)-internal.aliyuncs.com")
        xml.element("StorageClass", bucket.storageClass)
        xml.element("Region", region)
    }

    private func checkBucketACL(_ acl: String) throws(OSSError) {
        guard ["private", "public-read", "public-read-write"].contains(acl) else {
            throw Fault.argument("x-oss-acl", Array(acl.utf8))
        }
    }

    /// A page size of 1 to 1000.
    func count(_ request: EmulatorRequest, _ name: String, fallback: Int) throws(OSSError) -> Int {
        guard let value = request.parameters[name], !value.isEmpty else { return fallback }
        guard let count = value[...].decimal, (1...1000).contains(count) else {
            throw Fault.argument(name, value)
        }
        return Int(count)
    }
}

import Bytes
import OSSModel

extension HeadRule {
    /// PutObject takes no condition ("PutObject" page, EC 0017-00000245); GET, HEAD and the conditions on a copy
    /// source are another matter.
    static let conditionalPut = HeadRule(
        "not-implemented-header", on: [.putObject],
        check: { view throws(Refusal) in
            let names: [Literal] = ["if-modified-since", "if-unmodified-since", "if-match", "if-none-match"]
            guard names.contains(where: { view.fields.contains($0) }) else { return }
            for index in view.fields.entries.indices {
                guard names.contains(where: { view.fields.isNamed($0, at: index) }) else { continue }
                let name = view.fields.name(at: index).text
                throw Refusal(
                    CatalogueRow.notImplementedHeader.with("Header", name), expected: "no condition",
                    actual: name)
            }
        })

    static let objectACL = HeadRule(.objectACL, on: storing.union([.putObjectACL, .putSymlink]))

    static let bucketACL = HeadRule(
        .enumerated(
            "bucket-acl", field: "x-oss-acl", allowed: ["private", "public-read", "public-read-write"]),
        on: [.putBucket, .putBucketACL])

    static let storageClass = HeadRule(.storageClass, on: storing.union([.putSymlink]))

    static let forbidOverwrite = HeadRule(
        .forbidOverwrite,
        on: [.putObject, .copyObject, .initiateMultipartUpload, .completeMultipartUpload, .putSymlink])

    /// Both spellings of the directives occur in the pages, so their case is free.
    static let metadataDirective = HeadRule(
        .enumerated(
            "metadata-directive", field: "x-oss-metadata-directive", allowed: ["COPY", "REPLACE"],
            ignoringCase: true),
        on: [.copyObject])

    static let taggingDirective = HeadRule(
        .enumerated(
            "tagging-directive", field: "x-oss-tagging-directive", allowed: ["Copy", "Replace"],
            ignoringCase: true),
        on: [.copyObject])

    /// The operations that create an object from fields and a body or a source.
    static let storing: OperationSet = [
        .putObject, .appendObject, .copyObject, .initiateMultipartUpload,
    ]
}

extension FieldCheck {
    static let objectACL = enumerated(
        "object-acl", field: "x-oss-object-acl",
        allowed: ["default", "private", "public-read", "public-read-write"])

    static let storageClass = enumerated(
        "storage-class", field: "x-oss-storage-class",
        allowed: ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"])

    static let forbidOverwrite = enumerated(
        "forbid-overwrite", field: "x-oss-forbid-overwrite", allowed: ["true", "false"])
}

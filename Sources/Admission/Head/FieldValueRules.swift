import Bytes
import OSSModel

extension HeadRule {
    /// PutObject takes no condition ("PutObject" page, EC 0017-00000245); GET, HEAD and the conditions on a copy
    /// source are another matter.
    static let conditionalPut = HeadRule(
        "not-implemented-header", on: [.putObject],
        check: { view throws(Refusal) in
            let names: [Literal] = ["if-modified-since", "if-unmodified-since", "if-match", "if-none-match"]
            for index in view.fields.entries.indices {
                guard names.contains(where: { view.fields.isNamed($0, at: index) }) else { continue }
                let name = view.fields.name(at: index).text
                throw Refusal(
                    CatalogueRow.notImplementedHeader.with("Header", name), expected: "no condition",
                    actual: name)
            }
        })

    static let objectACL = enumerated(
        "object-acl", field: "x-oss-object-acl", of: storing.union([.putObjectACL, .putSymlink]),
        allowed: ["default", "private", "public-read", "public-read-write"])

    static let bucketACL = enumerated(
        "bucket-acl", field: "x-oss-acl", of: [.putBucket, .putBucketACL],
        allowed: ["private", "public-read", "public-read-write"])

    static let storageClass = enumerated(
        "storage-class", field: "x-oss-storage-class", of: storing.union([.putSymlink]),
        allowed: ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"])

    static let forbidOverwrite = enumerated(
        "forbid-overwrite", field: "x-oss-forbid-overwrite",
        of: [.putObject, .copyObject, .initiateMultipartUpload, .completeMultipartUpload, .putSymlink],
        allowed: ["true", "false"])

    /// Both spellings of the directives occur in the pages, so their case is free.
    static let metadataDirective = enumerated(
        "metadata-directive", field: "x-oss-metadata-directive", of: [.copyObject],
        allowed: ["COPY", "REPLACE"], ignoringCase: true)

    static let taggingDirective = enumerated(
        "tagging-directive", field: "x-oss-tagging-directive", of: [.copyObject],
        allowed: ["Copy", "Replace"], ignoringCase: true)

    /// A field whose value is one of a documented set; InvalidArgument otherwise.
    private static func enumerated(
        _ name: Literal, field: Literal, of operations: OperationSet, allowed: [Literal],
        ignoringCase: Bool = false
    ) -> HeadRule {
        HeadRule(
            name, on: operations,
            check: { view throws(Refusal) in
                guard let value = try view.sole(field) else { return }
                let isAllowed = allowed.contains {
                    ignoringCase ? value.matchesIgnoringCase($0) : value.matches($0)
                }
                guard !isAllowed else { return }
                throw Refusal(
                    .invalidArgumentGeneric, argument: field.description, value: value,
                    expected: allowed.map(\.description).joined(separator: ", "))
            })
    }

    /// The operations that create an object from fields and a body or a source.
    static let storing: OperationSet = [
        .putObject, .appendObject, .copyObject, .initiateMultipartUpload,
    ]
}

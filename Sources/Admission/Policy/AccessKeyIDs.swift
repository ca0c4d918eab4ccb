import Bytes
import HTTPModel

/// The ids of the access keys that a request says it is signed with, in every dialect that the service answers. They
/// are not proven here.
enum AccessKeyIDs {
    static func of(_ view: HeadView) -> [ByteSlice] {
        switch view.signing {
        case .anonymous: return []
        case .header: return [view.authorization?.accessKeyID ?? []]
        case .urlV1: return values(["OSSAccessKeyId"], view.query)
        case .urlV2: return values(["x-oss-access-key-id"], view.query)
        case .urlV4: return values(["x-oss-credential"], view.query).map { beforeScope($0) }
        case .s3:
            if let value = view.fields.first("authorization") { return [ofS3Field(value)] }
            let credentials = values(["X-Amz-Credential"], view.query).map { beforeScope($0) }
            return credentials + values(["AWSAccessKeyId"], view.query)
        }
    }

    static func of(_ form: FormView) -> [ByteSlice] {
        let plain: [Literal] = ["OSSAccessKeyId", "x-oss-access-key-id", "AWSAccessKeyId"]
        let scoped: [Literal] = ["x-oss-credential", "x-amz-credential"]
        return plain.flatMap { form.fields.values(of: $0.description.utf8) }.filter { !$0.isEmpty }
            + scoped.flatMap { form.fields.values(of: $0.description.utf8) }.filter { !$0.isEmpty }
            .map { beforeScope($0) }
    }

    private static func values(_ names: [Literal], _ query: QueryParameters) -> [ByteSlice] {
        names.compactMap { query.value($0) }
    }

    /// `{id}/{date}/{region}/...`.
    private static func beforeScope(_ credential: ByteSlice) -> ByteSlice {
        credential.prefix { $0 != ASCII.slash }
    }

    /// `AWS {id}:{signature}`, or `AWS4-... Credential={id}/..., ...`.
    private static func ofS3Field(_ value: ByteSlice) -> ByteSlice {
        let rest = value.drop { $0 != ASCII.space }.trimmingBlanks()
        guard value.hasPrefix("AWS4") else { return rest.prefix { $0 != ASCII.colon } }
        for item in rest.split(separator: ASCII.comma) {
            let item = item.trimmingBlanks()
            if item.hasPrefix("Credential=") { return beforeScope(item.dropFirst(11)) }
        }
        return []
    }
}

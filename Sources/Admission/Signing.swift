import Bytes
import HTTPModel

/// How a request says who sends it ("Authentication" pages). The header goes before the URL.
enum Signing: Sendable, Hashable {
    case anonymous
    /// `Authorization: OSS ...`, `OSS2 ...`, `OSS4-HMAC-SHA256 ...`, or a value that is none of these.
    case header
    /// Query parameters `OSSAccessKeyId`, `Expires`, `Signature`; at least one of them.
    case urlV1
    /// `x-oss-signature-version=OSS2` and its kin.
    case urlV2
    /// `x-oss-signature-version=OSS4-HMAC-SHA256`, or `x-oss-credential`.
    case urlV4
    /// The S3 dialect, in the header or the URL. The service answers it as well, so its signatures are forwarded
    /// unexamined.
    case s3

    init(_ fields: Fields, _ query: QueryParameters) {
        if let value = fields.first("authorization") {
            self = Self.isS3Scheme(value) ? .s3 : .header
        } else if query.parameters.isEmpty {
            self = .anonymous
        } else {
            self = Self.ofURL(query)
        }
    }

    /// Schemes of the S3 dialect begin with `AWS` (`AWS`, `AWS4-HMAC-SHA256`, `AWS4-ECDSA-P256-SHA256`).
    private static func isS3Scheme(_ value: ByteSlice) -> Bool { value.hasPrefix("AWS") }

    /// The scheme of the URL, whatever the header says.
    static func ofURL(_ query: QueryParameters) -> Signing {
        if let version = query.value("x-oss-signature-version") {
            return version.matches("OSS2") ? .urlV2 : .urlV4
        }
        if query.contains("x-oss-credential") { return .urlV4 }
        if query.contains("X-Amz-Signature") || query.contains("X-Amz-Credential")
            || query.contains("AWSAccessKeyId")
        {
            return .s3
        }
        if query.contains("OSSAccessKeyId") || query.contains("Signature") || query.contains("Expires") {
            return .urlV1
        }
        return .anonymous
    }
}

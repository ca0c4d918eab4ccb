package import Bytes
package import HTTPModel

/// Who a request says it is from and what proves it, as far as it can be read. Reading is lenient: whatever lacks
/// a part that a signature cannot be checked without is `malformed`; the exact complaint is for the rules.
package enum Credentials: Sendable, Equatable {
    /// Neither an `Authorization` field nor a parameter of a signed URL.
    case anonymous
    /// `Authorization: OSS {id}:{signature}`.
    case v1Header(accessKeyID: [UInt8], signature: [UInt8])
    /// `OSSAccessKeyId`, `Expires`, `Signature`, and for temporary credentials `security-token`; all decoded.
    case v1URL(accessKeyID: [UInt8], expires: [UInt8], signature: [UInt8], token: [UInt8]?)
    /// `Authorization: OSS4-HMAC-SHA256 Credential=...`.
    case v4Header(V4Credential)
    /// `x-oss-credential` and its companions. `dateText` is `x-oss-date`; the URL is good for `expiresSeconds` from
    /// then on.
    case v4URL(V4Credential, dateText: [UInt8], expiresSeconds: UInt64, token: [UInt8]?)
    /// A scheme that is not verified here: V2, or of another service.
    case otherScheme
    case malformed

    /// Order of choice (access control pages of the API reference): the field wins, then the parameters of V4,
    /// then any of V1. Of repeated fields or parameters the first counts.
    package init(_ head: RequestHead) {
        if let value = head.fields.first("authorization") {
            self = Self.field(value.trimmingBlanks())
            return
        }
        let query = QueryParameters(head.query)
        if query.contains("x-oss-signature-version") || query.contains("x-oss-credential") {
            self = Self.v4Parameters(query)
        } else if query.contains("OSSAccessKeyId") || query.contains("Expires") || query.contains("Signature")
        {
            self = Self.v1Parameters(query)
        } else {
            self = .anonymous
        }
    }

    /// nil when there is none that can be read.
    package var accessKeyID: [UInt8]? {
        switch self {
        case .v1Header(let id, _), .v1URL(let id, _, _, _): id
        case .v4Header(let credential), .v4URL(let credential, _, _, _): credential.accessKeyID
        case .anonymous, .otherScheme, .malformed: nil
        }
    }

    private static func field(_ value: ByteSlice) -> Credentials {
        let scheme = value.prefix { !ASCII.isBlank($0) }
        let rest = value[scheme.endIndex...].trimmingBlanks()
        if scheme.matches("OSS4-HMAC-SHA256") {
            return V4Credential(items: rest).map { .v4Header($0) } ?? .malformed
        }
        guard scheme.matches("OSS") else { return scheme.isEmpty ? .malformed : .otherScheme }
        guard let colon = rest.firstIndex(of: ASCII.colon), colon > rest.startIndex, colon + 1 < rest.endIndex
        else { return .malformed }
        return .v1Header(accessKeyID: Array(rest[..<colon]), signature: Array(rest[(colon + 1)...]))
    }

    private static func v1Parameters(_ query: QueryParameters) -> Credentials {
        guard let id = query.first("OSSAccessKeyId")?.decodedValue, !id.isEmpty,
            let expires = query.first("Expires")?.decodedValue, !expires.isEmpty,
            let signature = query.first("Signature")?.base64Value, !signature.isEmpty
        else { return .malformed }
        return .v1URL(
            accessKeyID: id, expires: expires, signature: signature,
            token: query.first("security-token")?.base64Value)
    }

    private static func v4Parameters(_ query: QueryParameters) -> Credentials {
        guard let version = query.first("x-oss-signature-version")?.decodedValue else { return .malformed }
        guard version[...].matches("OSS4-HMAC-SHA256") else { return .otherScheme }
        guard let scope = query.first("x-oss-credential")?.decodedValue,
            let signature = query.first("x-oss-signature")?.decodedValue,
            let dateText = query.first("x-oss-date")?.decodedValue,
            let expires = query.first("x-oss-expires")?.decodedValue[...].decimal,
            let credential = V4Credential(
                scope: scope[...], signature: signature,
                additionalHeaders: query.first("x-oss-additional-headers")?.decodedValue ?? [])
        else { return .malformed }
        return .v4URL(
            credential, dateText: dateText, expiresSeconds: expires,
            token: query.first("x-oss-security-token")?.base64Value)
    }
}

/// The credential of a V4 signature: the key's id and the scope that the signing key is derived for.
package struct V4Credential: Sendable, Equatable {
    package let accessKeyID: [UInt8]
    /// The day, `YYYYMMDD`, as written.
    package let date: [UInt8]
    package let region: [UInt8]
    /// `oss`, or `oss-cloudbox`.
    package let product: [UInt8]
    /// Names of fields that are signed besides those always signed: lower case, sorted, each once.
    package let additionalHeaders: [[UInt8]]
    /// 64 hexadecimal digits if well-formed.
    package let signature: [UInt8]

    /// `scope` is `{id}/{date}/{region}/{product}/aliyun_v4_request`; an id may contain slashes. `additionalHeaders`
    /// is a list separated by semicolons. nil when a part is missing.
    package init?(scope: ByteSlice, signature: [UInt8], additionalHeaders: [UInt8]) {
        let parts = scope.split(separator: ASCII.slash, omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[parts.count - 1].matches("aliyun_v4_request"), !signature.isEmpty
        else { return nil }
        let scopeParts = parts.suffix(4).map { Array($0) }
        accessKeyID = Array(scope[..<(parts[parts.count - 4].startIndex - 1)])
        (date, region, product) = (scopeParts[0], scopeParts[1], scopeParts[2])
        guard !accessKeyID.isEmpty, !date.isEmpty, !region.isEmpty, !product.isEmpty else { return nil }
        self.signature = signature
        let names = additionalHeaders.split(separator: ASCII.semicolon).map {
            $0.trimmingBlanks().map { ASCII.lowercased($0) }
        }
        self.additionalHeaders = Set(names.filter { !$0.isEmpty }).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The items of the field after its scheme: `name=value` separated by commas, in any order; unknown ones do
    /// not matter here.
    init?(items: ByteSlice) {
        var scope: ByteSlice?
        var signature: ByteSlice?
        var additionalHeaders: ByteSlice = []
        for item in items.split(separator: ASCII.comma).map({ $0.trimmingBlanks() }) {
            guard let equals = item.firstIndex(of: ASCII.equals) else { return nil }
            let name = item[..<equals].trimmingBlanks()
            let value = item[(equals + 1)...].trimmingBlanks()
            if name.matches("Credential") { scope = value }
            if name.matches("Signature") { signature = value }
            if name.matches("AdditionalHeaders") { additionalHeaders = value }
        }
        guard let scope, let signature else { return nil }
        self.init(scope: scope, signature: Array(signature), additionalHeaders: Array(additionalHeaders))
    }
}

import Bytes
import OSSModel

extension HeadRule {
    /// The form of the Authorization field ("Include signatures in the Authorization header" pages and EC pages
    /// 0002-000001xx). Order: item count, item syntax, unknown name, required items, empty value.
    ///
    /// Schemes of the S3 dialect (`AWS ...`, `AWS4-...`) are not looked at: the service answers that dialect too, and
    /// its clients must pass.
    static let authorizationForm = HeadRule(
        "authorization-form", applies: { $0.signing == .header },
        check: { view throws(Refusal) in
            guard let value = try view.sole("authorization", orRefuse: .authorizationInvalid) else { return }
            if let fault = AuthorizationForm.fault(of: value) {
                // The value holds a signature, or another secret under a scheme of its own: only its scheme is
                // reflected.
                let shown = AuthorizationForm.redacted(value)
                throw Refusal(
                    fault.argument("Authorization", shown),
                    expected: "OSS, OSS2 or OSS4-HMAC-SHA256 credentials",
                    actual: shown)
            }
        })
}

/// The grammar of the three schemes.
enum AuthorizationForm {
    /// nil when the value is well-formed.
    static func fault(of value: ByteSlice) -> CatalogueRow? {
        if value.isEmpty { return .authorizationValueEmpty }
        let space = value.firstIndex(of: ASCII.space) ?? value.endIndex
        let scheme = value[..<space]
        let credentials = value[space...].trimmingBlanks()
        guard !credentials.isEmpty else { return .authorizationInvalid }
        if scheme.matches("OSS") { return faultV1(credentials) }
        if scheme.matches("OSS2") { return fault(credentials, separator: ASCII.colon, key: "AccessKeyId") }
        if scheme.matches("OSS4-HMAC-SHA256") {
            return fault(credentials, separator: ASCII.equals, key: "Credential")
        }
        return .authorizationInvalid
    }

    /// The access key id of a well-formed value: of V4 the part of the credential before its first slash.
    static func accessKeyID(of value: ByteSlice) -> ByteSlice? {
        let space = value.firstIndex(of: ASCII.space) ?? value.endIndex
        let scheme = value[..<space]
        let credentials = value[space...].trimmingBlanks()
        if scheme.matches("OSS") { return credentials.firstIndex(of: ASCII.colon).map { credentials[..<$0] } }
        let isV2 = scheme.matches("OSS2")
        guard isV2 || scheme.matches("OSS4-HMAC-SHA256") else { return nil }
        let separator = isV2 ? ASCII.colon : ASCII.equals
        let name: Literal = isV2 ? "AccessKeyId" : "Credential"
        for item in items(of: credentials) {
            guard let end = item.firstIndex(of: separator), item[..<end].matches(name) else { continue }
            let value = item[(end + 1)...]
            return isV2 ? value : value.prefix { $0 != ASCII.slash }
        }
        return nil
    }

    /// The scheme, and no more of what follows it than that something does.
    static func redacted(_ value: ByteSlice) -> String {
        guard let space = value.firstIndex(of: ASCII.space) else { return value.isEmpty ? "" : "***" }
        return value[..<space].prefix(32).text + " ***"
    }

    /// `{key}:{signature}`.
    private static func faultV1(_ credentials: ByteSlice) -> CatalogueRow? {
        let parts = credentials.split(separator: ASCII.colon, maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 1 { return .authorizationInvalid }
        if parts.count == 3 { return .authorizationBadItemCount }
        return parts[0].isEmpty || parts[1].isEmpty ? .authorizationMissingKeyOrSignature : nil
    }

    /// Two or three items `name{separator}value`, of which the key and the signature are required.
    private static func fault(_ credentials: ByteSlice, separator: UInt8, key: Literal) -> CatalogueRow? {
        let items = items(of: credentials)
        guard (2...3).contains(items.count) else { return .authorizationBadItemCount }
        guard items.allSatisfy({ $0.contains(separator) }) else { return .authorizationInvalid }
        let pairs = items.map { item in
            item.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        }
        let names = pairs.map { $0[0] }
        let known: [Literal] = [key, "AdditionalHeaders", "Signature"]
        guard names.allSatisfy({ name in known.contains { name.matches($0) } }) else {
            return .authorizationUnknownParameter
        }
        guard names.contains(where: { $0.matches(key) }), names.contains(where: { $0.matches("Signature") })
        else { return .authorizationMissingKeyOrSignature }
        return pairs.contains { $0[1].isEmpty } ? .authorizationValueEmpty : nil
    }

    /// The items that are not empty, without blanks around them.
    private static func items(of credentials: ByteSlice) -> [ByteSlice] {
        credentials.split(separator: ASCII.comma).map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
    }
}

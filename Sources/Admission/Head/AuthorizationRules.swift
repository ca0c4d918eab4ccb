import Bytes
import OSSModel

extension HeadRule {
    /// The form of the Authorization field ("Include signatures in the Authorization header" pages and EC pages
    /// 0002-000001xx). Order: item count, item syntax, unknown name, required items, empty value.
    ///
    /// Schemes of the S3 dialect (`AWS ...`, `AWS4-...`) are not looked at: the service answers that dialect too, and
    /// its clients must pass.
    static let authorizationForm = HeadRule(
        "authorization-form", needs: .signature, applies: { $0.signing == .header },
        check: { view throws(Refusal) in
            guard let value = try view.sole("authorization", orRefuse: .authorizationInvalid) else { return }
            if let fault = view.authorization?.fault {
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

/// An Authorization value read by the grammar of its scheme.
struct AuthorizationForm: Sendable {
    /// What is wrong with it; nil when it is well-formed.
    let fault: CatalogueRow?
    /// The access key id of a well-formed value: of V4 the part of the credential before its first slash.
    let accessKeyID: ByteSlice

    init(_ value: ByteSlice) {
        let space = value.firstIndex(of: ASCII.space) ?? value.endIndex
        let scheme = value[..<space]
        let credentials = value[space...].trimmingBlanks()
        if value.isEmpty {
            self.init(.authorizationValueEmpty)
        } else if credentials.isEmpty {
            self.init(.authorizationInvalid)
        } else if scheme.matches("OSS") {
            self.init(v1: credentials)
        } else if scheme.matches("OSS2") {
            self.init(items: credentials, separator: ASCII.colon, key: "AccessKeyId")
        } else if scheme.matches("OSS4-HMAC-SHA256") {
            self.init(items: credentials, separator: ASCII.equals, key: "Credential")
        } else {
            self.init(.authorizationInvalid)
        }
    }

    private init(_ fault: CatalogueRow?, accessKeyID: ByteSlice = []) {
        self.fault = fault
        self.accessKeyID = accessKeyID
    }

    /// The scheme, and no more of what follows it than that something does.
    static func redacted(_ value: ByteSlice) -> String {
        guard let space = value.firstIndex(of: ASCII.space) else { return value.isEmpty ? "" : "***" }
        return value[..<space].prefix(32).text + " ***"
    }

    /// `{key}:{signature}`.
    private init(v1 credentials: ByteSlice) {
        guard let colon = credentials.firstIndex(of: ASCII.colon) else {
            self.init(.authorizationInvalid)
            return
        }
        let key = credentials[..<colon]
        let signature = credentials[(colon + 1)...]
        if signature.contains(ASCII.colon) {
            self.init(.authorizationBadItemCount)
        } else if key.isEmpty || signature.isEmpty {
            self.init(.authorizationMissingKeyOrSignature)
        } else {
            self.init(nil, accessKeyID: key)
        }
    }

    /// Two or three items `name{separator}value`, of which the key and the signature are required. Order of faults:
    /// item count, item syntax, unknown name, required items, empty value.
    private init(items credentials: ByteSlice, separator: UInt8, key: Literal) {
        let items = Self.items(of: credentials)
        guard items.count == 2 || items.count == 3 else {
            self.init(.authorizationBadItemCount)
            return
        }
        var keyID: ByteSlice?
        var hasSignature = false
        var hasUnknown = false
        var hasEmpty = false
        for item in items {
            guard let end = item.firstIndex(of: separator) else {
                self.init(.authorizationInvalid)
                return
            }
            let name = item[..<end]
            if name.matches(key) {
                keyID = keyID ?? item[(end + 1)...]
            } else if name.matches("Signature") {
                hasSignature = true
            } else if !name.matches("AdditionalHeaders") {
                hasUnknown = true
            }
            if end + 1 == item.endIndex { hasEmpty = true }
        }
        if hasUnknown {
            self.init(.authorizationUnknownParameter)
        } else if let keyID, hasSignature {
            let slash = separator == ASCII.equals ? keyID.firstIndex(of: ASCII.slash) : nil
            self.init(
                hasEmpty ? .authorizationValueEmpty : nil, accessKeyID: keyID[..<(slash ?? keyID.endIndex)])
        } else {
            self.init(.authorizationMissingKeyOrSignature)
        }
    }

    /// The items that are not empty, without blanks around them; a fifth and more are not looked for.
    private static func items(of credentials: ByteSlice) -> [ByteSlice] {
        var items: [ByteSlice] = []
        items.reserveCapacity(4)
        var rest = credentials
        while !rest.isEmpty, items.count < 4 {
            let comma = rest.firstIndex(of: ASCII.comma) ?? rest.endIndex
            let item = rest[..<comma].trimmingBlanks()
            if !item.isEmpty { items.append(item) }
            rest = rest[comma...].dropFirst()
        }
        return items
    }
}

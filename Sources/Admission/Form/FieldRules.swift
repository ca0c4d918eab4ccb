import Bytes
import OSSModel

extension FormRule {
    /// A field that is checked comes once: which of two the origin would take is not known.
    static let fieldOnce = FormRule("post-field-repeated") { view throws(Refusal) in
        let names: [Literal] = [
            "key", "policy", "OSSAccessKeyId", "Signature", "x-oss-signature-version", "x-oss-credential",
            "x-oss-signature",
        ]
        guard let name = names.first(where: { view.fields.count(of: $0) > 1 }) else { return }
        throw Refusal(
            CatalogueRow.invalidArgumentGeneric.with("ArgumentName", name.description),
            expected: "one field \(name)", actual: "\(view.fields.count(of: name)) fields")
    }

    /// The key comes before the file; after it nothing is read.
    static let keyPresent = FormRule("post-missing-field") { view throws(Refusal) in
        guard !view.fields.contains("key") else { return }
        throw Refusal(
            CatalogueRow.postMissingField.argument("key", ""), expected: "the field key before the file",
            actual: "absent")
    }

    static let keyFilled = FormRule("object-name-empty") { view throws(Refusal) in
        guard view.fields.first("key")?.isEmpty == true else { return }
        throw Refusal(
            CatalogueRow.invalidObjectNameEmpty.with("ObjectName", ""), expected: "a key", actual: "")
    }

    /// The rules of object names, for the key after `${filename}` has been replaced.
    static let keyName = FormRule("invalid-object-name") { view throws(Refusal) in
        guard let value = view.fields.first("key"), !value.isEmpty else { return }
        let key = view.key(value)
        guard key.count <= OSSLimits.keyBytesMax else {
            throw Refusal(
                CatalogueRow.invalidObjectNameLength.with("ObjectName", key.prefix(shownBytesMax).text),
                expected: "at most \(OSSLimits.keyBytesMax) bytes", actual: "more")
        }
        guard key.first != ASCII.slash, key.first != ASCII.backslash, key.isUTF8 else {
            throw Refusal(
                CatalogueRow.invalidObjectNameInvalid.with("ObjectName", key.text),
                expected: "UTF-8 with no slash or backslash first", actual: key.text)
        }
    }

    /// A form that is signed, or has a policy, names its key id. One with none of these is anonymous.
    static let accessKeyID = FormRule("post-access-key-id-empty") { view throws(Refusal) in
        guard !view.isS3 else { return }
        let names: [Literal] =
            view.isVersioned ? ["x-oss-credential", "x-oss-access-key-id"] : ["OSSAccessKeyId"]
        guard names.allSatisfy({ view.fields.filled($0) == nil }), isSigned(view) else { return }
        throw Refusal(
            CatalogueRow.postAccessKeyIDEmpty.argument(names[0].description, ""),
            expected: "the field \(names[0])", actual: "absent or empty")
    }

    static let signature = FormRule("post-signature-empty") { view throws(Refusal) in
        guard !view.isS3, isSigned(view) else { return }
        let name: Literal = view.isVersioned ? "x-oss-signature" : "Signature"
        guard view.fields.filled(name) == nil else { return }
        throw Refusal(
            CatalogueRow.postSignatureEmpty.argument(name.description, ""), expected: "the field \(name)",
            actual: "absent or empty")
    }

    /// What is signed is the policy (EC 0002-00000702).
    static let policyPresent = FormRule("post-missing-field") { view throws(Refusal) in
        guard !view.isS3, isSigned(view), view.fields.filled("policy") == nil else { return }
        throw Refusal(
            CatalogueRow.postMissingField.argument("policy", ""), expected: "the field policy",
            actual: "absent or empty")
    }

    /// One of the fields of a signature is there and says something.
    private static func isSigned(_ view: FormView) -> Bool {
        let names: [Literal] = ["OSSAccessKeyId", "policy", "Signature"]
        return view.isVersioned || names.contains { view.fields.filled($0) != nil }
    }

    private static let shownBytesMax = 256
}

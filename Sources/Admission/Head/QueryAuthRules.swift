import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// One request, one signature: header and URL together are refused. `Expires` alone does not make a URL signed
    /// here, because it is a common word.
    static let signatureOnce = HeadRule(
        "signature-in-two-places", needs: [.query, .signature], applies: { $0.signing == .header },
        check: { view throws(Refusal) in
            let names: [Literal] = ["OSSAccessKeyId", "Signature", "x-oss-signature"]
            guard let name = names.first(where: { view.query.contains($0) }) else { return }
            throw Refusal(
                CatalogueRow.invalidArgumentGeneric.with("ArgumentName", name.description),
                expected: "a signature in the Authorization field or in the URL", actual: "both")
        })

    /// A V1 URL signature is complete ("Add signatures to URLs" page).
    static let queryAuthComplete = HeadRule(
        "query-auth-incomplete", needs: [.query, .signature], applies: { $0.signing == .urlV1 },
        check: { view throws(Refusal) in
            let names: [Literal] = ["OSSAccessKeyId", "Expires", "Signature"]
            guard let missing = names.first(where: { !view.query.contains($0) }) else { return }
            throw Refusal(.queryAuthIncomplete, expected: missing.description, actual: "absent")
        })

    /// The token of temporary credentials travels in the URL that it signs: a V1 URL whose key is temporary, or whose
    /// request has the token as a field, needs `security-token`.
    static let securityTokenPlace = HeadRule(
        "security-token-in-query", needs: [.query, .signature], applies: { $0.signing == .urlV1 },
        check: { view throws(Refusal) in
            guard view.query.value("security-token")?.isEmpty ?? true else { return }
            let key = view.query.value("OSSAccessKeyId") ?? []
            guard key.hasPrefix("STS.") || view.fields.contains("x-oss-security-token") else { return }
            throw Refusal(.securityTokenInQuery, expected: "the parameter security-token", actual: "absent")
        })

    /// The token is in the URL or in a field, not in both.
    static let securityTokenOnce = HeadRule(
        "security-token-in-two-places", about: "x-oss-security-token",
        applies: { $0.signing != .s3 && $0.fields.contains("x-oss-security-token") },
        check: { view throws(Refusal) in
            let names: [Literal] = ["security-token", "x-oss-security-token"]
            guard let name = names.first(where: { !(view.query.value($0)?.isEmpty ?? true) }) else { return }
            throw Refusal(
                CatalogueRow.invalidArgumentGeneric.with("ArgumentName", name.description),
                expected: "the security token in the URL or in a field", actual: "both")
        })

    /// The access key id of a header or URL signature has only the characters that ids are made of.
    static let accessKeyCharacters = HeadRule(
        "access-key-characters", needs: .signature, applies: { $0.signing != .s3 },
        check: { view throws(Refusal) in
            guard let key = accessKeyID(view), !key.allSatisfy({ isKeyCharacter($0) }) else { return }
            throw Refusal(
                CatalogueRow.accessKeyCharacters.with("OSSAccessKeyId", key.text),
                expected: "letters, digits and . _ =", actual: key.text)
        })

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == ASCII.dot || byte == ASCII.underscore || byte == ASCII.equals
    }

    private static func accessKeyID(_ view: HeadView) -> ByteSlice? {
        switch view.signing {
        case .header: view.authorization?.accessKeyID
        case .urlV1: view.query.value("OSSAccessKeyId")
        case .urlV2: view.query.value("x-oss-access-key-id")
        case .urlV4: view.query.value("x-oss-credential").map { $0.prefix { $0 != ASCII.slash } }
        case .anonymous, .s3: nil
        }
    }
}

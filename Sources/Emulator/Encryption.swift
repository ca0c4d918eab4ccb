import Bytes
import HTTPModel
import OSSModel

/// Encryption on the server, as far as clients see it: nothing is encrypted, everything asked for is told again.
enum Encryption {
    private static let algorithm: Literal = "x-oss-server-side-encryption"
    private static let dataAlgorithm: Literal = "x-oss-server-side-data-encryption"
    private static let keyID: Literal = "x-oss-server-side-encryption-key-id"

    /// Only what makes an object can ask for it.
    static func checkOperation(_ request: EmulatorRequest) throws(OSSError) {
        guard let value = request.field(algorithm), !request.key.isEmpty else { return }
        let makesObject =
            switch request.head.method {
            case .put:
                !["uploadId", "acl", "tagging", "symlink", "live", "retention", "legalHold"].contains(
                    where: request.has)
            case .post: request.has("append") || request.has("uploads")
            default: false
            }
        guard makesObject else {
            throw CatalogueRow.sseUnsupportedOperation.argument(algorithm.description, value)
        }
    }

    /// What an upload asks for, as it is kept with the object.
    static func asked(
        _ request: EmulatorRequest, _ account: EmulatorAccount
    ) throws(OSSError) -> [StoredField] {
        guard let text = request.field(algorithm) else { return [] }
        guard ["AES256", "KMS", "SM4"].contains(text) else { throw CatalogueRow.sseAlgorithmInvalid.error }
        if text == "KMS", !account.hasKMS { throw CatalogueRow.kmsServiceNotEnabled.error }
        var kept = [field(algorithm, text)]
        guard text == "KMS" else { return kept }
        if let data = request.field(dataAlgorithm) {
            guard data == "SM4" else { throw CatalogueRow.sseDataEncryptionInvalid.error }
            kept.append(field(dataAlgorithm, data))
        }
        if let key = request.field(keyID) {
            guard isKeyID(key) else { throw CatalogueRow.kmsKeyIDInvalid.error }
            kept.append(field(keyID, key))
        }
        return kept
    }

    /// As keys and their aliases are named: 1 to 256 bytes.
    private static func isKeyID(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "/_:.-".utf8.contains($0) }
    }

    static func field(_ name: Literal, _ value: String) -> StoredField {
        StoredField(name: name.description, value: Array(value.utf8))
    }
}

extension Operations {
    /// The encryption of a new object: what the request asks for, else what the bucket does by default.
    func encryption(_ request: EmulatorRequest) throws(OSSError) -> [StoredField] {
        let asked = try Encryption.asked(request, store.settings.account)
        guard asked.isEmpty, let bucket = request.bucket,
            let document = (try? store.settings(of: bucket))?["encryption"],
            let rule = try Self.stored(document).child("ApplyServerSideEncryptionByDefault")
        else { return asked }
        var kept = [Encryption.field("x-oss-server-side-encryption", rule.string("SSEAlgorithm") ?? "")]
        if let data = rule.string("KMSDataEncryption"), !data.isEmpty {
            kept.append(Encryption.field("x-oss-server-side-data-encryption", data))
        }
        if let key = rule.string("KMSMasterKeyID"), !key.isEmpty {
            kept.append(Encryption.field("x-oss-server-side-encryption-key-id", key))
        }
        return kept
    }

    /// A part of an object is gone when the account says so (`EmulatorAccount.lostPrefix`).
    func checkParts(_ key: [UInt8]) throws(OSSError) {
        let lost = store.settings.account.lostPrefix
        if !lost.isEmpty, key.starts(with: lost.utf8) { throw CatalogueRow.filePartNotExist.error }
    }
}

extension Answer {
    /// Tells how the object that was stored is encrypted.
    mutating func set(encryptionOf fields: [StoredField]) {
        for field in fields where field.name.hasPrefix("x-oss-server-side-") {
            self.fields.append(name: Array(field.name.utf8)[...], value: field.value[...])
        }
    }
}

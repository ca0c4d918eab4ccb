import Bytes
import OSSModel

extension HeadRule {
    /// Server-side encryption is by AES256, KMS or SM4. Operations that do not take the field are the origin's.
    static let encryptionAlgorithm = HeadRule(
        "sse-algorithm-invalid", on: storing,
        check: { view throws(Refusal) in
            let field: Literal = "x-oss-server-side-encryption"
            guard let value = try view.sole(field, orRefuse: .sseAlgorithmInvalid) else { return }
            guard !value.matches("AES256"), !value.matches("KMS"), !value.matches("SM4") else { return }
            throw Refusal(
                .sseAlgorithmInvalid, argument: field.description, value: value,
                expected: "AES256, KMS or SM4")
        })

    /// With KMS the data key may be for SM4; without KMS the field means nothing.
    static let dataEncryption = HeadRule(
        "sse-data-encryption-invalid", on: storing, applies: { usesKMS($0) },
        check: { view throws(Refusal) in
            let field: Literal = "x-oss-server-side-data-encryption"
            guard let value = try view.sole(field, orRefuse: .sseDataEncryptionInvalid),
                !value.matches("SM4")
            else { return }
            throw Refusal(.sseDataEncryptionInvalid, expected: "SM4", actual: value.text)
        })

    /// With KMS the key id, if there is one, looks like one; whether it exists only KMS knows.
    static let kmsKeyID = HeadRule(
        "kms-key-id-invalid", on: takesKeyID, applies: { usesKMS($0) },
        check: { view throws(Refusal) in
            let field: Literal = "x-oss-server-side-encryption-key-id"
            guard let value = try view.sole(field, orRefuse: .kmsKeyIDInvalid) else { return }
            let isSound =
                !value.isEmpty && value.count <= OSSLimits.kmsKeyIDBytesMax
                && value.allSatisfy { isKeyIDCharacter($0) }
            guard !isSound else { return }
            throw Refusal(
                .kmsKeyIDInvalid, expected: "1 to 256 of letters, digits and / _ : . -", actual: value.text)
        })

    private static func usesKMS(_ view: HeadView) -> Bool {
        view.fields.first("x-oss-server-side-encryption")?.matches("KMS") ?? false
    }

    private static func isKeyIDCharacter(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == ASCII.slash || byte == ASCII.underscore || byte == ASCII.colon
            || byte == ASCII.dot || byte == ASCII.hyphen
    }

    private static let takesKeyID: OperationSet = [.putObject, .copyObject, .initiateMultipartUpload]
}

import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// Operations that do not take the field are the origin's.
    static let encryptionAlgorithm = HeadRule(.encryptionAlgorithm, on: storing)

    static let dataEncryption = HeadRule(
        .dataEncryption, on: storing, applies: { FieldCheck.usesKMS($0.fields) })

    static let kmsKeyID = HeadRule(
        .kmsKeyID, on: [.putObject, .copyObject, .initiateMultipartUpload],
        applies: { FieldCheck.usesKMS($0.fields) })
}

extension FieldCheck {
    /// Server-side encryption is by AES256, KMS or SM4.
    static let encryptionAlgorithm = FieldCheck(
        "sse-algorithm-invalid", field: "x-oss-server-side-encryption", repeated: .sseAlgorithmInvalid
    ) { value, _ throws(Refusal) in
        guard !value.matches("AES256"), !value.matches("KMS"), !value.matches("SM4") else { return }
        throw Refusal(
            .sseAlgorithmInvalid, argument: "x-oss-server-side-encryption", value: value,
            expected: "AES256, KMS or SM4")
    }

    /// With KMS the data key may be for SM4; without KMS the field means nothing.
    static let dataEncryption = FieldCheck(
        "sse-data-encryption-invalid", field: "x-oss-server-side-data-encryption",
        repeated: .sseDataEncryptionInvalid
    ) { value, others throws(Refusal) in
        guard usesKMS(others), !value.matches("SM4") else { return }
        throw Refusal(
            .sseDataEncryptionInvalid, expected: "SM4", actual: value.prefix(Refusal.shownBytesMax).text)
    }

    /// With KMS the key id, if there is one, looks like one; whether it exists only KMS knows.
    static let kmsKeyID = FieldCheck(
        "kms-key-id-invalid", field: "x-oss-server-side-encryption-key-id", repeated: .kmsKeyIDInvalid
    ) { value, others throws(Refusal) in
        let isSound =
            !value.isEmpty && value.count <= OSSLimits.kmsKeyIDBytesMax
            && value.allSatisfy { isKeyIDCharacter($0) }
        guard usesKMS(others), !isSound else { return }
        throw Refusal(
            .kmsKeyIDInvalid, expected: "1 to 256 of letters, digits and / _ : . -",
            actual: value.prefix(Refusal.shownBytesMax).text)
    }

    static func usesKMS(_ fields: Fields) -> Bool {
        fields.first("x-oss-server-side-encryption")?.matches("KMS") ?? false
    }

    private static func isKeyIDCharacter(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == ASCII.slash || byte == ASCII.underscore || byte == ASCII.colon
            || byte == ASCII.dot || byte == ASCII.hyphen
    }
}

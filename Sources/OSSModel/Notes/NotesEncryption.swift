/// Encryption by the service and by the client.
extension CatalogueNote {
    static let encryption: [CatalogueNote] = [
        CatalogueNote(
            .sseAlgorithmInvalid, .head, ["sse-algorithm-invalid"],
            when: "`x-oss-server-side-encryption` is none of AES256, KMS and SM4.",
            mend: "Write the name exactly so; other clouds' `aws:kms` is not known."),
        CatalogueNote(
            .sseAlgorithmInvalid2, .head, ["sse-algorithm-invalid"],
            when: "`x-oss-server-side-encryption` of a head or form is none of AES256, KMS and SM4.",
            mend: "Write the name exactly so."),
        CatalogueNote(
            .sseRequestInvalid, .body, ["xml-sse-algorithm"],
            when: "SSEAlgorithm of a bucket's encryption is none of AES256, SM4 and KMS.",
            mend: "Write the name exactly so."),
        CatalogueNote(
            .sseDataEncryptionInvalid, .head, ["sse-data-encryption-invalid", "xml-sse-algorithm"],
            when: "With KMS the data encryption is something else than SM4.",
            mend: "Send `SM4` or leave it out, which means AES256."),
        CatalogueNote(
            .kmsKeyIDInvalid, .head, ["kms-key-id-invalid"],
            when: "The KMS key id is empty, longer than 256 bytes, or has characters that no id has.",
            mend: "Send the key's id or ARN, or leave the field out for the default key."),
        CatalogueNote(
            .kmsKeyIDWithoutKMS, .body, ["xml-kms-key-id"],
            when: "A KMS key id is given while the algorithm is not KMS.",
            mend: "Set the algorithm to KMS, or drop the key id."),
        CatalogueNote(
            .kmsKeyIDWhiteList, .service, [],
            when: "The account may not choose a KMS key.",
            mend: "Ask the vendor, or use the default key."),
        CatalogueNote(
            .sm4WhiteList, .service, [],
            when: "The account may not use SM4.",
            mend: "Ask the vendor, or use AES256."),
        CatalogueNote(
            .kmsServiceNotEnabled, .service, [],
            when: "The account has no KMS.",
            mend: "Switch KMS on, or encrypt with AES256."),
        CatalogueNote(
            .kmsUbsmsInvalidBid, .service, [],
            when: "KMS is not available to the account's partner.",
            mend: "Encrypt with AES256, or ask the partner."),
        CatalogueNote(
            .kmsInDebt, .service, [],
            when: "The KMS account is in debt.",
            mend: "Pay the bill."),
        CatalogueNote(
            .kmsInDebtOverdue, .service, [],
            when: "The KMS account is long in debt.",
            mend: "Pay the bill."),
        CatalogueNote(
            .keyNotFound, .service, [],
            when: "The KMS key does not exist.",
            mend: "Check key id and region; keys do not cross regions."),
        CatalogueNote(
            .aliasNotFound, .service, [],
            when: "The KMS alias does not exist.",
            mend: "Check the alias and its region."),
        CatalogueNote(
            .keyDisabled, .service, [],
            when: "The KMS key is disabled.",
            mend: "Enable the key."),
        CatalogueNote(
            .keyPendingDeletion, .service, [],
            when: "The KMS key is about to be deleted.",
            mend: "Cancel its deletion while there is time; without the key the data is lost."),
        CatalogueNote(
            .keyPendingImport, .service, [],
            when: "The KMS key has no material yet.",
            mend: "Import the key's material."),
        CatalogueNote(
            .cseSetOnce, .head, ["cse-set-once"],
            when: "A copy carries client-side encryption fields, which belong to the upload.",
            mend: "Leave them out: a copy keeps those of its source."),
        CatalogueNote(
            .cseMissingParameters, .head, ["cse-missing-parameters", "cse-part-without-parameters"],
            when: """
                Some fields of client-side encryption are there and others are not, or a part has none and its upload \
                was begun with them.
                """,
            mend: """
                Send key, start, cek-alg and wrap-alg, for multipart uploads data-size and part-size \
                too; SDKs do.
                """),
        CatalogueNote(
            .cseTooManyParts, .head, ["cse-too-many-parts"],
            when: "data-size and part-size of client-side encryption make more than 10000 parts.",
            mend: "Choose larger parts."),
        CatalogueNote(
            .cseSizeInvalid, .head, ["cse-size-invalid"],
            when: """
                data-size or part-size of client-side encryption is no positive number, or part-size no \
                multiple of 16.
                """,
            mend: "Choose a part size that the cipher's blocks divide."),
        CatalogueNote(
            .csePartListUnexpected, .state, ["cse-part-list-unexpected"],
            when: "A completion lists another number of parts than the encrypted upload was begun with.",
            mend: "Upload and list all parts."),
        CatalogueNote(
            .csePartIDTooLarge, .state, ["cse-part-id-too-large"],
            when: "A part's number is above what the encrypted upload was begun with.",
            mend: "Cut the data as it was said at the beginning."),
        CatalogueNote(
            .csePartSizeDiffers, .state, ["cse-part-size-differs"],
            when: "A part is not as large as the encrypted upload was begun with.",
            mend: "Send parts of exactly part-size; only the last may be shorter."),
        CatalogueNote(
            .cseLastPartSizeDiffers, .state, ["cse-last-part-size-differs"],
            when: "The last part is not what remains of data-size.",
            mend: "Send exactly the rest; data-size has to be that of the encrypted data."),
        CatalogueNote(
            .cseMetaInconsistent, .state, ["cse-meta-inconsistent"],
            when: "A part's client-side encryption fields differ from those that the upload was begun with.",
            mend: "Keep one key and one initial value for the whole upload."),
        CatalogueNote(
            .csePartCopy, .state, ["cse-part-copy"],
            when: "A part of an encrypted upload is copied.",
            mend: "Upload the part: data cannot be encrypted by the client while the service copies it."),
    ]
}

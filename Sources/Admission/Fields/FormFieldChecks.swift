/// The checks of values that a form shares with heads.
enum FormFieldChecks {
    /// In the order of the head rules. A form has no tags ("PostObject" page), and its key id means something with
    /// KMS only, as in a head.
    static let ordered: [FieldCheck] =
        [
            .trafficLimit, .encryptionAlgorithm, .dataEncryption, .kmsKeyID, .objectACL, .storageClass,
            .forbidOverwrite, .persistentHeaders,
        ] + CallbackCheck.ordered.map(\.formCheck)
}

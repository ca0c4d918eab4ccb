import Bytes
import OSSModel
import XML

extension DocumentRule {
    /// One of the five classes, or none for Standard ("PutBucket" page and the SDKs).
    static let bucketStorageClass = DocumentRule("xml-storage-class", on: [.putBucket]) {
        view throws(Refusal) in
        guard let value = view.root.value("StorageClass") else { return }
        let classes: [Literal] = ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]
        guard !classes.contains(where: { value.matches($0) }) else { return }
        throw Refusal(
            .bucketStorageClass, argument: "StorageClass", value: value.prefix(256),
            expected: "Standard, IA, Archive, ColdArchive or DeepColdArchive")
    }

    /// `Enabled` or `Suspended`; that it is missing has an error of its own.
    static let versioningStatus = DocumentRule("xml-versioning-status", on: [.putBucketVersioning]) {
        view throws(Refusal) in
        guard let value = view.root.value("Status") else {
            throw Refusal(.versioningElementMissing, expected: "Status", actual: "none")
        }
        guard !value.matches("Enabled"), !value.matches("Suspended") else { return }
        throw Refusal(
            .invalidArgumentGeneric, argument: "Status", value: value.prefix(256),
            expected: "Enabled or Suspended")
    }

    static let encryptionAlgorithm = DocumentRule("xml-sse-algorithm", on: [.putBucketEncryption]) {
        view throws(Refusal) in
        guard let value = encryption(view)?.child("SSEAlgorithm")?.trimmedText,
            !value.matches("AES256"), !value.matches("SM4"), !value.matches("KMS")
        else { return }
        throw Refusal(
            .sseRequestInvalid, expected: "AES256, SM4 or KMS", actual: value.prefix(64).text)
    }

    /// A key is named for KMS only; an empty element names none.
    static let encryptionKeyID = DocumentRule("xml-kms-key-id", on: [.putBucketEncryption]) {
        view throws(Refusal) in
        guard let settings = encryption(view), let key = settings.value("KMSMasterKeyID"),
            let algorithm = settings.value("SSEAlgorithm"),
            algorithm.matches("AES256") || algorithm.matches("SM4")
        else { return }
        throw Refusal(
            .kmsKeyIDWithoutKMS, argument: "KMSMasterKeyID", value: key.prefix(256),
            expected: "SSEAlgorithm KMS, or no key")
    }

    private static func encryption(_ view: DocumentView) -> XMLElement? {
        view.root.child("ApplyServerSideEncryptionByDefault")
    }

    /// 1 day to 70 years ("Retention policy" page).
    static let wormDays = DocumentRule("xml-worm-days", on: [.initiateBucketWorm, .extendBucketWorm]) {
        view throws(Refusal) in
        let value = view.root.value("RetentionPeriodInDays")
        guard let days = value?.decimal, (1...25_550).contains(days) else {
            throw Refusal(
                .wormConfigurationInvalid, expected: "1 to 25550 days",
                actual: value.map { $0.prefix(64).text } ?? "none")
        }
    }

    /// The Id is that of the query ("PutBucketInventory" page).
    static let inventoryID = DocumentRule("xml-inventory-id", on: [.putBucketInventory]) {
        view throws(Refusal) in
        guard let named = view.query.first("inventoryId")?.decodedValue, !named.isEmpty,
            let id = view.root.child("Id")
        else { return }
        guard !id.trimmedText.elementsEqual(named), id.text != named else { return }
        throw .malformed(
            expected: "Id \(named.prefix(64)[...].text)", actual: id.trimmedText.prefix(64).text)
    }
}

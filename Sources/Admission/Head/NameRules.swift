import Bytes
import OSSModel

extension HeadRule {
    /// 3 to 63 bytes of `a-z 0-9 -`, first and last a letter or digit; case is not folded ("Bucket naming" page).
    static let bucketName = HeadRule("invalid-bucket-name") { view throws(Refusal) in
        guard let bucket = view.resource.bucket, !isBucketName(bucket) else { return }
        throw Refusal(
            CatalogueRow.invalidBucketName.with("BucketName", bucket.text),
            expected: "3 to 63 of a-z, 0-9 and hyphen, no hyphen first or last", actual: bucket.text)
    }

    /// A parameter that exists only for objects needs a key.
    static let objectNamePresent = HeadRule(
        "object-name-empty", needs: .query, applies: { $0.level == .bucket },
        check: { view throws(Refusal) in
            guard let parameter = objectOnlyParameter(view) else { return }
            throw Refusal(
                CatalogueRow.invalidObjectNameEmpty.with("ObjectName", ""),
                expected: "a key, for \(parameter)",
                actual: "")
        })

    /// The decoded key: at most 1023 bytes, then no slash or backslash first, then UTF-8; a key with several
    /// faults gets the first of these ("Object naming" page).
    static let objectName = HeadRule(
        "invalid-object-name", applies: { $0.level == .object && !$0.isOne(of: channelOperations) },
        check: { view throws(Refusal) in
            let key = view.resource.key
            guard key.count <= OSSLimits.keyBytesMax else {
                throw Refusal(
                    CatalogueRow.invalidObjectNameLength.with("ObjectName", key.text),
                    expected: "at most \(OSSLimits.keyBytesMax) bytes", actual: "\(key.count) bytes")
            }
            guard key.first != ASCII.slash, key.first != ASCII.backslash, key.isUTF8 else {
                throw Refusal(
                    CatalogueRow.invalidObjectNameInvalid.with("ObjectName", key.text),
                    expected: "UTF-8 with no slash or backslash first", actual: view.resource.rawKey.text)
            }
        })

    static func isBucketName(_ name: ByteSlice) -> Bool {
        guard OSSLimits.bucketNameBytes.contains(name.count), name.first != ASCII.hyphen,
            name.last != ASCII.hyphen
        else { return false }
        return name.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }
    }

    /// A bucket's own listings are `GET ?uploads` and `GET ?live`; a preflight may name any parameter.
    private static func objectOnlyParameter(_ view: HeadView) -> Literal? {
        guard view.head.method != .options else { return nil }
        let always: [Literal] = ["append", "symlink", "restore", "objectMeta", "partNumber", "uploadId"]
        if let found = always.first(where: { view.query.contains($0) }) { return found }
        return view.head.method == .post && view.query.contains("uploads") ? "uploads" : nil
    }
}

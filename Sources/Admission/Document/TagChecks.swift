import Bytes
import OSSModel
import XML

extension DocumentRule {
    private static let tagged: OperationSet = [.putBucketTags, .putObjectTagging]

    /// 1 to 64 bytes, and not of the vendor's own ("PutBucketTags" page).
    static let bucketTagKey = DocumentRule("xml-bucket-tag-key", on: [.putBucketTags]) {
        view throws(Refusal) in
        let reserved: [Literal] = ["http://", "https://", "Aliyun"]
        for tag in tags(view) {
            let key = (tag.child("Key")?.text ?? [])[...]
            guard (1...64).contains(key.count), !reserved.contains(where: { key.hasPrefix($0) }) else {
                throw Refusal(
                    .bucketTagKeyInvalid, expected: "1 to 64 bytes, not http://, https:// or Aliyun first",
                    actual: key.prefix(128).text)
            }
        }
    }

    static let bucketTagValue = DocumentRule("xml-bucket-tag-value", on: [.putBucketTags]) {
        view throws(Refusal) in
        for tag in tags(view) {
            let value = tag.child("Value")?.text ?? []
            guard value.count <= 128 else {
                throw Refusal(
                    .bucketTagValueInvalid, expected: "at most 128 bytes", actual: "\(value.count) bytes")
            }
        }
    }

    /// At least one, at most 20. That a set is empty is a fault of form.
    static let bucketTagCount = DocumentRule("xml-bucket-tag-count", on: [.putBucketTags]) {
        view throws(Refusal) in
        let count = tags(view).count
        guard count <= 20 else {
            throw Refusal(.tooManyBucketTags, expected: "at most 20 tags", actual: "\(count)")
        }
        guard count > 0 else { throw .malformed(expected: "TagSet/Tag: at least 1", actual: "0") }
    }

    /// 1 to 128 bytes of letters, digits, blanks and `+ - = . _ : /` ("Object tagging" page).
    static let objectTagKey = DocumentRule("xml-object-tag-key", on: [.putObjectTagging]) {
        view throws(Refusal) in
        for tag in tags(view) {
            let key = (tag.child("Key")?.text ?? [])[...]
            guard ObjectTags.isKey(key) else {
                throw Refusal(
                    .taggingKeyInvalid, expected: "1 to 128 of letters, digits, blank and + - = . _ : /",
                    actual: key.prefix(128).text)
            }
        }
    }

    /// A bad value has no error of its own.
    static let objectTagValue = DocumentRule("xml-object-tag-value", on: [.putObjectTagging]) {
        view throws(Refusal) in
        for tag in tags(view) {
            let value = (tag.child("Value")?.text ?? [])[...]
            guard ObjectTags.isValue(value) else {
                throw Refusal(
                    .invalidArgumentGeneric, argument: "Value", value: value.prefix(256),
                    expected: "at most 256 of letters, digits, blank and + - = . _ : /")
            }
        }
    }

    static let objectTagCount = DocumentRule("xml-object-tag-count", on: [.putObjectTagging]) {
        view throws(Refusal) in
        let count = tags(view).count
        guard count > OSSLimits.objectTagsMax else { return }
        throw Refusal(
            CatalogueRow.invalidArgumentGeneric.argument("TagSet", "\(count)"),
            expected: "at most \(OSSLimits.objectTagsMax) tags",
            actual: "\(count)")
    }

    /// Keys are compared byte by byte.
    static let repeatedTags = DocumentRule("xml-repeated-tags", on: tagged) { view throws(Refusal) in
        var seen = Set<[UInt8]>()
        for tag in tags(view) {
            guard let key = tag.child("Key")?.text else { continue }
            guard seen.insert(key).inserted else {
                throw Refusal(
                    .repeatedTags, expected: "each key once", actual: key.prefix(128).text)
            }
        }
    }

    private static func tags(_ view: DocumentView) -> [XMLElement] {
        view.root.child("TagSet")?.children("Tag") ?? []
    }
}

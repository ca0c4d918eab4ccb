import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// `x-oss-tagging` reads as the parameters of a URL: escapes, UTF-8, no key twice, at most ten.
    static let taggingForm = HeadRule(
        "tagging-header-format", on: tagged, about: tagging,
        check: { view throws(Refusal) in
            guard let value = try view.sole(tagging, orRefuse: .taggingHeaderFormat) else { return }
            let fault: String
            switch ObjectTags.read(value) {
            case .success: return
            case .failure(let failure): fault = failure.reason
            }
            throw Refusal(
                CatalogueRow.taggingHeaderFormat.argument(tagging.description, value.text),
                expected: "at most \(OSSLimits.objectTagsMax) different URL-encoded key=value", actual: fault)
        })

    /// Keys, then values, have the lengths and characters of the "Object tagging" page.
    static let taggingCharacters = HeadRule(
        "tagging-characters", on: tagged, about: tagging,
        check: { view throws(Refusal) in
            guard let value = view.fields.first(tagging), case .success(let tags) = ObjectTags.read(value)
            else { return }
            if let tag = tags.first(where: { !ObjectTags.isKey($0.key[...]) }) {
                throw Refusal(
                    .taggingKeyInvalid, expected: "1 to 128 of letters, digits, space and + - = . _ : /",
                    actual: tag.key[...].text)
            }
            if let tag = tags.first(where: { !ObjectTags.isValue($0.value[...]) }) {
                throw Refusal(
                    .invalidArgumentGeneric, argument: tagging.description, value: value,
                    expected: "values of at most 256 letters, digits, space and + - = . _ : /, not that of "
                        + tag.key[...].text)
            }
        })

    private static let tagging: Literal = "x-oss-tagging"

    /// A form has no tags ("PostObject" page).
    private static let tagged: OperationSet = storing.union([.putSymlink])
}

/// The tags of an object as a field has them.
enum ObjectTags {
    struct Tag: Sendable {
        /// Decoded.
        let key: [UInt8]
        /// Decoded; empty when there is no `=`.
        let value: [UInt8]
    }

    struct Fault: Error {
        let reason: String
    }

    /// `key[=value]` parted by ampersands; an ampersand too many adds nothing, and an empty field is no tags.
    static func read(_ text: ByteSlice) -> Result<[Tag], Fault> {
        var tags: [Tag] = []
        for item in text.split(separator: ASCII.ampersand) {
            let halves = item.split(separator: ASCII.equals, omittingEmptySubsequences: false)
            guard halves.count <= 2 else { return .failure(Fault(reason: "two equals signs in one tag")) }
            guard let key = decoded(halves[0]), let value = decoded(halves.count > 1 ? halves[1] : [])
            else { return .failure(Fault(reason: "a broken escape, or not UTF-8")) }
            guard !tags.contains(where: { $0.key == key }) else {
                return .failure(Fault(reason: "a key twice"))
            }
            tags.append(Tag(key: key, value: value))
            guard tags.count <= OSSLimits.objectTagsMax else {
                return .failure(Fault(reason: "more tags"))
            }
        }
        return .success(tags)
    }

    static func isKey(_ key: ByteSlice) -> Bool {
        OSSLimits.objectTagKeyBytes.contains(key.count) && key.allSatisfy { isTagByte($0) }
    }

    static func isValue(_ value: ByteSlice) -> Bool {
        value.count <= OSSLimits.objectTagValueBytesMax && value.allSatisfy { isTagByte($0) }
    }

    private static func decoded(_ text: ByteSlice) -> [UInt8]? {
        PercentEncoding.decode(text, malformed: .refused, plusIsSpace: true).flatMap {
            $0[...].isUTF8 ? $0 : nil
        }
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        if ASCII.isAlphanumeric(byte) { return true }
        return switch byte {
        case ASCII.space, ASCII.plus, ASCII.hyphen, ASCII.equals, ASCII.dot, ASCII.underscore, ASCII.colon,
            ASCII.slash:
            true
        default: false
        }
    }
}

import Bytes
import OSSModel
import XML

extension DocumentRule {
    /// The list names as many parts as the encrypted data was to be cut into.
    static let encryptedPartList = DocumentRule(
        "cse-part-list-unexpected", on: [.completeMultipartUpload]
    ) { view throws(Refusal) in
        guard let layout = view.upload?.encryption?.layout else { return }
        let listed = view.root.children("Part").count
        guard UInt64(listed) != layout.partCount else { return }
        throw Refusal(
            .csePartListUnexpected, expected: "\(layout.partCount) parts", actual: "\(listed) parts")
    }

    /// Each listed part has the ETag that its upload was answered with. Asked only when every part of the list was
    /// uploaded through this process and it is certain which upload of it was the last: a part that was never seen
    /// here shows that the upload has other ways to the service, and then the service decides.
    static let uploadedParts = DocumentRule("invalid-part", on: [.completeMultipartUpload]) {
        view throws(Refusal) in
        guard let known = view.upload?.parts else { return }
        var wrong: UInt16?
        for part in view.root.children where part.isNamed("Part") {
            guard let number = part.child("PartNumber")?.trimmedText.decimal.flatMap({ UInt16(exactly: $0) }),
                let listed = part.child("ETag")?.trimmedText, let tag = known[number]?.certainTag
            else { return }
            if wrong == nil, EntityTagHash(listed) != tag { wrong = number }
        }
        guard let wrong else { return }
        throw Refusal(
            .invalidPart, expected: "the ETag that the upload of part \(wrong) was answered with",
            actual: "another one",
            hint:
                "a part that was uploaded again past this gateway would look the same: set the rule to report then"
        )
    }
}

import Bytes
package import HTTPModel
import OSSModel

/// The rules that hold a request against what is known of its upload in parts. They come after all rules of the
/// head and before the body; where nothing is known of the upload they ask only what the request says itself.
package enum UploadRules {
    /// Of parts. Their order *is* the precedence of refusals: what differs from the beginning goes before sizes
    /// (note of the catalogue).
    static let ordered: [HeadRule] = [
        .encryptedPartCopy, .encryptedPartParameters, .encryptedPartConsistency, .encryptedPartNumber,
        .encryptedPartSize, .encryptedLastPartSize,
    ]

    /// Of the list of parts that completes an upload, after all that is asked of the document itself.
    static let completion: [DocumentRule] = [.encryptedPartList, .uploadedParts]

    /// The names of the rules, in order.
    package static let names: [String] = (ordered.map(\.name) + completion.map(\.name)).map(\.description)

    /// What the rules say of the head of a part. `upload` is nil when nothing is known of it.
    package static func judge(
        head: RequestHead, settings: AdmissionSettings, upload: UploadFacts?, now: Int64
    ) -> (rejection: Rejection?, reported: [Rejection]) {
        let view = HeadView(head: head, settings: settings, now: now, upload: upload)
        var reported: [Rejection] = []
        for (index, rule) in ordered.enumerated() {
            guard let operation = view.operation, rule.operations?.contains(operation) ?? true,
                settings.modes.upload[index] != .off, let failure = rule.refusal(of: view)
            else { continue }
            if settings.modes.upload[index] == .enforce { return (failure, reported) }
            reported.append(failure)
        }
        return (nil, reported)
    }

    /// How long the chunked body of an encrypted part must turn out; nil where nothing is asked.
    package static func lengthToCount(
        head: RequestHead, settings: AdmissionSettings, upload: UploadFacts?, now: Int64
    ) -> PartLength? {
        guard head.framing == .chunked else { return nil }
        let view = HeadView(head: head, settings: settings, now: now, upload: upload)
        guard view.operation == .uploadPart, let part = EncryptedPart(view), part.isWithinLayout else {
            return nil
        }
        let length = PartLength(bytes: part.bytes, isLast: part.isLast)
        return settings.modes.mode(of: length.rule) == .off ? nil : length
    }
}

/// The length that the body of an encrypted part must have, for a body that does not say how long it is.
package struct PartLength: Sendable, Equatable {
    package let bytes: UInt64
    let isLast: Bool

    var rule: Literal { isLast ? HeadRule.encryptedLastPartSize.name : HeadRule.encryptedPartSize.name }

    /// The refusal of a body that is shorter, or has grown longer.
    package func rejection(received: UInt64) -> Rejection {
        EncryptedPart.refusal(isLast: isLast, expected: bytes, actual: received)
            .rejection(by: rule, in: .body)
    }
}

extension HeadRule {
    /// What lies encrypted elsewhere would fit neither key nor counter of the upload.
    static let encryptedPartCopy = HeadRule(
        "cse-part-copy", on: [.uploadPartCopy],
        check: { view throws(Refusal) in
            let present = ClientEncryption(view.fields)
            guard view.upload?.encryption != nil || !present.isEmpty else { return }
            throw Refusal(
                .csePartCopy, expected: "no copy into an upload under client-side encryption",
                actual: present.isEmpty ? "the upload was begun so" : "fields \(ClientEncryption.prefix)*")
        })

    /// A part of an encrypted upload says again what the beginning said.
    static let encryptedPartParameters = HeadRule(
        "cse-part-without-parameters", on: [.uploadPart],
        check: { view throws(Refusal) in
            guard view.upload?.encryption != nil, ClientEncryption(view.fields).isEmpty else { return }
            throw Refusal(
                .cseMissingParameters, expected: "the six fields of the upload's beginning", actual: "none")
        })

    /// What a part says again is what the beginning said (EC 0005-00000418).
    static let encryptedPartConsistency = HeadRule(
        "cse-meta-inconsistent", on: [.uploadPart],
        check: { view throws(Refusal) in
            guard let begun = view.upload?.encryption, let own = UploadEncryption(view.fields) else { return }
            let differences = begun.differences(from: own)
            guard !differences.isEmpty else { return }
            throw Refusal(
                .cseMetaInconsistent, expected: "the values of the upload's beginning",
                actual: "others for \(differences.joined(separator: ", "))")
        })

    /// No part lies beyond the end of the data.
    static let encryptedPartNumber = HeadRule(
        "cse-part-id-too-large", on: [.uploadPart],
        check: { view throws(Refusal) in
            guard let part = EncryptedPart(view), !part.isWithinLayout else { return }
            throw Refusal(
                .csePartIDTooLarge, expected: "at most \(part.layout.partCount)", actual: "\(part.number)")
        })

    /// Every part but the last has the size of parts.
    static let encryptedPartSize = HeadRule(
        "cse-part-size-differs", on: [.uploadPart],
        check: { view throws(Refusal) in
            guard let part = EncryptedPart(view), !part.isLast else { return }
            try part.requireDeclaredLength(view)
        })

    /// The last part has the rest.
    static let encryptedLastPartSize = HeadRule(
        "cse-last-part-size-differs", on: [.uploadPart],
        check: { view throws(Refusal) in
            guard let part = EncryptedPart(view), part.isLast else { return }
            try part.requireDeclaredLength(view)
        })
}

/// A part under client-side encryption, as its own fields describe it. They repeat those of the beginning.
private struct EncryptedPart {
    let number: UInt64
    let layout: EncryptedLayout

    /// nil for a part without these fields, and for one of an upload that is known not to be encrypted.
    init?(_ view: HeadView) {
        if let upload = view.upload, upload.encryption == nil { return nil }
        guard let layout = UploadEncryption(view.fields)?.layout,
            let number = view.query.value("partNumber")?.decimal, number > 0
        else { return nil }
        self.number = number
        self.layout = layout
    }

    var isWithinLayout: Bool { number <= layout.partCount }
    var isLast: Bool { number == layout.partCount }
    var bytes: UInt64 { layout.bytes(ofPart: number) }

    func requireDeclaredLength(_ view: HeadView) throws(Refusal) {
        guard isWithinLayout, case .length(let declared) = view.head.framing, declared != bytes else {
            return
        }
        throw Self.refusal(isLast: isLast, expected: bytes, actual: declared)
    }

    static func refusal(isLast: Bool, expected: UInt64, actual: UInt64) -> Refusal {
        Refusal(
            isLast ? .cseLastPartSizeDiffers : .csePartSizeDiffers, expected: "\(expected) bytes",
            actual: "\(actual) bytes")
    }
}

import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// A copy keeps the encryption fields of its source; it may not set them.
    static let encryptionSetOnce = HeadRule(
        "cse-set-once", on: [.copyObject],
        check: { view throws(Refusal) in
            guard !ClientEncryption(view.fields).isEmpty else { return }
            throw Refusal(
                .cseSetOnce, expected: "no \(ClientEncryption.prefix) field on a copy", actual: "present")
        })

    /// Who sets one of the fields sets all that reading the object needs; of an upload in parts its sizes too
    /// (EC 0005-00000402, 0005-00000406 and 0005-00000407).
    static let encryptionParameters = HeadRule(
        "cse-missing-parameters", on: [.putObject, .appendObject, .initiateMultipartUpload, .uploadPart],
        check: { view throws(Refusal) in
            let present = ClientEncryption(view.fields)
            guard !present.isEmpty else { return }
            let needed: ClientEncryption = view.isOne(of: sized) ? [.envelope, .sizes] : .envelope
            guard !present.isSuperset(of: needed) else { return }
            throw Refusal(
                .cseMissingParameters, expected: needed.names, actual: present.intersection(needed).names)
        })

    /// Both sizes count bytes from one up, and the cipher works in blocks of 16.
    static let encryptionSizes = HeadRule(
        "cse-size-invalid", on: sized,
        check: { view throws(Refusal) in
            if let value = try view.sole(ClientEncryption.dataSizeField, orRefuse: .cseSizeInvalid),
                isZeroOrNoNumber(value)
            {
                throw Refusal(.cseSizeInvalid, expected: "a data size from 1 byte up", actual: value.text)
            }
            if let value = try view.sole(ClientEncryption.partSizeField, orRefuse: .cseSizeInvalid),
                isZeroOrNoNumber(value)
                    || !(value.decimal ?? 1).isMultiple(of: OSSLimits.encryptedPartBytesMultiple)
            {
                throw Refusal(
                    .cseSizeInvalid, expected: "a part size that is a multiple of 16", actual: value.text)
            }
        })

    /// The parts that the sizes make are no more than an upload may have.
    static let encryptionPartCount = HeadRule(
        "cse-too-many-parts", on: [.initiateMultipartUpload],
        check: { view throws(Refusal) in
            guard let part = view.fields.first(ClientEncryption.partSizeField)?.decimal, part > 0,
                let data = view.fields.first(ClientEncryption.dataSizeField)
            else { return }
            let size = data.decimal ?? (isZeroOrNoNumber(data) ? 0 : .max)
            let count = size / part + (size.isMultiple(of: part) ? 0 : 1)
            guard count > OSSLimits.partNumbers.upperBound else { return }
            throw Refusal(
                .cseTooManyParts, expected: "at most \(OSSLimits.partNumbers.upperBound) parts",
                actual: "\(count) parts")
        })

    private static let sized: OperationSet = [.initiateMultipartUpload, .uploadPart]

    /// A number too large for us is still a number.
    private static func isZeroOrNoNumber(_ value: ByteSlice) -> Bool {
        value.allSatisfy { $0 == ASCII.zero } || !value.allSatisfy { ASCII.isDigit($0) }
    }
}

/// Which fields of client-side encryption a request has.
struct ClientEncryption: OptionSet, Sendable {
    static let key = ClientEncryption(rawValue: 1)
    static let start = ClientEncryption(rawValue: 2)
    static let contentAlgorithm = ClientEncryption(rawValue: 4)
    static let wrapAlgorithm = ClientEncryption(rawValue: 8)
    static let dataSize = ClientEncryption(rawValue: 16)
    static let partSize = ClientEncryption(rawValue: 32)
    /// One that nothing is asked of.
    static let other = ClientEncryption(rawValue: 64)

    /// What decrypting takes.
    static let envelope: ClientEncryption = [.key, .start, .contentAlgorithm, .wrapAlgorithm]
    /// What cutting into parts takes.
    static let sizes: ClientEncryption = [.dataSize, .partSize]

    static let prefix: Literal = "x-oss-meta-client-side-encryption-"
    static let dataSizeField: Literal = "x-oss-meta-client-side-encryption-data-size"
    static let partSizeField: Literal = "x-oss-meta-client-side-encryption-part-size"

    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Those among the fields; one pass, which a request without any passes quickly.
    init(_ fields: Fields) {
        var found: ClientEncryption = []
        for index in fields.entries.indices where fields.entries[index].name.count > Self.prefix.count {
            let name = fields.name(at: index)
            guard name.hasPrefixIgnoringCase(Self.prefix) else { continue }
            let rest = name.dropFirst(Self.prefix.count)
            found.insert(Self.known.first { rest.matchesIgnoringCase($0.name) }?.field ?? .other)
        }
        self = found
    }

    /// The fields of the envelope, by name.
    static let envelopeFields: [Literal] = [
        "x-oss-meta-client-side-encryption-key", "x-oss-meta-client-side-encryption-start",
        "x-oss-meta-client-side-encryption-cek-alg", "x-oss-meta-client-side-encryption-wrap-alg",
    ]

    /// For the record.
    var names: String {
        Self.known.filter { contains($0.field) }.map(\.name.description).joined(separator: ", ")
    }

    private static let known: [(name: Literal, field: ClientEncryption)] = [
        ("key", .key), ("start", .start), ("cek-alg", .contentAlgorithm), ("wrap-alg", .wrapAlgorithm),
        ("data-size", .dataSize), ("part-size", .partSize),
    ]
}

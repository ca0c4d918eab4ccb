import Bytes
package import HTTPModel

/// What InitiateMultipartUpload said of client-side encryption: all that the rules of its parts compare. Of each
/// value only a hash is kept, since keys may be long: two that differ are different for certain, and two that agree
/// are taken for the same, which refuses nothing.
package struct UploadEncryption: Sendable, Equatable {
    /// Of key, start and both algorithms, in this order.
    let envelope: [Int]
    let dataSize: Size
    let partSize: Size

    /// A size as a number, so that leading zeros make no difference; its hash if it is none.
    enum Size: Sendable, Equatable {
        case bytes(UInt64)
        case other(Int)

        init(_ text: ByteSlice) { self = text.decimal.map { .bytes($0) } ?? .other(text.hashValue) }

        var bytes: UInt64? { if case .bytes(let count) = self { count } else { nil } }
    }

    /// nil unless all six fields are there.
    package init?(_ fields: Fields) {
        var envelope: [Int] = []
        for name in ClientEncryption.envelopeFields {
            guard let value = fields.first(name) else { return nil }
            envelope.append(value.hashValue)
        }
        guard let data = fields.first(ClientEncryption.dataSizeField),
            let part = fields.first(ClientEncryption.partSizeField)
        else { return nil }
        self.envelope = envelope
        dataSize = Size(data)
        partSize = Size(part)
    }

    /// How the data is cut; nil when the sizes are no numbers above zero.
    var layout: EncryptedLayout? {
        guard let data = dataSize.bytes, let part = partSize.bytes else { return nil }
        return EncryptedLayout(dataBytes: data, partBytes: part)
    }

    /// The names of the fields that differ, for the record; their values are nobody's business.
    func differences(from other: UploadEncryption) -> [String] {
        var names: [String] = []
        for (index, name) in ClientEncryption.envelopeFields.enumerated()
        where envelope[index] != other.envelope[index] {
            names.append(name.description)
        }
        if dataSize != other.dataSize { names.append(ClientEncryption.dataSizeField.description) }
        if partSize != other.partSize { names.append(ClientEncryption.partSizeField.description) }
        return names
    }
}

/// The parts that encrypted data of a size is cut into: all of one size but the last, which has the rest.
struct EncryptedLayout: Sendable, Equatable {
    let dataBytes: UInt64
    let partBytes: UInt64

    /// nil when either is zero.
    init?(dataBytes: UInt64, partBytes: UInt64) {
        guard dataBytes > 0, partBytes > 0 else { return nil }
        self.dataBytes = dataBytes
        self.partBytes = partBytes
    }

    var partCount: UInt64 { dataBytes / partBytes + (dataBytes.isMultiple(of: partBytes) ? 0 : 1) }

    /// The size that the part of this number must have, for numbers from 1 to `partCount`.
    func bytes(ofPart number: UInt64) -> UInt64 {
        number < partCount ? partBytes : dataBytes - (partCount - 1) * partBytes
    }
}

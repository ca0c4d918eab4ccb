package import Bytes
package import OSSModel

/// Which upload in parts a request is about: its id together with bucket and object, so that an id under another
/// name is simply not known.
package struct UploadKey: Sendable, Hashable {
    /// Longer ids are not kept; those of the service have 32 bytes.
    private static let idBytesMax = 256

    let bucket: [UInt8]
    let object: [UInt8]
    package let id: [UInt8]

    /// nil where the host tells no bucket, and for ids that are empty or longer than any.
    package init?(_ resource: ResourceName, id: ByteSlice) {
        guard let bucket = resource.bucket, !id.isEmpty, id.count <= Self.idBytesMax else { return nil }
        self.bucket = [UInt8](bucket)
        object = [UInt8](resource.key)
        self.id = [UInt8](id)
    }
}

/// What is known of one part of an upload.
package struct UploadedPart: Sendable, Equatable {
    /// Of the ETag that the origin gave the part when it came this way last; nil while that is not certain.
    package internal(set) var tag: EntityTagHash?
    /// Its size; nil while that is not certain.
    package internal(set) var bytes: UInt64?
    /// Uploads of this part that are under way here.
    var inFlight: UInt16 = 0
    /// Two uploads of this part were under way at once: which came last at the origin is not known.
    var overlapped = false

    mutating func forget() {
        tag = nil
        bytes = nil
    }

    /// The tag, unless an upload of the part is under way.
    var certainTag: EntityTagHash? { inFlight == 0 ? tag : nil }
}

/// The hash of an ETag without its quotes and in one case, as the service compares them.
package struct EntityTagHash: Sendable, Hashable {
    private let value: Int

    package init(_ text: ByteSlice) {
        var hasher = Hasher()
        for byte in text where byte != ASCII.quote { hasher.combine(ASCII.lowercased(byte)) }
        value = hasher.finalize()
    }
}

/// What the gateway knows of an upload in parts whose beginning it has seen. A value that goes from shard to shard.
package struct UploadFacts: Sendable, Equatable {
    /// nil for an upload without client-side encryption.
    package var encryption: UploadEncryption?
    /// By number; those that came this way. Only told to a completion.
    package var parts: [UInt16: UploadedPart] = [:]
    /// Told to a part: the size of the others, as far as they came this way and their sizes are certain.
    package var otherPartsBytes: UInt64 = 0

    package init(encryption: UploadEncryption?) { self.encryption = encryption }
}

/// What a request does to an upload in parts.
package enum UploadStep: Sendable {
    /// The answer names the id.
    case begins(ResourceName, UploadEncryption?)
    case part(UploadKey, number: UInt16)
    case completes(UploadKey)
    case aborts(UploadKey)

    /// nil for every other request, and where the upload cannot be told.
    package init?(_ view: HeadView) {
        switch view.operation {
        case .initiateMultipartUpload:
            guard view.resource.bucket != nil else { return nil }
            self = .begins(view.resource, UploadEncryption(view.fields))
        case .uploadPart, .uploadPartCopy:
            guard let key = Self.key(view),
                let number = view.query.value("partNumber")?.decimal.flatMap({ UInt16(exactly: $0) })
            else { return nil }
            self = .part(key, number: number)
        case .completeMultipartUpload:
            guard let key = Self.key(view) else { return nil }
            self = .completes(key)
        case .abortMultipartUpload:
            guard let key = Self.key(view) else { return nil }
            self = .aborts(key)
        default: return nil
        }
    }

    private static func key(_ view: HeadView) -> UploadKey? {
        view.query.value("uploadId").flatMap { UploadKey(view.resource, id: $0) }
    }
}

/// A bucket as it is stored.
struct BucketRecord: Sendable, Equatable {
    var name: String
    /// Unix seconds.
    var created: Int64
    var acl: String
    var storageClass: String
    var redundancy: String
}

/// A field that is kept with an object and returned with it, byte for byte.
struct StoredField: Sendable, Equatable {
    var name: String
    var value: [UInt8]
}

/// Where the bytes of a body lie.
enum BodyReference: Sendable, Hashable {
    /// In memory, under this number of the body store.
    case memory(UInt64)
    /// A file of this name in the body store's directory.
    case file(String)
    /// A body of no bytes.
    case none
}

/// An object as it is stored: everything but its bytes.
struct ObjectRecord: Sendable, Equatable {
    enum Kind: String, Sendable {
        case normal = "Normal"
        case appendable = "Appendable"
        case multipart = "Multipart"
        case symlink = "Symlink"
    }

    /// The decoded key.
    var key: [UInt8]
    var kind: Kind
    /// The pieces of the body in order: one, but for appended and multipart objects.
    var pieces: [BodyPiece]
    /// Upper-case hexadecimal, without quotes.
    var etag: String
    var crc64: UInt64
    /// Base64 of the MD5; nil where the service gives none.
    var contentMD5: String?
    /// Unix seconds.
    var modified: Int64
    var acl: String
    var storageClass: String
    /// Content-Type, Cache-Control and the like, and `x-oss-meta-*` in lower case.
    var fields: [StoredField]
    /// Tags in the order they were given.
    var tags: [StoredField]
    /// The decoded target of a symbolic link.
    var symlinkTarget: [UInt8]?

    var size: UInt64 { pieces.reduce(0) { $0 + $1.size } }
}

/// A run of bytes of a body.
struct BodyPiece: Sendable, Equatable {
    var reference: BodyReference
    var size: UInt64
}

/// A multipart upload that has been initiated.
struct UploadRecord: Sendable, Equatable {
    var id: String
    var bucket: String
    var key: [UInt8]
    /// Unix seconds.
    var initiated: Int64
    var acl: String
    var storageClass: String
    var fields: [StoredField]
    var tags: [StoredField]
}

/// One part of an upload.
struct PartRecord: Sendable, Equatable {
    var uploadID: String
    var number: Int
    var piece: BodyPiece
    var etag: String
    var crc64: UInt64
    /// Unix seconds.
    var modified: Int64
}

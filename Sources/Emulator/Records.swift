/// A bucket as it is stored.
struct BucketRecord: Sendable, Equatable {
    var name: String
    /// Unix seconds.
    var created: Int64
    var acl: String
    var storageClass: String
    var redundancy: String
    /// nil as long as it has never been asked for.
    var versioning: Versioning?
}

/// Whether the versions of objects are kept.
enum Versioning: String, Sendable {
    case enabled = "Enabled"
    /// Versions stay; what is stored from now on takes the place of the version `null`.
    case suspended = "Suspended"
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
        /// No object: the version that hides those before it.
        case deleteMarker = "DeleteMarker"
    }

    /// The id of what is stored where no versions are kept.
    static let noVersion = "null"

    /// The decoded key.
    var key: [UInt8]
    var kind: Kind
    var version = noVersion
    /// Grows from each version in the store to the next.
    var sequence: Int64 = 0
    /// The pieces of the body in order: one, but for appended and multipart objects.
    var pieces: BodyPieces
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
    /// nil unless an archived object has been asked for.
    var restoration: Restoration?

    var size: UInt64 { pieces.size }
    var isDeleteMarker: Bool { kind == .deleteMarker }
}

/// When an archived object can be read.
struct Restoration: Sendable, Equatable {
    /// Unix seconds: from then on.
    var ready: Int64
    /// Unix seconds: up to then.
    var end: Int64
}

/// The pieces of a body, and how many bytes they have together.
struct BodyPieces: Sendable, Equatable, ExpressibleByArrayLiteral {
    private(set) var list: [BodyPiece]
    private(set) var size: UInt64

    init(_ list: [BodyPiece]) {
        self.list = list
        size = list.reduce(0) { $0 + $1.size }
    }

    init(arrayLiteral list: BodyPiece...) { self.init(list) }

    mutating func append(_ piece: BodyPiece) {
        list.append(piece)
        size += piece.size
    }
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

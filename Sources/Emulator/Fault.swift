import OSSModel

/// The emulator's own faults, with the elements that tell what they concern.
enum Fault {
    static func noSuchBucket(_ name: String) -> OSSError {
        CatalogueRow.noSuchBucket.with("BucketName", name)
    }

    static func noSuchKey(_ key: [UInt8]) -> OSSError {
        CatalogueRow.noSuchKey.with("Key", String(decoding: key, as: UTF8.self))
    }

    static func noSuchUpload(_ id: String) -> OSSError { CatalogueRow.noSuchUpload.with("UploadId", id) }

    /// An append at another place than the end; `length` also goes into the answer as
    /// `x-oss-next-append-position`.
    static func position(_ length: UInt64) -> OSSError {
        CatalogueRow.positionNotEqualToLength.with(nextPosition, "\(length)")
    }

    /// An append to an object of another kind, with its length likewise.
    static func notAppendable(_ length: UInt64) -> OSSError {
        CatalogueRow.objectNotAppendable.with(nextPosition, "\(length)")
    }

    /// The name under which both carry the length.
    static let nextPosition = "NextAppendPosition"

    static func argument(_ name: String, _ value: [UInt8]) -> OSSError {
        CatalogueRow.invalidArgumentGeneric.argument(name, String(decoding: value, as: UTF8.self))
    }

    /// Data could not be stored: the reason is for whoever runs the emulator.
    static func storage(_ error: any Error) -> OSSError {
        CatalogueRow.internalError.with("Reason", "\(error)")
    }
}

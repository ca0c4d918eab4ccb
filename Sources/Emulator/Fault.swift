import Bytes
import OSSModel

/// The emulator's own faults, with the elements that tell what they concern.
enum Fault {
    static func noSuchBucket(_ name: String) -> OSSError {
        CatalogueRow.noSuchBucket.with("BucketName", name)
    }

    static func noSuchKey(_ key: [UInt8]) -> OSSError {
        CatalogueRow.noSuchKey.with("Key", String(decoding: key, as: UTF8.self))
    }

    static func noSuchVersion(_ key: [UInt8], _ version: String) -> OSSError {
        CatalogueRow.noSuchVersion.with("Key", String(decoding: key, as: UTF8.self)).with(
            "VersionId", version)
    }

    /// The current version is a delete marker.
    static func hidden(_ marker: ObjectRecord) -> OSSError {
        noSuchKey(marker.key).with(deleteMarker, "true").with(versionID, marker.version)
    }

    /// The version that was asked for is a delete marker: there is nothing that could be done with it but to delete it.
    static func deleteMarker(_ marker: ObjectRecord) -> OSSError {
        CatalogueRow.methodNotAllowed.with("ResourceType", "DeleteMarker").with(deleteMarker, "true")
            .with(versionID, marker.version)
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
    private static let nextPosition = "NextAppendPosition"
    private static let deleteMarker = "DeleteMarker"
    private static let versionID = "VersionId"

    /// What an answer says in fields as well.
    static func fields(_ error: OSSError) -> [(name: Literal, value: String)] {
        let isMarker = error.elements.contains { $0.name == deleteMarker }
        return error.elements.compactMap { element in
            switch element.name {
            case nextPosition: ("x-oss-next-append-position", element.value)
            case deleteMarker: ("x-oss-delete-marker", element.value)
            case versionID where isMarker: ("x-oss-version-id", element.value)
            default: nil
            }
        }
    }

    static func argument(_ name: String, _ value: [UInt8]) -> OSSError {
        CatalogueRow.invalidArgumentGeneric.argument(name, String(decoding: value, as: UTF8.self))
    }

    /// Data could not be stored: the reason is for whoever runs the emulator.
    static func storage(_ error: any Error) -> OSSError {
        if let failure = error as? StorageFailure, failure.isFull {
            return OSSError(status: 507, code: "InsufficientStorage", message: failure.description)
        }
        return CatalogueRow.internalError.with("Reason", "\(error)")
    }
}

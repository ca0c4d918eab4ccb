import Bytes
import OSSModel

/// The refusals of a form that are found while it is read.
extension Rejection {
    static func malformedForm(_ reason: String) -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.malformed, error: CatalogueRow.malformedPostRequest.error,
            expected: "multipart/form-data with a file and a closing boundary", actual: reason)
    }

    static func unknownPartHeader(_ name: String) -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.unrecognizedHeader,
            error: CatalogueRow.postUnrecognizedField.argument(String(name.prefix(128)), ""),
            expected: "Content-Disposition, Content-Type, Content-Transfer-Encoding or Content-Length",
            actual: String(name.prefix(128)))
    }

    static func formItemTooLong(expected: String, actual: String) -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.itemTooLong, error: CatalogueRow.fieldItemTooLong.error,
            expected: expected, actual: actual)
    }

    static func formFieldsTooLarge() -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.fieldsTooLarge, error: CatalogueRow.postPreDataTooLarge.error,
            expected: "before the file at most \(FormInspector.fieldsMax) fields with values of "
                + "\(FormInspector.fieldBytesMax) bytes", actual: "more")
    }

    static func secondFile() -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.fileCount, error: CatalogueRow.postFileCount.error,
            expected: "one field file", actual: "a second one")
    }

    static func fileTooSmall(limit: UInt64, actual: UInt64) -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.fileTooSmall, error: CatalogueRow.entityTooSmall.error,
            expected: "at least \(limit) bytes, by content-length-range of the policy",
            actual: "\(actual) bytes")
    }

    static func fileTooLarge(limit: UInt64) -> Rejection {
        Rejection(
            phase: .body, rule: FormRules.fileTooLarge, error: CatalogueRow.entityTooLargePost.error,
            expected: "at most \(limit) bytes, by content-length-range of the policy", actual: "more")
    }
}

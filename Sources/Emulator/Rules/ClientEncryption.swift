import Bytes
import HTTPModel
import OSSModel

/// What clients that encrypt by themselves say of it in `x-oss-meta-client-side-encryption-*`, held against itself and,
/// in an upload of parts, against what it began with.
struct ClientEncryption {
    private static let prefix = "x-oss-meta-client-side-encryption-"
    private static let ofAll = ["key", "start", "cek-alg", "wrap-alg"]
    private static let ofParts = ["data-size", "part-size"]
    private static let partsMax: UInt64 = 10_000

    /// By what follows the prefix, in lower case.
    private let values: [String: String]

    init(_ head: RequestHead) {
        var values: [String: String] = [:]
        for index in head.fields.entries.indices {
            let name = head.fields.name(at: index).text.lowercased()
            guard name.hasPrefix(Self.prefix) else { continue }
            values[String(name.dropFirst(Self.prefix.count))] = head.fields.value(at: index).text
        }
        self.values = values
    }

    init(_ upload: UploadRecord) {
        var values: [String: String] = [:]
        for field in upload.fields where field.name.hasPrefix(Self.prefix) {
            values[String(field.name.dropFirst(Self.prefix.count))] = String(
                decoding: field.value, as: UTF8.self)
        }
        self.values = values
    }

    var isUsed: Bool { !values.isEmpty }

    /// Of an upload that has been checked: how many parts it has, and how long each is.
    private var plan: (parts: UInt64, partBytes: UInt64, dataBytes: UInt64)? {
        guard let data = number("data-size"), let part = number("part-size") else { return nil }
        return ((data - 1) / part + 1, part, data)
    }

    private func number(_ name: String) -> UInt64? {
        values[name].flatMap { Array($0.utf8)[...].decimal }.flatMap { $0 > 0 ? $0 : nil }
    }

    // MARK: Checks

    /// Of an object that is uploaded at once.
    func check() throws(OSSError) { try require(Self.ofAll) }

    /// Of the beginning of an upload of parts, or of one of them.
    func checkMultipart() throws(OSSError) {
        guard isUsed else { return }
        try require(Self.ofAll + Self.ofParts)
        guard let part = number("part-size"), part.isMultiple(of: 16), let plan else {
            throw CatalogueRow.cseSizeInvalid.error
        }
        guard plan.parts <= Self.partsMax else { throw CatalogueRow.cseTooManyParts.error }
    }

    /// Of a part, before its bytes have come: it says the same as the upload it belongs to.
    func checkPart(_ number: Int, of upload: ClientEncryption) throws(OSSError) {
        try checkMultipart()
        guard upload.isUsed else { return }
        guard values.allSatisfy({ upload.values[$0.key] == $0.value }) else {
            throw CatalogueRow.cseMetaInconsistent.error
        }
        if let plan = upload.plan, UInt64(number) > plan.parts { throw CatalogueRow.csePartIDTooLarge.error }
    }

    /// Of an upload: that the bytes of a part are as many as was said.
    func checkPart(_ number: Int, bytes: UInt64) throws(OSSError) {
        guard let plan else { return }
        let last = plan.dataBytes - (plan.parts - 1) * plan.partBytes
        if UInt64(number) < plan.parts {
            guard bytes == plan.partBytes else { throw CatalogueRow.csePartSizeDiffers.error }
        } else {
            guard bytes == last else { throw CatalogueRow.cseLastPartSizeDiffers.error }
        }
    }

    /// Of an upload: that as many parts are listed as was said; nil lists all that are there.
    func checkList(_ count: Int) throws(OSSError) {
        if let plan, plan.parts != UInt64(count) { throw CatalogueRow.csePartListUnexpected.error }
    }

    private func require(_ names: [String]) throws(OSSError) {
        guard isUsed else { return }
        guard names.allSatisfy({ values[$0] != nil }) else { throw CatalogueRow.cseMissingParameters.error }
    }
}

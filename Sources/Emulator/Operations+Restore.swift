import Bytes
import OSSModel
import XML

/// Objects of the archive classes are read only when they have been restored.
extension ObjectRecord {
    private static let archives = ["Archive", "ColdArchive", "DeepColdArchive"]

    var isArchived: Bool { Self.archives.contains(storageClass) && symlinkTarget == nil }

    func isRestoring(at now: Int64) -> Bool { restoration.map { now < $0.ready } ?? false }

    func isReadable(at now: Int64) -> Bool {
        guard isArchived else { return true }
        return restoration.map { $0.ready <= now && now < $0.end } ?? false
    }

    /// Throws 403 for an archived object that is not restored.
    func checkReadable(at now: Int64) throws(OSSError) {
        guard isReadable(at: now) else {
            throw CatalogueRow.invalidObjectState.with("ObjectName", String(decoding: key, as: UTF8.self))
        }
    }

    /// What `x-oss-restore` says; nil without a restoration that goes on or lasts.
    func restoreField(at now: Int64) -> String? {
        guard isArchived, let restoration else { return nil }
        if now < restoration.ready { return "ongoing-request=\"true\"" }
        guard now < restoration.end else { return nil }
        return "ongoing-request=\"false\", expiry-date=\"\(Operations.httpDate(restoration.end))\""
    }
}

extension Operations {
    /// 202 when it begins, 409 while it goes on, 200 when it is done; then it lasts longer.
    func restoreObject(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let wanted = try RestoreOrder(body)
        let now = now
        let delay = store.settings.restoreSeconds
        var status = 202
        var names = false
        let version = try store.update(
            request.key, version: request.version, in: request.requiredBucket()
        ) { record throws(OSSError) in
            guard record.isArchived else { throw CatalogueRow.operationNotSupported.error }
            guard !record.isRestoring(at: now) else { throw CatalogueRow.restoreAlreadyInProgress.error }
            names = record.storageClass != "Archive"
            if record.isReadable(at: now), let old = record.restoration {
                status = 200
                record.restoration = Restoration(ready: old.ready, end: max(old.end, now + wanted.seconds))
            } else {
                let ready = now + delay
                record.restoration = Restoration(ready: ready, end: ready + wanted.seconds)
            }
        }
        var answer = Answer(status)
        if names { answer.set("x-oss-object-restore-priority", wanted.tier) }
        answer.set(version: version)
        return answer
    }

    /// Gives up what was restored.
    func cleanRestoredObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let now = now
        let version = try store.update(
            request.key, version: request.version, in: request.requiredBucket()
        ) { record throws(OSSError) in
            guard record.isArchived else { throw CatalogueRow.operationNotSupported.error }
            guard !record.isRestoring(at: now) else { throw CatalogueRow.archiveRestoreNotFinished.error }
            guard record.isReadable(at: now) else { throw CatalogueRow.archiveRestoreFileStale.error }
            record.restoration = nil
        }
        var answer = Answer()
        answer.set(version: version)
        return answer
    }
}

/// For how long an object is to be restored, and how soon.
private struct RestoreOrder {
    private(set) var seconds: Int64 = 86_400
    private(set) var tier = "Standard"

    /// Without a body for one day.
    init(_ body: [UInt8]) throws(OSSError) {
        guard !body.isEmpty else { return }
        let document = try Operations.document(body)
        guard document.isNamed("RestoreRequest") else { throw CatalogueRow.malformedXML.error }
        if let text = document.child("Days")?.trimmedText {
            guard let days = text.decimal, (1...365).contains(days) else {
                throw CatalogueRow.malformedXML.error
            }
            seconds = Int64(days) * 86_400
        }
        if let text = document.child("JobParameters")?.child("Tier")?.trimmedText.text {
            guard ["Expedited", "Standard", "Bulk"].contains(text) else {
                throw CatalogueRow.malformedXML.error
            }
            tier = text
        }
    }
}

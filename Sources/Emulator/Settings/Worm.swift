import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// The retention policy of a bucket: begun, then locked within a day, after which it can only be made longer.
extension Operations {
    private static let worm = "worm"
    /// What is not locked by then is void.
    private static let wormLockSeconds: Int64 = 86_400

    func wormPlan(_ request: EmulatorRequest) -> Plan? {
        switch request.head.method {
        case .post where request.has("wormExtend"): .document(extendWorm)
        case .post where request.has("wormId"): plain(completeWorm)
        case .post where request.has("worm"): .document(initiateWorm)
        case .get where request.has("worm"): plain(getWorm)
        case .delete where request.has("worm"): plain(abortWorm)
        default: nil
        }
    }

    /// The policy that is in force; an unlocked one ends after a day.
    private func currentWorm(_ settings: BucketSettings) throws(OSSError) -> XMLElement? {
        guard let document = settings[Self.worm] else { return nil }
        let worm = try Self.stored(document)
        if worm.string("State") == "Locked" { return worm }
        let created = worm.child("CreationDate").flatMap { OSSTime.parseExtended($0.trimmedText) } ?? 0
        return now < created + Self.wormLockSeconds ? worm : nil
    }

    private func days(_ body: [UInt8], _ root: Literal) throws(OSSError) -> UInt64 {
        let document = try Self.root(of: body, named: root)
        guard let days = document.child("RetentionPeriodInDays")?.trimmedText.decimal,
            (1...25_550).contains(days)
        else { throw CatalogueRow.wormConfigurationInvalid.error }
        return days
    }

    private func initiateWorm(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let days = try days(body, "InitiateWormConfiguration")
        let seed = request.id.bytes
        let id = Self.hex(MD5.hash(seed.span))
        let worm = XMLElement(
            "WormConfiguration",
            [
                XMLElement("WormId", id), XMLElement("State", "InProgress"),
                XMLElement("RetentionPeriodInDays", "\(days)"),
                XMLElement("CreationDate", Self.extended(now)),
                XMLElement("ExpirationDate", Self.extended(now + Self.wormLockSeconds)),
            ])
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard try currentWorm(draft.current) == nil else {
                throw CatalogueRow.wormConfigurationAlreadyExists.error
            }
            draft.put(Self.worm, worm.document)
        }
        var answer = Answer()
        answer.set("x-oss-worm-id", id)
        return answer
    }

    /// Changes the policy whose id the request names.
    private func change(
        _ request: EmulatorRequest, _ body: (inout XMLElement) throws(OSSError) -> Void
    ) throws(OSSError) {
        let id = request.text("wormId") ?? ""
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard var worm = try currentWorm(draft.current) else {
                throw CatalogueRow.noSuchWORMConfiguration.error
            }
            guard worm.string("WormId") == id else { throw CatalogueRow.noSuchWORMID.error }
            try body(&worm)
            draft.put(Self.worm, worm.document)
        }
    }

    private func completeWorm(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try change(request) { worm throws(OSSError) in
            guard worm.string("State") != "Locked" else {
                throw CatalogueRow.wormConfigurationLocked.error
            }
            worm.set("State", "Locked")
            worm.remove("ExpirationDate")
        }
        return Answer()
    }

    private func extendWorm(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let days = try days(body, "ExtendWormConfiguration")
        try change(request) { worm throws(OSSError) in
            let current = worm.child("RetentionPeriodInDays")?.trimmedText.decimal ?? 0
            // Only a locked policy can be extended, and only made longer.
            guard worm.string("State") == "Locked", days > current else {
                throw CatalogueRow.wormConfigurationInvalid.error
            }
            worm.set("RetentionPeriodInDays", "\(days)")
        }
        return Answer()
    }

    private func getWorm(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let worm = try currentWorm(try store.settings(of: request.requiredBucket())) else {
            throw CatalogueRow.noSuchWORMConfiguration.error
        }
        return Answer(xml: worm.document)
    }

    private func abortWorm(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            if try currentWorm(draft.current)?.string("State") == "Locked" {
                throw CatalogueRow.wormConfigurationLocked.error
            }
            draft.put(Self.worm, nil)
        }
        return Answer(204)
    }

    /// Until when the policy in force keeps an object; nil without one.
    func endOfRetention(_ object: ObjectRecord, in bucket: String) throws(OSSError) -> Int64? {
        guard let worm = try currentWorm(try store.settings(of: bucket)),
            let days = worm.child("RetentionPeriodInDays")?.trimmedText.decimal
        else { return nil }
        return object.modified + Int64(days) * 86_400
    }
}

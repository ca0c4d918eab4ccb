import Bytes
import HTTPModel
import OSSModel
import XML

/// What an object can become besides being replaced: sealed, renamed, retained, held.
extension Operations {
    /// nil when the request asks for none of it.
    func objectStatePlan(_ request: EmulatorRequest) -> Plan? {
        guard !request.key.isEmpty else { return nil }
        switch request.head.method {
        case .post where request.has("seal"): return plain(sealAppendObject)
        case .post where request.has("x-oss-rename"): return plain(renameObject)
        case .put where request.has("retention"): return .document(putRetention)
        case .get where request.has("retention"): return plain(getRetention)
        case .put where request.has("legalHold"): return .document(putLegalHold)
        case .get where request.has("legalHold"): return plain(getLegalHold)
        default: return nil
        }
    }

    // MARK: Sealing

    private static let sealedTime = "x-oss-sealed-time"

    /// Refuses an append to an object that has been sealed.
    func checkSeal(_ request: EmulatorRequest) throws(OSSError) {
        let object = try store.objectIfAny(request.key, in: request.requiredBucket())
        if object?.fields.contains(where: { $0.name == Self.sealedTime }) == true {
            throw CatalogueRow.appendSealed.error
        }
    }

    private func sealAppendObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let object = try store.object(request.key, in: bucket)
        guard object.kind == .appendable else { throw Fault.notAppendable(object.size) }
        guard let position = request.parameters["position"]?[...].decimal else {
            throw CatalogueRow.missingArgument.with("ArgumentName", "position")
        }
        guard position == object.size else { throw Fault.position(object.size) }
        let known = object.fields.first { $0.name == Self.sealedTime }
        let time = known?.value ?? Array(Self.httpDate(now).utf8)
        if known == nil {
            try store.update(request.key, in: bucket) { record in
                record.fields.append(StoredField(name: Self.sealedTime, value: time))
            }
        }
        var answer = Answer()
        answer.set("x-oss-sealed-time", String(decoding: time, as: UTF8.self))
        return answer
    }

    // MARK: Renaming

    /// Gives an object another key ("Rename" page): nothing may be there.
    private func renameObject(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        guard let field = request.head.fields.first("x-oss-rename-source"),
            let source = PercentEncoding.decode(field), !source.isEmpty
        else { throw CatalogueRow.missingArgument.with("ArgumentName", "x-oss-rename-source") }
        let old = source.first == ASCII.slash ? Array(source.dropFirst()) : source
        try EmulatorRequest.check(key: old)
        guard try store.objectIfAny(request.key, in: bucket) == nil else {
            throw CatalogueRow.objectAlreadyExists.with("Key", String(decoding: request.key, as: UTF8.self))
        }
        try store.rename(old, to: request.key, in: bucket)
        return Answer()
    }

    // MARK: Retention

    private static let mode = "x-oss-object-worm-mode"
    private static let until = "x-oss-object-worm-retain-until-date"
    private static let hold = "x-oss-object-worm-legal-hold"

    private func put(_ values: [(String, String)], _ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.update(request.key, in: request.requiredBucket()) { record in
            for (name, value) in values {
                record.fields.removeAll { $0.name == name }
                record.fields.append(StoredField(name: name, value: Array(value.utf8)))
            }
        }
        return Answer()
    }

    private func value(_ name: String, of object: ObjectRecord) -> String? {
        object.fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    private func putRetention(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let root = try Self.root(of: body, named: "Retention")
        let shape = Shape.parts([
            .one("Mode", .word(["GOVERNANCE", "COMPLIANCE"])), .one("RetainUntilDate", .filled),
        ])
        guard shape.fits(root), let mode = root.string("Mode"), let until = root.string("RetainUntilDate"),
            OSSTime.parseExtended(Array(until.utf8)[...]) != nil
        else { throw CatalogueRow.malformedXML.error }
        return try put([(Self.mode, mode), (Self.until, until)], request)
    }

    private func getRetention(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let object = try store.object(request.key, in: request.requiredBucket())
        guard let mode = value(Self.mode, of: object), let until = value(Self.until, of: object) else {
            throw CatalogueRow.noSuchWORMConfiguration.error
        }
        let parts = [XMLElement("Mode", mode), XMLElement("RetainUntilDate", until)]
        return Answer(xml: XMLElement("Retention", parts).document)
    }

    private func putLegalHold(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let root = try Self.root(of: body, named: "LegalHold")
        guard Shape.parts([.one("Status", .word(["ON", "OFF"]))]).fits(root) else {
            throw CatalogueRow.malformedXML.error
        }
        return try put([(Self.hold, root.string("Status") ?? "OFF")], request)
    }

    private func getLegalHold(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let object = try store.object(request.key, in: request.requiredBucket())
        let status = XMLElement("Status", value(Self.hold, of: object) ?? "OFF")
        return Answer(xml: XMLElement("LegalHold", [status]).document)
    }

    /// Refuses to replace or remove what is held, or retained until a time that has not come, by the object itself or
    /// by a policy of its bucket. Where versions are kept, only a version that is named can be lost. One mode of
    /// retention gives way to whoever says so.
    func checkKept(
        _ request: EmulatorRequest, _ key: [UInt8], version: String? = nil
    ) throws(OSSError) {
        let bucket = try request.requiredBucket()
        if version == nil, try store.bucket(bucket).versioning == .enabled { return }
        let found: ObjectRecord?
        if let version {
            found = try? store.object(key, version: version, in: bucket)
        } else {
            found = try store.objectIfAny(key, in: bucket)
        }
        guard let object = found else { return }
        let isHeld = value(Self.hold, of: object) == "ON"
        let until = value(Self.until, of: object).flatMap { OSSTime.parseExtended(Array($0.utf8)[...]) }
        let bypasses =
            value(Self.mode, of: object) == "GOVERNANCE"
            && request.field("x-oss-bypass-governance-retention") == "true"
        let policyEnd = try endOfRetention(object, in: bucket)
        guard !isHeld, (policyEnd ?? 0) <= now, (until ?? 0) <= now || bypasses else {
            throw CatalogueRow.fileImmutable.with("Key", String(decoding: key, as: UTF8.self))
        }
    }
}

extension EmulatorStore {
    /// Moves an object to another key in one step; its bytes stay where they are. Versions cannot be moved.
    func rename(_ old: [UInt8], to new: [UInt8], in bucket: String) throws(OSSError) {
        try step { state in
            guard try state.bucket(bucket).record.versioning == nil else {
                throw CatalogueRow.operationNotSupported.error
            }
            let objects = try state.bucket(bucket).objects
            var record = try state.object(old, nil, in: bucket)
            record.key = new
            record.sequence = state.lastSequence + 1
            let moved = record
            try state.journal?.transaction { [journal = state.journal] () throws(StorageFailure) in
                try journal?.save(moved, in: bucket)
                try journal?.deleteObject(old, version: ObjectRecord.noVersion, in: bucket)
            }
            state.lastSequence = moved.sequence
            _ = objects.remove(old, version: ObjectRecord.noVersion)
            _ = objects.put(moved)
        }
    }
}

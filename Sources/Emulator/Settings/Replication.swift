import Bytes
import HTTPModel
import OSSModel
import XML

/// Replication rules of a bucket. Nothing is replicated: rules are kept and answered, and refused where the service
/// would refuse them.
extension Operations {
    private static let replication = "replication"

    func replicationPlan(_ request: EmulatorRequest) -> Plan? {
        switch request.head.method {
        case .post where request.text("comp") == "add": .document(putReplication)
        case .post where request.text("comp") == "delete": .document(deleteReplication)
        case .put where request.has("rtc"): .document(putTimeControl)
        case .get where request.has("replicationLocation"): plain(replicationLocations)
        case .get where request.has("replicationProgress"): plain(replicationProgress)
        case .get where request.has("replication"): plain(getReplication)
        default: nil
        }
    }

    private func putReplication(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        var rule = try replicationRule(body)
        let target = rule.string("Destination", "Bucket") ?? ""
        try checkTarget(rule, target, bucket)
        let given = rule.string("ID") ?? ""
        let id = given.isEmpty ? "\(request.id)".lowercased() : given
        rule.remove("ID")
        rule.children.insert(XMLElement("ID", id), at: 0)
        if (rule.string("Action") ?? "").isEmpty { rule.set("Action", "ALL") }
        if rule.child("HistoricalObjectReplication") == nil {
            rule.set("HistoricalObjectReplication", "enabled")
        }
        rule.set("Status", "doing")
        let document = rule.document
        let isTagged = Self.holdsTags(rule)
        let limits = store.settings.limits
        try store.changeSettings(of: bucket) { state, draft throws(OSSError) in
            let statuses = (try state.versioningStatus(bucket), try state.versioningStatus(target))
            guard statuses.0 == statuses.1, !isTagged || statuses.0 == "Enabled" else {
                throw CatalogueRow.invalidBucketStatus.error
            }
            let own = try documents(Self.replication, draft.current)
            let isKnown = own.contains { $0.id == id || $0.root.string("Destination", "Bucket") == target }
            guard !isKnown else { throw CatalogueRow.bucketReplicationAlreadyExist.error }
            guard own.count < limits.replications else {
                throw CatalogueRow.tooManyOutgoingReplication.error
            }
            guard try incoming(state, to: target) < limits.replications else {
                throw CatalogueRow.tooManyIncomingReplication.error
            }
            draft.put(Self.replication, id, document)
        }
        var answer = Answer()
        answer.set("x-oss-replication-rule-id", id)
        return answer
    }

    /// The one rule of the document.
    private func replicationRule(_ body: [UInt8]) throws(OSSError) -> XMLElement {
        let root = try Self.root(of: body, named: "ReplicationConfiguration")
        let rules = root.children("Rule")
        guard let rule = rules.first else { throw CatalogueRow.noReplicationRule.error }
        guard rules.count == 1 else { throw CatalogueRow.tooManyReplicationRules.error }
        guard Shape.replication.fits(root) else { throw CatalogueRow.malformedXML.error }
        let prefixes = rule.child("PrefixSet")?.children("Prefix").count ?? 0
        guard prefixes <= 10 else { throw CatalogueRow.tooManyReplicationPrefixes.error }
        return rule
    }

    /// Where the rule leads is a region that takes replicas, and there is the bucket.
    private func checkTarget(_ rule: XMLElement, _ target: String, _ bucket: String) throws(OSSError) {
        let locations = store.settings.account.replicationLocations
        guard !locations.isEmpty else { throw CatalogueRow.noReplicationLocation.error }
        guard let location = rule.string("Destination", "Location"), locations.contains(location) else {
            throw CatalogueRow.badReplicationLocation.error
        }
        guard target != bucket else { throw CatalogueRow.invalidTargetBucket.error }
        guard "oss-" + (try region(ofBucket: target)) == location else {
            throw CatalogueRow.invalidTargetLocation.error
        }
    }

    private static func holdsTags(_ element: XMLElement) -> Bool {
        element.children.contains { $0.isNamed("Tag") || holdsTags($0) }
    }

    /// Rules of all buckets that lead to one.
    private func incoming(_ state: EmulatorStore.State, to target: String) throws(OSSError) -> Int {
        var count = 0
        for settings in state.settings.values {
            for rule in try documents(Self.replication, settings) {
                if rule.root.string("Destination", "Bucket") == target { count += 1 }
            }
        }
        return count
    }

    private func getReplication(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let rules = try documents(Self.replication, try store.settings(of: request.requiredBucket()))
        guard !rules.isEmpty else { throw CatalogueRow.noSuchReplicationConfiguration.error }
        return Answer(xml: XMLElement("ReplicationConfiguration", rules.map(\.root)).document)
    }

    private func deleteReplication(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let ids = try Self.root(of: body, named: "ReplicationRules").strings("ID")
        guard let id = ids.first else { throw CatalogueRow.noReplicationRule.error }
        guard ids.count == 1 else { throw CatalogueRow.tooManyReplicationRules.error }
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.replication, id] != nil else {
                throw CatalogueRow.noSuchReplicationRule.error
            }
            draft.put(Self.replication, id, nil)
        }
        return Answer()
    }

    private func putTimeControl(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let root = try Self.root(of: body, named: "ReplicationRule")
        let shape = Shape.parts([
            .one("ID", .filled), .one("RTC", .parts([.one("Status", .smallStatus)])),
        ])
        guard shape.fits(root), let id = root.string("ID"), let control = root.child("RTC") else {
            throw CatalogueRow.malformedXML.error
        }
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard let document = draft.current[Self.replication, id] else {
                throw CatalogueRow.noSuchReplicationRule.error
            }
            var rule = try Self.stored(document)
            rule.remove("RTC")
            rule.children.append(control)
            draft.put(Self.replication, id, rule.document)
        }
        return Answer()
    }

    private func replicationLocations(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        _ = try store.bucket(request.requiredBucket())
        let locations = store.settings.account.replicationLocations
        guard !locations.isEmpty else { throw CatalogueRow.noReplicationLocation.error }
        let own = "oss-" + (try region(ofBucket: request.requiredBucket()))
        var root = XMLElement(
            "ReplicationLocation", locations.filter { $0 != own }.map { XMLElement("Location", $0) })
        root.children.append(
            XMLElement(
                "LocationTransferTypeConstraint",
                locations.filter { $0 != own }.map { location in
                    XMLElement(
                        "LocationTransferType",
                        [
                            XMLElement("Location", location),
                            XMLElement("TransferTypes", [XMLElement("Type", "oss_acc")]),
                        ])
                }))
        return Answer(xml: root.document)
    }

    /// What has been replicated up to now: the emulator is never behind.
    private func replicationProgress(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let settings = try store.settings(of: request.requiredBucket())
        guard let id = request.text("rule-id"), let document = settings[Self.replication, id] else {
            throw CatalogueRow.noSuchReplicationRule.error
        }
        var rule = try Self.stored(document)
        rule.children.append(
            XMLElement(
                "Progress",
                [
                    XMLElement("HistoricalObject", "1.0"),
                    XMLElement("NewObject", Self.extended(now)),
                ]))
        return Answer(xml: XMLElement("ReplicationProgress", [rule]).document)
    }
}

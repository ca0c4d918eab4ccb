import Bytes
import HTTPModel
import OSSModel
import XML

/// The operations on sub-resources of a bucket: which parameter asks for which.
extension Operations {
    /// nil when no parameter of a sub-resource is there. A method that a sub-resource does not have is refused: it
    /// must never be taken for the operation on the bucket itself.
    func settingPlan(_ request: EmulatorRequest) throws(OSSError) -> Plan? {
        guard request.key.isEmpty else { return nil }
        guard request.bucket != nil else { return try accountPlan(request) }
        for (parameter, route) in Self.families where request.has(parameter) {
            guard let plan = route(self, request) else { throw unsupported(request) }
            return plan
        }
        if request.has("publicAccessBlock"), request.has("x-oss-access-point-name") {
            return try pointBlockPlan(request)
        }
        guard let setting = Setting.all.first(where: { request.has($0.parameter) }) else { return nil }
        guard let plan = try plan(setting, request, of: request.requiredBucket()) else {
            throw unsupported(request)
        }
        return plan
    }

    /// Sub-resources that are more than one document, each with the routing of its own. What stands first wins.
    private static let families: [(String, @Sendable (Operations, EmulatorRequest) -> Plan?)] = [
        ("cname", { $0.cnamePlan($1) }), ("replication", { $0.replicationPlan($1) }),
        ("replicationLocation", { $0.replicationPlan($1) }),
        ("replicationProgress", { $0.replicationPlan($1) }), ("rtc", { $0.replicationPlan($1) }),
        ("worm", { $0.wormPlan($1) }), ("wormId", { $0.wormPlan($1) }), ("wormExtend", { $0.wormPlan($1) }),
        ("inventory", { $0.inventoryPlan($1) }), ("style", { $0.stylePlan($1) }),
        ("live", { $0.channelListPlan($1) }), ("policy", { $0.policyPlan($1) }),
        ("policyStatus", { $0.policyPlan($1) }), ("metaQuery", { $0.metaQueryPlan($1) }),
        ("redundancyTransition", { $0.redundancyPlan($1) }),
        ("requesterQosInfo", { $0.requesterPlan($1) }), ("qosRequester", { $0.requesterPlan($1) }),
        ("metadataConfiguration", { $0.metadataTablePlan($1) }),
        ("metadataJournalTable", { $0.metadataTablePlan($1) }),
        ("metadataInventoryTable", { $0.metadataTablePlan($1) }),
        ("accessPointPolicy", { $0.accessPointPlan($1) }), ("accessPoint", { $0.accessPointPlan($1) }),
    ]

    static let familyParameters = families.map(\.0)

    private func accountPlan(_ request: EmulatorRequest) throws(OSSError) -> Plan? {
        let method = request.head.method
        if request.has("regions"), method == .get { return plain(describeRegions) }
        if request.has("cloudboxes"), method == .get {
            return plain { _ in Answer(xml: XMLElement("ListCloudBoxResult", ownerElements).document) }
        }
        if request.has("accessPoint"), method == .get { return plain(listAccessPoints) }
        if request.has("redundancyTransition"), method == .get { return plain(listTransitions) }
        if request.has("requesterQosInfo") || request.has("qosRequester") {
            guard let plan = requesterPlan(request) else { throw unsupported(request) }
            return plan
        }
        if request.has("qosInfo"), method == .get { return plain(accountLimits) }
        if request.has("resourcePoolInfo") || request.has("resourcePoolBuckets") {
            return method == .get ? plain(Self.noPool) : nil
        }
        if request.has("resourcePool"), method == .get { return plain(listPools) }
        guard request.has(Setting.publicAccessBlock.parameter) else { return nil }
        guard let plan = plan(.publicAccessBlock, request, of: EmulatorStore.account) else {
            throw unsupported(request)
        }
        return plan
    }

    /// nil for a method that the setting does not have.
    func plan(_ setting: Setting, _ request: EmulatorRequest, of bucket: String) -> Plan? {
        switch request.head.method {
        case .put:
            return .document { request, body throws(OSSError) in
                try put(setting, request, body, of: bucket)
            }
        case .get: return plain { _ throws(OSSError) in try get(setting, of: bucket) }
        case .delete where setting.isDeletable:
            return plain { request throws(OSSError) in try remove(setting, request, of: bucket) }
        default: return nil
        }
    }

    private func put(
        _ setting: Setting, _ request: EmulatorRequest, _ body: [UInt8], of bucket: String
    ) throws(OSSError) -> Answer {
        if bucket != EmulatorStore.account { _ = try store.bucket(bucket) }
        var root = try Self.root(
            of: body, named: setting.root, setting.shape, unreadable: setting.unreadable)
        try setting.complete(self, request, &root)
        let document = root.document
        try store.changeSettings(of: bucket) { _, draft in draft.put(setting.parameter, document) }
        return Answer()
    }

    private func get(_ setting: Setting, of bucket: String) throws(OSSError) -> Answer {
        try Self.answer(store.settings(of: bucket)[setting.parameter], setting, of: bucket)
    }

    /// `document` is what is kept; nil if nothing is.
    static func answer(
        _ document: [UInt8]?, _ setting: Setting, of bucket: String
    ) throws(OSSError) -> Answer {
        if let document { return Answer(xml: document) }
        switch setting.absence {
        case .fault(let error): throw error.with("BucketName", bucket)
        case .standing(let text):
            return Answer(xml: Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(text)".utf8))
        }
    }

    private func remove(
        _ setting: Setting, _ request: EmulatorRequest, of bucket: String
    ) throws(OSSError) -> Answer {
        let keys = (request.text("tagging") ?? "").split(separator: ",").map(String.init)
        try store.changeSettings(of: bucket) { _, draft in
            // Single tags can be named in the value of the parameter.
            guard setting.parameter == "tagging", !keys.isEmpty,
                let document = draft.current["tagging"], var root = try? XMLReader.parse(document.span),
                let set = root.children.firstIndex(where: { $0.isNamed("TagSet") })
            else { return draft.put(setting.parameter, nil) }
            root.children[set].children.removeAll { keys.contains($0.string("Key") ?? "") }
            draft.put(setting.parameter, root.children[set].children.isEmpty ? nil : root.document)
        }
        return Answer(204)
    }

    // MARK: Shared

    /// The root of a document that must have this name. `unreadable` is for bytes that are no XML.
    static func root(
        of body: [UInt8], named name: Literal, unreadable: CatalogueRow = .invalidXMLFormat
    ) throws(OSSError) -> XMLElement {
        let root: XMLElement
        do throws(XMLFailure) {
            root = try XMLReader.parse(body.span)
        } catch {
            throw unreadable.with("ErrorDetail", "\(error)")
        }
        guard root.isNamed(name) else { throw CatalogueRow.malformedXML.error }
        return root
    }

    /// The same of a shape, as it is kept.
    static func root(
        of body: [UInt8], named name: Literal, _ shape: Shape, unreadable: CatalogueRow = .invalidXMLFormat
    ) throws(OSSError) -> XMLElement {
        let root = try root(of: body, named: name, unreadable: unreadable)
        guard shape.fits(root) else { throw CatalogueRow.malformedXML.error }
        return shape.normalized(root)
    }

    /// What was stored as a document; it was one when it was stored.
    static func stored(_ document: [UInt8]) throws(OSSError) -> XMLElement {
        do throws(XMLFailure) {
            return try XMLReader.parse(document.span)
        } catch {
            throw Fault.storage(error)
        }
    }

    /// The stored documents of a kind in the order of their ids.
    func documents(
        _ kind: String, _ settings: BucketSettings
    ) throws(OSSError) -> [(id: String, root: XMLElement)] {
        var found: [(id: String, root: XMLElement)] = []
        for id in settings.ids(kind) {
            if let document = settings[kind, id] { found.append((id, try Self.stored(document))) }
        }
        return found
    }

    /// The bucket of a request, or all of them at service level.
    func bucketNames(_ request: EmulatorRequest) throws(OSSError) -> [String] {
        if let bucket = request.bucket { return [bucket] }
        return try store.buckets().map(\.name)
    }

    var ownerElements: [XMLElement] {
        [XMLElement("Owner", [XMLElement("ID", Self.owner), XMLElement("DisplayName", Self.owner)])]
    }

    // MARK: Checks of single settings

    /// The bucket that takes the logs exists, and lies where the logged one lies.
    func checkLogging(_ request: EmulatorRequest, _ root: XMLElement) throws(OSSError) {
        guard let enabled = root.child("LoggingEnabled") else { return }
        let target = enabled.string("TargetBucket") ?? ""
        guard (try? store.bucket(target)) != nil,
            try region(ofBucket: target) == region(ofBucket: request.requiredBucket())
        else { throw CatalogueRow.invalidTargetBucketForLogging.with("TargetBucket", target) }
    }

    /// One of the three methods, a key only with KMS, and what the account may use.
    func checkEncryption(_ root: XMLElement) throws(OSSError) {
        let rule = root.child("ApplyServerSideEncryptionByDefault")
        let algorithm = rule?.string("SSEAlgorithm") ?? ""
        guard ["AES256", "KMS", "SM4"].contains(algorithm) else {
            throw CatalogueRow.sseRequestInvalid.error
        }
        let key = rule?.string("KMSMasterKeyID") ?? ""
        if !key.isEmpty {
            guard algorithm == "KMS" else { throw CatalogueRow.kmsKeyIDWithoutKMS.error }
            guard store.settings.account.usesOwnKeys else { throw CatalogueRow.kmsKeyIDWhiteList.error }
        }
        if algorithm == "SM4" || rule?.string("KMSDataEncryption") == "SM4" {
            guard store.settings.account.usesSM4 else { throw CatalogueRow.sm4WhiteList.error }
        }
        if algorithm == "KMS", !store.settings.account.hasKMS {
            throw CatalogueRow.kmsServiceNotEnabled.error
        }
    }
}

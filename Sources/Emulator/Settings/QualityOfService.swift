import Bytes
import HTTPModel
import OSSModel
import XML

/// How much a bucket, an account and single requesters may have of the service: kept and answered, without effect.
/// There are no resource pools. No page gives the codes of what is not there; they are named like the others.
extension Operations {
    private static let requesters = "requesterQos"

    static let limits: [Literal] = [
        "TotalUploadBandwidth", "IntranetUploadBandwidth", "ExtranetUploadBandwidth",
        "TotalDownloadBandwidth", "IntranetDownloadBandwidth", "ExtranetDownloadBandwidth",
        "TotalQps", "IntranetQps", "ExtranetQps",
    ]

    /// Clients read every limit; what is not set has none, which is -1.
    static func completeLimits(_ root: inout XMLElement) {
        for name in limits where root.child(name) == nil { root.set(name, "-1") }
    }

    func accountLimits(_: EmulatorRequest) -> Answer {
        var root = XMLElement("QoSConfiguration", [XMLElement("Region", "oss-" + EmulatorRegion.fallback)])
        Self.completeLimits(&root)
        return Answer(xml: root.document)
    }

    // MARK: Requesters

    func requesterPlan(_ request: EmulatorRequest) -> Plan? {
        if request.has("resourcePool") { return plain(Self.noPool) }
        return switch request.head.method {
        case .put: .document(putRequester)
        case .get where request.has("qosRequester"): plain(getRequester)
        case .get: plain(listRequesters)
        case .delete: plain(deleteRequester)
        default: nil
        }
    }

    private func requester(_ request: EmulatorRequest) throws(OSSError) -> String {
        guard let id = request.text("qosRequester"), !id.isEmpty, id.utf8.count <= 128 else {
            throw CatalogueRow.missingArgument.with("ArgumentName", "qosRequester")
        }
        return id
    }

    private func putRequester(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        if let bucket = request.bucket { _ = try store.bucket(bucket) }
        var limits = try Self.root(of: body, named: "QoSConfiguration")
        let id = try requester(request)
        Self.completeLimits(&limits)
        let document = XMLElement("RequesterQoSInfo", [XMLElement("Requester", id), limits]).document
        try store.changeSettings(of: request.bucket ?? EmulatorStore.account) { _, draft throws(OSSError) in
            let known = draft.current.ids(Self.requesters)
            guard known.contains(id) || known.count < 1_000 else {
                throw Fault.argument("qosRequester", Array(id.utf8))
            }
            draft.put(Self.requesters, id, document)
        }
        return Answer()
    }

    private func getRequester(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let id = try requester(request)
        let settings = try store.settings(of: request.bucket ?? EmulatorStore.account)
        guard let document = settings[Self.requesters, id] else { throw Self.noRequester(id) }
        return Answer(xml: document)
    }

    private static func noRequester(_ id: String) -> OSSError {
        OSSError(
            status: 404, code: "NoSuchRequesterQoSInfo", message: "The requester has no limits of its own."
        ).with("Requester", id)
    }

    private func listRequesters(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let countMax = try count(request, "max-keys", fallback: 100)
        let token = request.text("continuation-token") ?? ""
        let place = request.bucket ?? EmulatorStore.account
        let rest = try documents(Self.requesters, try store.settings(of: place)).filter { $0.id > token }
        let page = rest.prefix(countMax)
        var root = XMLElement(
            "ListBucketRequesterQoSInfosResult",
            [
                XMLElement("Bucket", place), XMLElement("ContinuationToken", token),
                XMLElement("IsTruncated", rest.count > page.count ? "true" : "false"),
            ] + page.map(\.root))
        if rest.count > page.count { root.set("NextContinuationToken", page.last?.id ?? "") }
        return Answer(xml: root.document)
    }

    private func deleteRequester(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let id = try requester(request)
        try store.changeSettings(of: request.bucket ?? EmulatorStore.account) { _, draft in
            draft.put(Self.requesters, id, nil)
        }
        return Answer(204)
    }

    // MARK: Resource pools

    func listPools(_: EmulatorRequest) -> Answer {
        Answer(
            xml: XMLElement(
                "ListResourcePoolsResult",
                [
                    XMLElement("Region", "oss-" + EmulatorRegion.fallback),
                    XMLElement("Owner", Self.owner), XMLElement("IsTruncated", "false"),
                ]
            ).document)
    }

    static func noPool(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        throw OSSError(
            status: 404, code: "NoSuchResourcePool", message: "The specified resource pool does not exist."
        ).with("ResourcePool", request.text("resourcePool") ?? "")
    }
}

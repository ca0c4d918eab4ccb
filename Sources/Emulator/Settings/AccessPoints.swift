import Bytes
import HTTPModel
import OSSModel
import XML

/// Access points of a bucket: kept and answered. Requests do not come in through them.
extension Operations {
    private static let points = "accessPoint"
    private static let pointPolicies = "accessPointPolicy"
    private static let pointBlocks = "accessPointBlock"

    func accessPointPlan(_ request: EmulatorRequest) -> Plan? {
        let isPolicy = request.has("accessPointPolicy")
        return switch request.head.method {
        case .put where isPolicy: .document(putPointPolicy)
        case .put: .document(createAccessPoint)
        case .get where isPolicy: plain(getPointPolicy)
        case .get where hasPointName(request): plain(getAccessPoint)
        case .get: plain(listAccessPoints)
        case .delete where isPolicy: plain(deletePointPolicy)
        case .delete: plain(deleteAccessPoint)
        default: nil
        }
    }

    private func hasPointName(_ request: EmulatorRequest) -> Bool {
        request.has("x-oss-access-point-name") || request.field("x-oss-access-point-name") != nil
    }

    private func pointName(_ request: EmulatorRequest) throws(OSSError) -> String {
        let name = request.field("x-oss-access-point-name") ?? request.text("x-oss-access-point-name")
        guard let name, !name.isEmpty else {
            throw CatalogueRow.missingArgument.with("ArgumentName", "x-oss-access-point-name")
        }
        return name
    }

    private static func noSuchPoint(_ name: String) -> OSSError {
        OSSError(
            status: 404, code: "NoSuchAccessPoint", message: "The specified access point does not exist."
        ).with("AccessPointName", name)
    }

    /// A name of 3 to 19 of `a-z`, digits and hyphens, with neither end a hyphen.
    private func createAccessPoint(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let root = try Self.root(of: body, named: "CreateAccessPointConfiguration")
        let shape = Shape.parts([
            .one("AccessPointName", .text(3...19)), .one("NetworkOrigin", .word(["internet", "vpc"])),
            .maybe("VpcConfiguration"),
        ])
        guard shape.fits(root), let name = root.string("AccessPointName") else {
            throw CatalogueRow.malformedXML.error
        }
        let isName = name.utf8.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }
        guard isName, !name.hasPrefix("-"), !name.hasSuffix("-") else {
            throw Fault.argument("AccessPointName", Array(name.utf8))
        }
        let region = try region(ofBucket: bucket)
        let arn = "acs:oss:\(region):\(Self.owner):accesspoint/\(name)"
        let alias = "\(name)-\("\(request.id)".lowercased())-ossalias"
        var point = root
        point.name = Array("GetAccessPointResult".utf8)
        for (name, value) in [
            ("Bucket", bucket), ("AccountId", Self.owner), ("AccessPointArn", arn), ("Alias", alias),
            ("Status", "enable"), ("CreationDate", "\(now)"),
        ] as [(Literal, String)] { point.set(name, value) }
        point.children.append(
            XMLElement(
                "Endpoints",
                [
                    XMLElement("PublicEndpoint", "\(alias).oss-\(region).aliyuncs.com"),
                    XMLElement("InternalEndpoint", "\(alias).oss-\(region)-internal.aliyuncs.com"),
                ]))
        let document = point.document
        try store.changeSettings(of: bucket) { _, draft throws(OSSError) in
            guard draft.current[Self.points, name] == nil else {
                throw OSSError(
                    status: 409, code: "AccessPointAlreadyExists",
                    message: "The specified access point already exists."
                ).with("AccessPointName", name)
            }
            draft.put(Self.points, name, document)
        }
        return Answer(
            xml: XMLElement(
                "CreateAccessPointResult",
                [XMLElement("AccessPointArn", arn), XMLElement("Alias", alias)]
            ).document)
    }

    private func getAccessPoint(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try pointName(request)
        guard let point = try store.settings(of: request.requiredBucket())[Self.points, name] else {
            throw Self.noSuchPoint(name)
        }
        return Answer(xml: point)
    }

    /// Of one bucket, or of the account.
    func listAccessPoints(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let countMax = try count(request, "max-keys", fallback: 100)
        let token = request.text("continuation-token") ?? ""
        var points: [(id: String, root: XMLElement)] = []
        for bucket in try bucketNames(request) {
            points += try documents(Self.points, try store.settings(of: bucket))
        }
        let rest = points.filter { $0.id > token }.sorted { $0.id < $1.id }
        let page = rest.prefix(countMax)
        let entries = page.map { entry in
            var entry = entry.root
            entry.name = Array("AccessPoint".utf8)
            return entry
        }
        var root = XMLElement(
            "ListAccessPointsResult",
            [
                XMLElement("IsTruncated", rest.count > page.count ? "true" : "false"),
                XMLElement("AccountId", Self.owner), XMLElement("MaxKeys", "\(countMax)"),
                XMLElement("AccessPoints", entries),
            ])
        if rest.count > page.count { root.set("NextContinuationToken", page.last?.id ?? "") }
        return Answer(xml: root.document)
    }

    private func deleteAccessPoint(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try pointName(request)
        try changePoint(request, name) { draft in
            draft.put(Self.points, name, nil)
            draft.put(Self.pointPolicies, name, nil)
            draft.put(Self.pointBlocks, name, nil)
        }
        return Answer(204)
    }

    private func changePoint(
        _ request: EmulatorRequest, _ name: String, _ change: (inout SettingsDraft) -> Void
    ) throws(OSSError) {
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.points, name] != nil else { throw Self.noSuchPoint(name) }
            change(&draft)
        }
    }

    private func putPointPolicy(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let name = try pointName(request)
        _ = try Self.statements(body)
        try changePoint(request, name) { $0.put(Self.pointPolicies, name, body) }
        return Answer()
    }

    private func getPointPolicy(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try pointName(request)
        let settings = try store.settings(of: request.requiredBucket())
        guard let policy = settings[Self.pointPolicies, name] else {
            throw CatalogueRow.noSuchBucketPolicy.with("AccessPointName", name)
        }
        var answer = Answer()
        answer.set("Content-Type", "application/json")
        answer.body = .bytes(policy)
        return answer
    }

    private func deletePointPolicy(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try pointName(request)
        try changePoint(request, name) { $0.put(Self.pointPolicies, name, nil) }
        return Answer(204)
    }

    // MARK: Whether they may be public

    /// The sub-resource that a bucket and its access points have alike, for one of the points.
    func pointBlockPlan(_ request: EmulatorRequest) throws(OSSError) -> Plan {
        switch request.head.method {
        case .put: .document(putPointBlock)
        case .get: plain(getPointBlock)
        case .delete: plain(deletePointBlock)
        default: throw unsupported(request)
        }
    }

    private func putPointBlock(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let name = try pointName(request)
        _ = try store.bucket(request.requiredBucket())
        let setting = Setting.publicAccessBlock
        let root = try Self.root(of: body, named: setting.root, setting.shape)
        try changePoint(request, name) { $0.put(Self.pointBlocks, name, root.document) }
        return Answer()
    }

    private func getPointBlock(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try pointName(request)
        let bucket = try request.requiredBucket()
        let settings = try store.settings(of: bucket)
        guard settings[Self.points, name] != nil else { throw Self.noSuchPoint(name) }
        return try Self.answer(settings[Self.pointBlocks, name], .publicAccessBlock, of: bucket)
    }

    private func deletePointBlock(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try pointName(request)
        try changePoint(request, name) { $0.put(Self.pointBlocks, name, nil) }
        return Answer(204)
    }
}

import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// Tasks that change the redundancy of buckets, and the index of their metadata: kept and answered; nothing is done.
extension Operations {
    private static let transition = "redundancy"
    private static let metaQuery = "metaQuery"

    func redundancyPlan(_ request: EmulatorRequest) -> Plan? {
        switch request.head.method {
        case .post: plain(createTransition)
        case .get where request.has("x-oss-redundancy-transition-taskid"): plain(getTransition)
        case .get: plain(listTransitions)
        case .delete: plain(deleteTransition)
        default: nil
        }
    }

    private func createTransition(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let target = request.text("x-oss-target-redundancy-type") ?? ""
        guard target == "ZRS" || target == "LRS" else {
            throw Fault.argument("x-oss-target-redundancy-type", Array(target.utf8))
        }
        let seed = request.id.bytes
        let id = Self.hex(MD5.hash(seed.span)).lowercased()
        let task = XMLElement(
            "BucketDataRedundancyTransition",
            [
                XMLElement("Bucket", bucket), XMLElement("TaskId", id), XMLElement("Status", "Queueing"),
                XMLElement("CreateTime", Self.extended(now)),
            ]
        ).document
        try store.changeSettings(of: bucket) { _, draft in draft.put(Self.transition, id, task) }
        let answered = XMLElement("BucketDataRedundancyTransition", [XMLElement("TaskId", id)])
        return Answer(xml: answered.document)
    }

    private func getTransition(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let id = request.text("x-oss-redundancy-transition-taskid") ?? ""
        guard let task = try store.settings(of: request.requiredBucket())[Self.transition, id] else {
            throw Self.noSuchTask(id)
        }
        return Answer(xml: task)
    }

    private static func noSuchTask(_ id: String) -> OSSError {
        OSSError(
            status: 404, code: "NoSuchBucketDataRedundancyTransition",
            message: "The specified data redundancy transition task does not exist."
        ).with("TaskId", id)
    }

    /// Of one bucket, or of the account.
    func listTransitions(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        var tasks: [XMLElement] = []
        for bucket in try bucketNames(request) {
            tasks += try documents(Self.transition, try store.settings(of: bucket)).map(\.root)
        }
        var root = XMLElement("ListBucketDataRedundancyTransition", tasks)
        root.set("IsTruncated", "false")
        return Answer(xml: root.document)
    }

    private func deleteTransition(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let id = request.text("x-oss-redundancy-transition-taskid") ?? ""
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.transition, id] != nil else { throw Self.noSuchTask(id) }
            draft.put(Self.transition, id, nil)
        }
        return Answer(204)
    }

    // MARK: The index of metadata

    func metaQueryPlan(_ request: EmulatorRequest) -> Plan? {
        switch (request.head.method, request.text("comp")) {
        case (.post, "add"): plain(openMetaQuery)
        case (.post, "delete"): plain(closeMetaQuery)
        case (.post, "query"): .document { _, _ throws(OSSError) in throw Self.notImplemented("DoMetaQuery") }
        case (.get, _): plain(getMetaQueryStatus)
        default: nil
        }
    }

    private func openMetaQuery(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let time = Self.extended(now)
        let mode = request.text("mode") ?? "basic"
        guard ["basic", "semantic"].contains(mode) else { throw Fault.argument("mode", Array(mode.utf8)) }
        let status = XMLElement(
            "MetaQueryStatus",
            [
                XMLElement("State", "Running"), XMLElement("Phase", "IncrementalScanning"),
                XMLElement("CreateTime", time), XMLElement("UpdateTime", time),
                XMLElement("MetaQueryMode", mode),
            ]
        ).document
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.metaQuery] == nil else {
                throw OSSError(
                    status: 400, code: "MetaQueryAlreadyExist", message: "The meta query is already open.")
            }
            draft.put(Self.metaQuery, status)
        }
        return Answer()
    }

    private func closeMetaQuery(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.metaQuery] != nil else { throw Self.noMetaQuery }
            draft.put(Self.metaQuery, nil)
        }
        return Answer()
    }

    private static var noMetaQuery: OSSError {
        OSSError(status: 404, code: "MetaQueryNotExist", message: "The meta query is not open.")
    }

    private func getMetaQueryStatus(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let status = try store.settings(of: request.requiredBucket())[Self.metaQuery] else {
            throw Self.noMetaQuery
        }
        return Answer(xml: status)
    }
}

import Bytes
import HTTPModel
import OSSModel
import XML

/// What the emulator can do, and which request asks for it. Its own table, apart from the gateway's.
struct Operations {
    /// How a request is carried out.
    enum Plan {
        /// The body is data: `check` before it is read, `commit` when it is whole.
        case data(
            check: (EmulatorRequest) throws(OSSError) -> Void,
            commit: (EmulatorRequest, StoredData) throws(OSSError) -> Answer)
        /// The body is a form with a file.
        case form
        /// Bytes are read from the store, a bounded number at a time; there is no body.
        case copy((EmulatorRequest) throws(OSSError) -> CopyPlan)
        /// The body, if any, is a document.
        case document((EmulatorRequest, [UInt8]) throws(OSSError) -> Answer)
    }

    let store: EmulatorStore

    init(_ store: EmulatorStore) { self.store = store }

    var now: Int64 { store.settings.now() }

    func route(_ request: EmulatorRequest) throws(OSSError) -> Plan {
        if request.head.method == .options { return try preflightPlan(request) }
        if let plan = try pagePlan(request) { return plan }
        if let plan = try channelPlan(request) { return plan }
        if let plan = try settingPlan(request) { return plan }
        if let plan = processPlan(request) { return plan }
        if let plan = objectStatePlan(request) { return plan }
        if let parameter = Self.missing(request) { return missingPlan("?" + parameter) }
        if request.version?.isEmpty == true { throw CatalogueRow.versionIDEmpty.error }
        let plan =
            request.bucket == nil
            ? service(request) : request.key.isEmpty ? try bucket(request) : object(request)
        guard let plan else { throw unsupported(request) }
        return plan
    }

    private func service(_ request: EmulatorRequest) -> Plan? {
        request.head.method == .get ? plain(listBuckets) : nil
    }

    private func bucket(_ request: EmulatorRequest) throws(OSSError) -> Plan? {
        let wantsKey = ["append", "uploadId", "partNumber", "symlink", "restore", "objectMeta"].contains(
            where: request.has)
        if wantsKey || request.head.method == .post && request.has("uploads") {
            throw CatalogueRow.invalidObjectNameEmpty.error
        }
        // Ignored, such a parameter would make a bucket or take one away.
        let isQuestion = request.has("versions") && request.head.method != .get
        if isQuestion || request.has("versioning") && request.head.method == .delete { return nil }
        switch request.head.method {
        case .put where request.has("acl"): return plain(putBucketACL)
        case .put where request.has("versioning"): return .document(putVersioning)
        case .put: return .document(putBucket)
        case .get where request.has("acl"): return plain(getBucketACL)
        case .get where request.has("location"): return plain(getBucketLocation)
        case .get where request.has("bucketInfo"): return plain(getBucketInfo)
        case .get where request.has("stat"): return plain(getBucketStat)
        case .get where request.has("uploads"): return plain(listUploads)
        case .get where request.has("versioning"): return plain(getVersioning)
        case .get where request.has("versions"): return plain(listVersions)
        case .get where request.text("list-type") == "2": return plain(listObjectsV2)
        case .get: return plain(listObjects)
        case .head: return plain(headBucket)
        case .delete: return plain(deleteBucket)
        case .post where request.has("delete"): return .document(deleteObjects)
        case .post: return .form
        default: return nil
        }
    }

    private func object(_ request: EmulatorRequest) -> Plan? {
        let hasUpload = request.has("uploadId")
        switch request.head.method {
        case .put where request.has("acl"): return plain(putObjectACL)
        case .put where request.has("tagging"): return .document(putTagging)
        case .put where request.has("symlink"): return plain(putSymlink)
        case .put where hasUpload && request.head.fields.contains("x-oss-copy-source"):
            return .copy(uploadPartCopy)
        case .put where hasUpload: return .data(check: checkUploadPart, commit: uploadPart)
        case .put where request.head.fields.contains("x-oss-copy-source"): return .copy(copyObject)
        case .put: return .data(check: checkPutObject, commit: putObject)
        case .post where request.has("append"): return .data(check: checkAppend, commit: appendObject)
        case .post where request.has("uploads"): return plain(initiateUpload)
        case .post where request.has("restore"): return .document(restoreObject)
        case .post where request.has("cleanRestoredObject"): return plain(cleanRestoredObject)
        case .post where hasUpload: return .document(completeUpload)
        case .get where request.has("acl"): return plain(getObjectACL)
        case .get where request.has("tagging"): return plain(getTagging)
        case .get where request.has("symlink"): return plain(getSymlink)
        case .get where hasUpload: return plain(listParts)
        case .get: return plain(getObject)
        case .head: return plain(headObject)
        case .delete where hasUpload: return plain(abortUpload)
        case .delete where request.has("tagging"): return plain(deleteTagging)
        case .delete: return plain(deleteObject)
        default: return nil
        }
    }

    /// The first parameter that selects an operation which this emulator does not have: said so, rather than taken for
    /// the operation without it.
    private static func missing(_ request: EmulatorRequest) -> String? {
        missingParameters.first(where: request.has)
    }

    private static let missingParameters = [
        "asyncFetch", "x-oss-process", "x-oss-async-process",
        "x-oss-write-get-object-response", "dataPipeline", "MetaQuery",
    ]

    /// Refuses what the emulator does not have, after whoever may not ask at all.
    func missingPlan(_ what: String) -> Plan {
        plain { _ throws(OSSError) in throw Self.notImplemented(what) }
    }

    static func notImplemented(_ what: String) -> OSSError {
        OSSError(
            status: 501, code: "NotImplemented", message: "The emulator does not implement \(what).")
    }

    /// An operation without a body; one that comes all the same is dropped.
    func plain(_ carryOut: @escaping (EmulatorRequest) throws(OSSError) -> Answer) -> Plan {
        .document { request, _ throws(OSSError) in try carryOut(request) }
    }

    func unsupported(_ request: EmulatorRequest) -> OSSError {
        let level = request.bucket == nil ? "Service" : request.key.isEmpty ? "Bucket" : "Object"
        return CatalogueRow.methodNotAllowed.with("Method", request.head.method.text)
            .with("ResourceType", level)
    }

    /// The root of a document body.
    static func document(_ bytes: [UInt8]) throws(OSSError) -> XMLElement {
        do throws(XMLFailure) {
            return try XMLReader.parse(bytes.span)
        } catch {
            throw CatalogueRow.malformedXML.with("ErrorDetail", "\(error)")
        }
    }

    static func extended(_ seconds: Int64) -> String {
        String(decoding: OSSTime.extended(seconds), as: UTF8.self)
    }

    /// Keys, prefixes and markers in an answer: percent-encoded when the request asks for it.
    static func encoded(_ text: [UInt8], _ request: EmulatorRequest) -> [UInt8] {
        encodes(request) ? PercentEncoding.encode(text, keepingSlash: false) : text
    }

    static func encodes(_ request: EmulatorRequest) -> Bool { request.text("encoding-type") == "url" }
}

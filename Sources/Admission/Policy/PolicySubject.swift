package import Bytes
import HTTPModel
import Network
import OSSModel

/// Who is at the other end of a connection.
package struct PolicyClient: Sendable {
    /// As the reactor gives it.
    let address: String
    /// The name in a verified certificate of the client.
    let tlsName: ByteSlice?
    /// Of the upload that a part belongs to: bytes of the other parts, as far as they are known.
    let otherPartsBytes: UInt64

    package init(address: String, tlsName: ByteSlice? = nil, otherPartsBytes: UInt64? = nil) {
        self.address = address
        self.tlsName = tlsName
        self.otherPartsBytes = otherPartsBytes ?? 0
    }
}

/// What the conditions of a policy see of one request. Values are worked out when the first condition asks for them,
/// and once: it lives as long as one evaluation.
final class PolicySubject {
    let view: HeadView
    let client: PolicyClient
    private let form: FormView?
    private let listedKey: ByteSlice?

    /// `listedKey` is one of those that a document lists: the request is then about this object.
    init(_ view: HeadView, _ client: PolicyClient, form: FormView? = nil, listedKey: ByteSlice? = nil) {
        self.view = view
        self.client = client
        self.form = form
        self.listedKey = listedKey
    }

    /// In lower case, as bucket names are; hosts come in any.
    lazy var bucket: ByteSlice? = view.resource.bucket.map { bucket in
        bucket.contains { ASCII.isUpper($0) } ? bucket.map { ASCII.lowercased($0) }[...] : bucket
    }

    /// nil where there is no object.
    lazy var key: ByteSlice? = {
        if let listedKey { return listedKey }
        if let form { return form.fields.first("key").map { form.key($0) } }
        return view.level == .object ? view.resource.key : nil
    }()

    lazy var address = ClientAddress(client.address)

    // MARK: Fields

    /// The names that one thing goes by: in a field of the service, and in the S3 dialect.
    enum FieldNames {
        case acl
        case storageClass
        case encryption
        case kmsKeyID
        case tagging
        case taggingDirective
        case metadataDirective
        case copySource

        var own: [Literal] {
            switch self {
            case .acl: ["x-oss-object-acl", "x-oss-acl"]
            case .storageClass: ["x-oss-storage-class"]
            case .encryption: ["x-oss-server-side-encryption"]
            case .kmsKeyID: ["x-oss-server-side-encryption-key-id"]
            case .tagging: ["x-oss-tagging"]
            case .taggingDirective: ["x-oss-tagging-directive"]
            case .metadataDirective: ["x-oss-metadata-directive"]
            case .copySource: ["x-oss-copy-source"]
            }
        }

        var s3: Literal {
            switch self {
            case .acl: "x-amz-acl"
            case .storageClass: "x-amz-storage-class"
            case .encryption: "x-amz-server-side-encryption"
            case .kmsKeyID: "x-amz-server-side-encryption-aws-kms-key-id"
            case .tagging: "x-amz-tagging"
            case .taggingDirective: "x-amz-tagging-directive"
            case .metadataDirective: "x-amz-metadata-directive"
            case .copySource: "x-amz-copy-source"
            }
        }
    }

    private var fields: Fields { form?.headers ?? view.fields }

    /// Every value that a thing is given; in the S3 dialect those of its own names as well.
    func values(_ names: FieldNames) -> [ByteSlice] {
        let fields = fields
        var found: [ByteSlice] = []
        let all = names.own + (view.signing == .s3 || names == .copySource ? [names.s3] : [])
        for index in fields.entries.indices where all.contains(where: { fields.isNamed($0, at: index) }) {
            found.append(fields.value(at: index).trimmingBlanks())
        }
        return found
    }

    /// Those, or one word when there are none.
    func values(_ names: FieldNames, orOne absent: Literal) -> [ByteSlice] {
        let found = values(names)
        return found.isEmpty ? [[UInt8](absent.description.utf8)[...]] : found
    }

    /// The values of the fields of a name in lower case: of the head, and of a form those that stand for headers.
    func headers(_ name: [UInt8]) -> [ByteSlice] {
        var found = Self.values(of: name, in: view.fields)
        if let form { found += Self.values(of: name, in: form.headers) }
        return found
    }

    private static func values(of name: [UInt8], in fields: Fields) -> [ByteSlice] {
        var found: [ByteSlice] = []
        for index in fields.entries.indices where fields.entries[index].name.count == name.count {
            if fields.name(at: index).elementsEqual(name, by: { ASCII.lowercased($0) == $1 }) {
                found.append(fields.value(at: index))
            }
        }
        return found
    }

    // MARK: Properties of objects

    /// The request gives an object its properties.
    lazy var createsObject: Bool = {
        guard let operation = view.operation, Self.creating.contains(operation) else { return false }
        return operation != .appendObject || position == 0
    }()

    lazy var setsACL: Bool = createsObject || view.isOne(of: [.putObjectACL, .putBucketACL, .putBucket])

    private static let creating: OperationSet = [
        .putObject, .appendObject, .postObject, .copyObject, .initiateMultipartUpload, .putSymlink,
    ]

    /// Where an appended piece goes; nil when that cannot be read.
    var position: UInt64? { view.query.value("position")?.decimal }

    /// The source's metadata and Content-Type are taken with it, which is the default.
    lazy var copiesMetadata: Bool = view.operation == .copyObject && !replaces(.metadataDirective)
    lazy var copiesTags: Bool = view.operation == .copyObject && !replaces(.taggingDirective)

    private func replaces(_ directive: FieldNames) -> Bool {
        values(directive).contains { $0.matchesIgnoringCase("REPLACE") }
    }

    /// The media type without parameters. Of a form: `x-oss-content-type` goes before the type of the file part, and
    /// that before the field ("PostObject" page).
    lazy var contentType: ByteSlice? = {
        let value =
            if let form {
                form.fields.filled("x-oss-content-type") ?? form.file.contentType
                    ?? form.fields.filled("content-type")
            } else {
                view.fields.first("content-type")
            }
        return value.map { $0.prefix { $0 != ASCII.semicolon }.trimmingBlanks() }
    }()

    private lazy var allTags: [ObjectTags.Tag] = values(.tagging).flatMap {
        (try? ObjectTags.read($0).get()) ?? []
    }

    func tags(_ name: [UInt8]) -> [ByteSlice] { allTags.filter { $0.key == name }.map { $0.value[...] } }

    func metadata(_ name: [UInt8]) -> [ByteSlice] {
        let prefixes: [Literal] = view.signing == .s3 ? ["x-oss-meta-", "x-amz-meta-"] : ["x-oss-meta-"]
        let fields = fields
        return prefixes.flatMap { Self.values(of: [UInt8]($0.description.utf8) + name, in: fields) }
    }

    // MARK: Others

    /// `bucket/key` of what is copied; nil when nothing is.
    lazy var copySources: [ByteSlice]? = {
        guard view.isOne(of: [.copyObject, .uploadPartCopy]) else { return nil }
        return values(.copySource).map { value in
            let path = value.prefix { $0 != ASCII.question }
            let decoded = (PercentEncoding.decode(path) ?? [])[...]
            return decoded.first == ASCII.slash ? decoded.dropFirst() : decoded
        }
    }()

    /// The hosts that the service is asked to call, in lower case; nil when there is no callback. One that cannot be
    /// read has a host that matches nothing.
    lazy var callbackHosts: [ByteSlice]? = {
        let reading =
            form.map { $0.headers.first("callback").map { CallbackReading(base64: $0) } } ?? view.callback
        guard let reading else { return nil }
        guard let callback = try? reading.result.get() else { return [[]] }
        return callback.hosts.map { $0[...] }
    }()

    /// The ids of the keys that the request is signed with; `anonymous` when there is none.
    lazy var accessKeyIDs: [ByteSlice] = {
        let ids = form.map { AccessKeyIDs.of($0) } ?? AccessKeyIDs.of(view)
        return ids.isEmpty ? [[UInt8]("anonymous".utf8)[...]] : ids
    }()

    // MARK: Body

    /// What the head says of the body.
    var bodyFacts: BodyFacts {
        var facts = BodyFacts()
        guard let operation = view.operation else { return facts }
        let declared = Self.declared(view.head.framing)
        switch operation {
        case .putObject:
            facts.object = declared.map { .exactly($0) } ?? .growing(0)
            facts.type = .pending
        case .appendObject:
            let before = position ?? 0
            facts.object = declared.map { .exactly(BodyFacts.Size.sum(before, $0)) } ?? .growing(before)
            facts.type = before == 0 ? .pending : .inapplicable
        case .postObject:
            facts.object = .growing(0)
            facts.type = .pending
        case .uploadPart:
            facts.object = .atLeast(
                BodyFacts.Size.sum(client.otherPartsBytes, declared ?? 0), isWhole: declared != nil)
            facts.part = declared.map { .exactly($0) } ?? .growing(0)
            facts.type = isFirstPart ? .pending : .inapplicable
        case .uploadPartCopy:
            facts.part = .unknown
            facts.object = .atLeast(client.otherPartsBytes, isWhole: true)
            facts.type = isFirstPart ? .unknown : .inapplicable
        case .completeMultipartUpload:
            facts.object = .listed
            facts.type = .listed
        case .copyObject:
            facts.object = .unknown
            facts.type = .unknown
        default: break
        }
        return facts
    }

    private var isFirstPart: Bool { view.query.value("partNumber")?.decimal == 1 }

    private static func declared(_ framing: BodyFraming) -> UInt64? {
        switch framing {
        case .none: 0
        case .length(let count): count
        case .chunked, .untilClose: nil
        }
    }
}

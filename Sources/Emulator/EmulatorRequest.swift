import Bytes
import HTTPModel
import OSSModel

/// A request as the emulator reads it: where it points, its parameters and its fields. The emulator's own reading,
/// shared with nobody, so that the gateway's can be held against it.
struct EmulatorRequest {
    let head: RequestHead
    /// nil at service level.
    let bucket: String?
    /// The decoded key; empty at bucket level.
    let key: [UInt8]
    /// Decoded parameters; of repeated ones the first counts.
    let parameters: [String: [UInt8]]
    let id: RequestID

    /// 400 or 403 for a host that is none of the service's, or for names that cannot be.
    init(_ head: RequestHead, id: RequestID, store: EmulatorStore) throws(OSSError) {
        self.head = head
        self.id = id
        var parameters: [String: [UInt8]] = [:]
        for parameter in QueryParameters(head.query) {
            let name = String(decoding: parameter.decodedName, as: UTF8.self)
            if parameters[name] == nil { parameters[name] = parameter.decodedValue }
        }
        self.parameters = parameters
        let path = head.path.dropFirst()
        switch HostAddress(head.authority ?? [], store) {
        case .bucket(let name):
            bucket = name
            key = PercentEncoding.decode(path) ?? []
        case .service:
            let slash = path.firstIndex(of: ASCII.slash) ?? path.endIndex
            let name = String(decoding: PercentEncoding.decode(path[..<slash]) ?? [], as: UTF8.self)
            bucket = name.isEmpty && path.isEmpty ? nil : name
            key = PercentEncoding.decode(path[slash...].dropFirst()) ?? []
        case .unknown:
            let createsBucket = head.method == .put && path.isEmpty
            throw (createsBucket ? CatalogueRow.invalidHostPutBucket : .nonStandardHost).error
        }
        try checkNames()
    }

    /// A request that another one stands for: a form, or the document of a directory.
    init(head: RequestHead, bucket: String?, key: [UInt8], id: RequestID) {
        self.head = head
        self.bucket = bucket
        self.key = key
        self.id = id
        parameters = [:]
    }

    /// The same for another object.
    func with(key: [UInt8]) -> EmulatorRequest {
        EmulatorRequest(head: head, bucket: bucket, key: key, id: id)
    }

    func has(_ parameter: String) -> Bool { parameters[parameter] != nil }

    /// The text of a decoded parameter.
    func text(_ parameter: String) -> String? {
        parameters[parameter].map { String(decoding: $0, as: UTF8.self) }
    }

    /// The version of the object that is asked for; nil for what is seen.
    var version: String? { text("versionId") }

    func field(_ name: Literal) -> String? { head.fields.first(name)?.text }

    /// The bucket of a request that needs one.
    func requiredBucket() throws(OSSError) -> String {
        guard let bucket else { throw CatalogueRow.methodNotAllowed.error }
        return bucket
    }

    private func checkNames() throws(OSSError) {
        if let bucket {
            let bytes = Array(bucket.utf8)
            let isValid =
                (3...63).contains(bytes.count)
                && bytes.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }
                && bytes.first != ASCII.hyphen && bytes.last != ASCII.hyphen
            guard isValid else { throw CatalogueRow.invalidBucketName.with("BucketName", bucket) }
        }
        if !key.isEmpty { try Self.check(key: key) }
    }

    /// A decoded key: 1 to 1023 bytes of UTF-8 that do not begin with a slash of either kind.
    static func check(key: [UInt8]) throws(OSSError) {
        guard !key.isEmpty else { throw CatalogueRow.invalidObjectNameEmpty.error }
        guard key.count <= 1023 else { throw CatalogueRow.invalidObjectNameLength.error }
        guard key[...].isUTF8, key[0] != ASCII.slash, key[0] != ASCII.backslash else {
            throw CatalogueRow.invalidObjectNameInvalid.with(
                "ObjectName", String(decoding: key, as: UTF8.self))
        }
    }
}

/// What the emulator answers.
struct Answer {
    enum Body {
        case none
        case bytes([UInt8])
        /// A run of an object's bytes.
        case object(ObjectRecord, Range<UInt64>)
    }

    var status = 200
    var fields = Fields()
    var body = Body.none

    init(_ status: Int = 200) { self.status = status }

    /// A document.
    init(xml: [UInt8]) {
        fields.append("Content-Type", "application/xml")
        body = .bytes(xml)
    }

    mutating func set(_ name: Literal, _ value: String) { fields.append(name, value) }

    /// Names the version of an object; nil where none are kept.
    mutating func set(version: String?) { if let version { set("x-oss-version-id", version) } }
}

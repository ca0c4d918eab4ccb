import Bytes
import HTTPModel
import OSSModel

/// What form rules see: the fields before the file, the head of the file part, and what is worked out of both once
/// for all of them.
struct FormView: Sendable {
    let fields: FormFields
    let file: FormPartHead
    let policy: FormPolicy.Reading
    /// The bucket of the request; nil when its host does not tell, or names an access point instead.
    let bucket: ByteSlice?
    /// Unix seconds.
    let now: Int64
    /// The fields that stand for headers, for the checks of these.
    let headers: Fields

    init(fields: FormFields, file: FormPartHead, request: HeadView) {
        self.fields = fields
        self.file = file
        now = request.now
        policy = fields.filled("policy").map { FormPolicy.read($0) } ?? .absent
        let name = request.resource.bucket
        bucket = name.flatMap { $0.suffix(9).matches("-ossalias") ? nil : $0 }
        headers = Self.headers(of: fields)
    }

    /// Signed in a way that the fields of this service have no part in: the S3 dialect, which it answers as well.
    var isS3: Bool {
        fields.contains("AWSAccessKeyId") || fields.contains("x-amz-credential")
            || fields.contains("x-amz-signature")
    }

    /// Signed by V4, or V2.
    var isVersioned: Bool {
        let names: [Literal] = ["x-oss-signature-version", "x-oss-credential", "x-oss-signature"]
        return names.contains { fields.filled($0) != nil }
    }

    /// The key after `${filename}` has been replaced by the name of the file without its path.
    func key(_ value: ByteSlice) -> ByteSlice {
        let variable: Literal = "${filename}"
        var out: [UInt8] = []
        var rest = value
        while let dollar = rest.firstIndex(of: 0x24) {
            out.append(contentsOf: rest[..<dollar])
            rest = rest[dollar...]
            let isVariable = rest.hasPrefix(variable)
            if isVariable { out.append(contentsOf: baseName) } else { out.append(0x24) }
            rest = rest.dropFirst(isVariable ? variable.count : 1)
            // The checks ask no more than whether it is too long.
            if out.count > OSSLimits.keyBytesMax { break }
        }
        return (out + rest)[...]
    }

    private var baseName: ByteSlice {
        guard let name = file.filename else { return [] }
        let slash = name.lastIndex { $0 == ASCII.slash || $0 == ASCII.backslash }
        return slash.map { name[($0 + 1)...] } ?? name
    }

    /// The values that a condition about `name` is put to. Which Content-Type counts, that of a field or that of the
    /// file part, is not documented, so either will do.
    func values(of name: [UInt8]) -> [ByteSlice] {
        var values = fields.values(of: name)
        if name[...].matchesIgnoringCase("content-type") {
            values += fields.values(of: "x-oss-content-type".utf8)
            if let type = file.contentType { values.append(type) }
        } else if name[...].matchesIgnoringCase("bucket"), let bucket {
            values = [bucket]
        }
        return values
    }

    /// The fields that have the names of headers, and `callback`. What pages send of inputs that nobody filled in is
    /// no header, and lists longer than a head could hold are the origin's to read.
    private static func headers(of fields: FormFields) -> Fields {
        var headers = Fields()
        for field in fields.all where isHeader(field.name) {
            let value = field.value.trimmingBlanks()
            let isList = field.name.matchesIgnoringCase("x-oss-persistent-headers")
            guard !value.isEmpty, !isList || value.count <= listBytesMax else { continue }
            headers.append(name: field.name, value: value)
        }
        return headers
    }

    private static func isHeader(_ name: ByteSlice) -> Bool {
        let others: [Literal] = [
            "cache-control", "content-type", "content-disposition", "content-encoding", "expires", "callback",
        ]
        return name.hasPrefixIgnoringCase("x-oss-") || others.contains { name.matchesIgnoringCase($0) }
    }

    private static let listBytesMax = 32_768
}

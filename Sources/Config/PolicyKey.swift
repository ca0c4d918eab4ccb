/// One condition of a policy's rules: what `when` and `require` may say. The decoder, the JSON Schema and the
/// README's table go by this table.
struct PolicyKey: Sendable {
    enum Kind: Sendable {
        /// One pattern or a list of them.
        case patterns
        /// One of these words, or a list of them; patterns too.
        case words([String])
        /// `{ "min": ..., "max": ... }` of sizes.
        case sizes
        /// The same of numbers.
        case counts
        case text
        case boolean
        /// Names with what is asked of their values.
        case named
        /// A window of time.
        case time
    }

    let name: String
    let kind: Kind
    let meaning: String

    init(_ name: String, _ kind: Kind, _ meaning: String) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
    }

    static func named(_ name: String) -> PolicyKey? { all.first { $0.name == name } }

    static let acls = ["default", "private", "public-read", "public-read-write"]
    static let storageClasses = ["default", "Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]
    static let algorithms = ["none", "AES256", "KMS", "SM4"]
    static let timeNames = ["days", "from", "until", "zone", "notBefore", "notAfter"]

    static let all: [PolicyKey] = [
        PolicyKey(
            "operation", .patterns,
            "names of operations, such as `PutObject`; `upload` for all that store content, `read` for GET and HEAD "
                + "of objects"),
        PolicyKey("bucket", .patterns, "the bucket"),
        PolicyKey("key", .patterns, "the decoded object key; of a copy that of its destination"),
        PolicyKey("keyLength", .counts, "bytes of the key"),
        PolicyKey("keyCharacters", .text, "the characters that the key may have, such as `a-z0-9/._-`"),
        PolicyKey("method", .words(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"]), "the HTTP method"),
        PolicyKey(
            "sourceAddress", .patterns,
            "addresses and CIDR ranges of clients; `unix` for Unix sockets"),
        PolicyKey(
            "accessKeyId", .patterns,
            "the id that the request says it is signed with; `anonymous` for none"),
        PolicyKey("time", .time, "days and hours in which the request comes"),
        PolicyKey("header", .named, "fields of the request, and of a form those that stand for headers"),
        PolicyKey("contentType", .patterns, "the media type that the object is given, parameters aside"),
        PolicyKey("detectedType", .patterns, "the media type that the first bytes of the content show"),
        PolicyKey("size", .sizes, "bytes of the object that is stored, declared or counted"),
        PolicyKey("partSize", .sizes, "bytes of one part of an upload in parts"),
        PolicyKey("storageClass", .words(storageClasses), "`default` where the request does not say"),
        PolicyKey("acl", .words(acls), "the ACL of the object; `default` where the request does not say"),
        PolicyKey(
            "encryption", .words(algorithms),
            "server-side encryption of the object; `none` where the request does not say"),
        PolicyKey("kmsKeyId", .patterns, "the id of the KMS key; `none` where the request does not say"),
        PolicyKey("tags", .named, "tags of the object"),
        PolicyKey("metadata", .named, "metadata of the object, without `x-oss-meta-`"),
        PolicyKey("callbackHost", .patterns, "hosts that a callback goes to"),
        PolicyKey("copySource", .patterns, "`bucket/key` of what is copied"),
        PolicyKey("userAgent", .patterns, "the User-Agent"),
        PolicyKey("tlsClientName", .patterns, "the name in the certificate of a client"),
        PolicyKey("contentMD5", .boolean, "whether content is sent with `Content-MD5`"),
    ]
}

import Bytes

/// Why a requirement is not met, for the record. It never holds a secret: of fields, tags and metadata only names
/// and what was asked of them are told.
struct PolicyFailure: Sendable, Equatable {
    let expected: String
    let actual: String
    var hint: String?

    static let refused = PolicyFailure(expected: "no such request", actual: "one that the rule matches")

    static func unknown(_ expected: String) -> PolicyFailure {
        PolicyFailure(
            expected: expected, actual: "not known to the gateway",
            hint:
                "the rule has \"unknown\": \"refuse\"; what is copied, and parts that went another way, cannot be "
                + "judged")
    }
}

extension PolicyHeadCondition {
    func failure(_ subject: PolicySubject) -> PolicyFailure {
        PolicyFailure(expected: expected, actual: actual(subject))
    }

    var expected: String {
        switch self {
        case .operation(_, let names): "operation \(names)"
        case .bucket(let matcher): "bucket \(matcher.spelling)"
        case .key(let matcher): "key \(matcher.spelling)"
        case .keyLength(let range): "a key of \(range.spelling) bytes"
        case .keyCharacters(_, let spelling): "a key of the characters \(spelling)"
        case .method(let methods): "method \(methods.map(\.text).joined(separator: ", "))"
        case .sourceAddress(_, let spelling): "a client in \(spelling)"
        case .accessKeyID(let matcher): "access key id \(matcher.spelling)"
        case .time(_, let spelling): "the time \(spelling)"
        case .header(let test): "field \(test.spelling)"
        case .contentType(let matcher): "Content-Type \(matcher.spelling)"
        case .storageClass(let matcher): "storage class \(matcher.spelling)"
        case .acl(let matcher): "ACL \(matcher.spelling)"
        case .encryption(let matcher): "server-side encryption \(matcher.spelling)"
        case .kmsKeyID(let matcher): "KMS key id \(matcher.spelling)"
        case .tag(let test): "tag \(test.spelling)"
        case .metadata(let test): "metadata \(test.spelling)"
        case .callbackHost(let matcher): "callback host \(matcher.spelling)"
        case .copySource(let matcher): "copy source \(matcher.spelling)"
        case .userAgent(let matcher): "User-Agent \(matcher.spelling)"
        case .tlsClientName(let matcher): "TLS client \(matcher.spelling)"
        case .contentMD5(let isWanted): isWanted ? "Content-MD5" : "no Content-MD5"
        }
    }

    private func actual(_ subject: PolicySubject) -> String {
        switch self {
        case .operation: return subject.view.operation?.name ?? "none"
        case .bucket: return subject.bucket?.text ?? "none"
        case .key: return subject.key.map { Self.shown($0) } ?? "none"
        case .keyLength: return "\(subject.key?.count ?? 0) bytes"
        case .keyCharacters(let allowed, _):
            let stranger = subject.key.flatMap { allowed.firstStranger(in: $0) }
            return stranger.map { "U+" + Self.hexadecimal($0.value) } ?? "none"
        case .method: return subject.view.head.method.text
        case .sourceAddress: return subject.client.address
        case .accessKeyID: return Self.shown(subject.accessKeyIDs)
        case .time: return "another time"
        case .header(let test): return Self.presence(subject.headers(test.name), test)
        case .contentType: return subject.contentType.map { Self.shown($0) } ?? "none"
        case .storageClass: return Self.shown(subject.values(.storageClass), "default")
        case .acl: return Self.shown(subject.values(.acl), "default")
        case .encryption: return Self.shown(subject.values(.encryption), "none")
        case .kmsKeyID: return Self.shown(subject.values(.kmsKeyID), "none")
        case .tag(let test): return Self.presence(subject.tags(test.name), test)
        case .metadata(let test): return Self.presence(subject.metadata(test.name), test)
        case .callbackHost: return Self.shown(subject.callbackHosts ?? [])
        case .copySource: return Self.shown(subject.copySources ?? [])
        case .userAgent: return subject.view.fields.first("user-agent").map { Self.shown($0) } ?? "none"
        case .tlsClientName: return subject.client.tlsName.map { Self.shown($0) } ?? "none"
        case .contentMD5(let isWanted): return isWanted ? "absent" : "present"
        }
    }

    private static func shown(_ value: ByteSlice) -> String { value.prefix(Refusal.shownBytesMax).text }

    private static func shown(_ values: [ByteSlice], _ absent: String = "none") -> String {
        values.isEmpty ? absent : values.prefix(8).map { shown($0) }.joined(separator: ", ")
    }

    private static func presence(_ values: [ByteSlice], _ test: PolicyFieldTest) -> String {
        if case .matches = test.demand, !values.isEmpty { return "another value" }
        return values.isEmpty ? "absent" : "present"
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension PolicyBodyCondition {
    func failure(_ facts: BodyFacts) -> PolicyFailure {
        PolicyFailure(expected: expected, actual: actual(facts))
    }

    var expected: String {
        switch self {
        case .size(let range): "a size of \(range.spelling) bytes"
        case .partSize(let range): "a part of \(range.spelling) bytes"
        case .detectedType(let matcher): "content of \(matcher.spelling)"
        }
    }

    private func actual(_ facts: BodyFacts) -> String {
        switch self {
        case .size: facts.object.spelling
        case .partSize: facts.part.spelling
        case .detectedType:
            switch facts.type {
            case .known(let type): "content that begins like \(type)"
            case .pending, .unknown, .inapplicable, .listed: "content that is not known"
            }
        }
    }
}

extension BodyFacts.Size {
    fileprivate var spelling: String {
        switch self {
        case .exactly(let size): "\(size) bytes"
        case .growing(let size), .atLeast(let size, _): "\(size) bytes and more"
        case .unknown, .inapplicable, .listed: "a size that is not known"
        }
    }
}

import Bytes
import Network

/// A kind of text that requests have and rules want to match.
enum PolicyText: Hashable, Sendable {
    case bucket
    case key
    case accessKeyID
    case contentType
    case kmsKeyID
    case userAgent
    case tlsClientName
    case callbackHost
    case copySource
    /// With the names in the case that conditions have them in.
    case header([UInt8])
    case tag([UInt8])
    case metadata([UInt8])
    /// An address as its bits, a byte each: a range of addresses is what they begin with.
    case address
}

/// Where an index looks: at one end of one kind of text.
struct PolicyClue: Hashable, Sendable {
    let text: PolicyText
    let ignoresCase: Bool
    let fromEnd: Bool
}

/// What all texts that a pattern matches begin and end with; empty where that can be anything.
struct PatternEdges: Sendable {
    var prefix: [UInt8] = []
    var suffix: [UInt8] = []

    mutating func foldCase() {
        prefix = prefix.map { ASCII.lowercased($0) }
        suffix = suffix.map { ASCII.lowercased($0) }
    }
}

/// One way to find a rule by its requests: a text that one of the patterns has to match.
struct PolicyWay {
    /// The bytes that stand where a clue looks, in the order in which it reads them.
    struct Place: Hashable {
        let clue: PolicyClue
        let bytes: [UInt8]
    }

    /// For each pattern the places it can be found at: one of them is enough.
    let patterns: [[Place]]

    /// nil when a pattern says nothing about the ends of what it matches.
    init?(_ text: PolicyText, _ edges: [PatternEdges], ignoringCase: Bool = false) {
        guard !edges.isEmpty else { return nil }
        patterns = edges.map { edges in
            let ends = [(edges.prefix, false), (edges.suffix.reversed(), true)]
            return ends.filter { !$0.0.isEmpty }.map { bytes, fromEnd in
                Place(
                    clue: PolicyClue(text: text, ignoresCase: ignoringCase, fromEnd: fromEnd), bytes: bytes)
            }
        }
        if patterns.contains(where: \.isEmpty) { return nil }
    }

    init?(_ text: PolicyText, _ matcher: TextMatcher) {
        self.init(text, matcher.edges, ignoringCase: matcher.ignoresCase)
    }
}

extension PolicyHeadCondition {
    /// A way to find the rules that have this condition in their `when`.
    var way: PolicyWay? {
        switch self {
        case .bucket(let matcher): PolicyWay(.bucket, matcher)
        case .key(let matcher): PolicyWay(.key, matcher)
        case .sourceAddress(let ranges, _):
            PolicyWay(.address, ranges.map { PatternEdges(prefix: $0.sharedBits) })
        case .accessKeyID(let matcher): PolicyWay(.accessKeyID, matcher)
        case .contentType(let matcher): PolicyWay(.contentType, matcher)
        case .kmsKeyID(let matcher): PolicyWay(.kmsKeyID, matcher)
        case .userAgent(let matcher): PolicyWay(.userAgent, matcher)
        case .tlsClientName(let matcher): PolicyWay(.tlsClientName, matcher)
        case .callbackHost(let matcher): PolicyWay(.callbackHost, matcher)
        case .copySource(let matcher): PolicyWay(.copySource, matcher)
        case .header(let test): test.way { .header($0) }
        case .tag(let test): test.way { .tag($0) }
        case .metadata(let test): test.way { .metadata($0) }
        // These tell requests apart into a few kinds at most, or are no texts.
        case .operation, .keyLength, .keyCharacters, .method, .time, .storageClass, .acl, .encryption,
            .contentMD5:
            nil
        }
    }
}

extension PolicyFieldTest {
    fileprivate func way(_ text: ([UInt8]) -> PolicyText) -> PolicyWay? {
        if case .matches(let matcher) = demand { PolicyWay(text(name), matcher) } else { nil }
    }
}

extension PolicySubject {
    /// The texts of one kind that the request has. A condition on them holds for no other.
    func texts(_ text: PolicyText) -> [ByteSlice] {
        switch text {
        case .bucket: bucket.map { [$0] } ?? []
        case .key: key.map { [$0] } ?? []
        case .accessKeyID: accessKeyIDs
        case .contentType: contentType.map { [$0] } ?? []
        case .kmsKeyID: values(.kmsKeyID, orOne: "none")
        case .userAgent: view.fields.first("user-agent").map { [$0] } ?? []
        case .tlsClientName: client.tlsName.map { [$0] } ?? []
        case .callbackHost: callbackHosts ?? []
        case .copySource: copySources ?? []
        case .header(let name): headers(name)
        case .tag(let name): tags(name)
        case .metadata(let name): metadata(name)
        case .address: address.bits.map { [$0[...]] } ?? []
        }
    }
}

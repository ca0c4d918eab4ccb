import Bytes
package import HTTPModel
package import Network
package import OSSModel

/// What one condition has to say of one request.
enum PolicyAnswer: Sendable, Equatable {
    case yes
    case no
    /// Bytes of the body will tell.
    case pending
    /// There is such a thing, and the gateway cannot see it: the content of what is copied.
    case unknown
    /// The request has no such thing: a download has no size to be stored.
    case inapplicable

    init(_ holds: Bool) { self = holds ? .yes : .no }
}

/// Whether one value of several is enough (`when`) or each must do (`require`): what a policy demands cannot be got
/// around by saying two things at once.
enum PolicyQuantifier: Sendable {
    case any
    case all
}

/// Sizes in bytes, or lengths; both ends included.
package struct PolicyRange: Sendable, Equatable {
    let min: UInt64
    let max: UInt64

    package init(min: UInt64 = 0, max: UInt64 = .max) {
        self.min = min
        self.max = max
    }

    func contains(_ value: UInt64) -> Bool { value >= min && value <= max }

    /// For messages.
    var spelling: String {
        if max == .max { return "at least \(min)" }
        return min == 0 ? "at most \(max)" : "\(min) to \(max)"
    }
}

/// What is asked of one named value: a field, a tag, an item of metadata.
package struct PolicyFieldTest: Sendable {
    package enum Demand: Sendable {
        case present
        case absent
        case matches(TextMatcher)
    }

    /// In lower case where names are compared without it.
    let name: [UInt8]
    let demand: Demand

    package init(name: String, _ demand: Demand) {
        self.name = [UInt8](name.utf8)
        self.demand = demand
    }

    func holds(_ values: [ByteSlice], _ quantifier: PolicyQuantifier) -> Bool {
        switch demand {
        case .present: !values.isEmpty
        case .absent: values.isEmpty
        case .matches(let matcher): matcher.holds(values, quantifier)
        }
    }

    var spelling: String {
        let name = String(decoding: name, as: UTF8.self)
        return switch demand {
        case .present: name
        case .absent: "no \(name)"
        case .matches(let matcher): "\(name): \(matcher.spelling)"
        }
    }
}

extension TextMatcher {
    /// No value never does.
    func holds(_ values: [ByteSlice], _ quantifier: PolicyQuantifier) -> Bool {
        switch quantifier {
        case .any: values.contains { matches($0) }
        case .all: !values.isEmpty && values.allSatisfy { matches($0) }
        }
    }
}

/// A condition that the head of a request decides, or the fields of a form.
package enum PolicyHeadCondition: Sendable {
    case operation(OperationSet, names: String)
    case bucket(TextMatcher)
    case key(TextMatcher)
    /// Bytes of the decoded key.
    case keyLength(PolicyRange)
    case keyCharacters(AllowedCharacters, spelling: String)
    case method([Method])
    case sourceAddress([AddressRange], spelling: String)
    case accessKeyID(TextMatcher)
    case time(TimeWindow, spelling: String)
    case header(PolicyFieldTest)
    case contentType(TextMatcher)
    case storageClass(TextMatcher)
    case acl(TextMatcher)
    case encryption(TextMatcher)
    case kmsKeyID(TextMatcher)
    case tag(PolicyFieldTest)
    case metadata(PolicyFieldTest)
    case callbackHost(TextMatcher)
    case copySource(TextMatcher)
    case userAgent(TextMatcher)
    case tlsClientName(TextMatcher)
    case contentMD5(Bool)

    func answer(_ subject: PolicySubject, _ quantifier: PolicyQuantifier) -> PolicyAnswer {
        switch self {
        case .operation(let operations, _): PolicyAnswer(subject.view.isOne(of: operations))
        case .bucket(let matcher): matcher.answer(subject.bucket)
        case .key(let matcher): matcher.answer(subject.key)
        case .keyLength(let range):
            subject.key.map { PolicyAnswer(range.contains(UInt64($0.count))) } ?? .inapplicable
        case .keyCharacters(let allowed, _):
            subject.key.map { PolicyAnswer(allowed.firstStranger(in: $0) == nil) } ?? .inapplicable
        case .method(let methods): PolicyAnswer(methods.contains(subject.view.head.method))
        case .sourceAddress(let ranges, _): PolicyAnswer(ranges.contains { $0.contains(subject.address) })
        case .accessKeyID(let matcher): PolicyAnswer(matcher.holds(subject.accessKeyIDs, quantifier))
        case .time(let window, _): PolicyAnswer(window.contains(subject.view.now))
        case .header(let test): PolicyAnswer(test.holds(subject.headers(test.name), quantifier))
        case .userAgent(let matcher):
            PolicyAnswer(subject.view.fields.first("user-agent").map { matcher.matches($0) } ?? false)
        case .tlsClientName(let matcher):
            PolicyAnswer(subject.client.tlsName.map { matcher.matches($0) } ?? false)
        case .callbackHost(let matcher):
            subject.callbackHosts.map { PolicyAnswer(matcher.holds($0, quantifier)) } ?? .inapplicable
        case .copySource(let matcher):
            subject.copySources.map { PolicyAnswer(matcher.holds($0, quantifier)) } ?? .inapplicable
        case .contentMD5(let isWanted):
            subject.view.operation?.bodyPlan != .opaque
                ? .inapplicable : PolicyAnswer(subject.view.fields.contains("content-md5") == isWanted)
        case .contentType, .storageClass, .acl, .encryption, .kmsKeyID, .tag, .metadata:
            answerOfProperty(subject, quantifier)
        }
    }

    /// What an object is given when it is made. An upload in parts says it when it begins, an object that is appended
    /// to with its first piece, and a copy takes some of it from its source.
    private func answerOfProperty(
        _ subject: PolicySubject, _ quantifier: PolicyQuantifier
    ) -> PolicyAnswer {
        func words(_ matcher: TextMatcher, _ names: PolicySubject.FieldNames, _ absent: Literal)
            -> PolicyAnswer
        {
            PolicyAnswer(matcher.holds(subject.values(names, orOne: absent), quantifier))
        }
        if case .acl(let matcher) = self, subject.setsACL { return words(matcher, .acl, "default") }
        guard subject.createsObject else { return .inapplicable }
        switch self {
        case .contentType(let matcher):
            guard !subject.copiesMetadata else { return .unknown }
            return PolicyAnswer(subject.contentType.map { matcher.matches($0) } ?? false)
        case .storageClass(let matcher): return words(matcher, .storageClass, "default")
        case .encryption(let matcher): return words(matcher, .encryption, "none")
        case .kmsKeyID(let matcher): return words(matcher, .kmsKeyID, "none")
        case .tag(let test):
            guard !subject.copiesTags else { return .unknown }
            return PolicyAnswer(test.holds(subject.tags(test.name), quantifier))
        case .metadata(let test):
            guard !subject.copiesMetadata else { return .unknown }
            return PolicyAnswer(test.holds(subject.metadata(test.name), quantifier))
        default: return .inapplicable
        }
    }
}

extension TextMatcher {
    fileprivate func answer(_ value: ByteSlice?) -> PolicyAnswer {
        value.map { PolicyAnswer(matches($0)) } ?? .inapplicable
    }
}

/// A condition that takes the body to decide, at least where its length is not declared.
package enum PolicyBodyCondition: Sendable {
    /// Of the object that the upload makes.
    case size(PolicyRange)
    /// Of one part of an upload in parts.
    case partSize(PolicyRange)
    case detectedType(TextMatcher)

    func answer(_ facts: BodyFacts) -> PolicyAnswer {
        switch self {
        case .size(let range): facts.object.answer(range)
        case .partSize(let range): facts.part.answer(range)
        case .detectedType(let matcher):
            switch facts.type {
            case .known(let type): PolicyAnswer(matcher.matches([UInt8](type.description.utf8)[...]))
            case .pending, .listed: .pending
            case .unknown: .unknown
            case .inapplicable: .inapplicable
            }
        }
    }
}

/// What is known of a body so far.
struct BodyFacts: Sendable {
    enum Size: Sendable, Equatable {
        case inapplicable
        case unknown
        /// Final.
        case exactly(UInt64)
        /// So much has come; the end will tell.
        case growing(UInt64)
        /// A part of it: what the whole will be is told by other requests. More of this part comes until it is whole.
        case atLeast(UInt64, isWhole: Bool)
        /// The parts that a completion lists will tell.
        case listed

        func answer(_ range: PolicyRange) -> PolicyAnswer {
            switch self {
            case .inapplicable: .inapplicable
            case .unknown: .unknown
            case .listed: .pending
            case .exactly(let size): PolicyAnswer(range.contains(size))
            case .growing(let size):
                size > range.max ? .no : size >= range.min && range.max == .max ? .yes : .pending
            case .atLeast(let size, let isWhole):
                size > range.max
                    ? .no : size >= range.min && range.max == .max ? .yes : isWhole ? .inapplicable : .pending
            }
        }

        func adding(_ count: UInt64) -> Size {
            switch self {
            case .growing(let size): .growing(Self.sum(size, count))
            case .atLeast(let size, isWhole: false): .atLeast(Self.sum(size, count), isWhole: false)
            default: self
            }
        }

        static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? .max : sum
        }

        /// More comes, and cannot be counted.
        var lost: Size {
            switch self {
            case .growing: .unknown
            default: ended
            }
        }

        /// Nothing more comes.
        var ended: Size {
            switch self {
            case .growing(let size): .exactly(size)
            case .atLeast(let size, _): .atLeast(size, isWhole: true)
            default: self
            }
        }
    }

    enum ContentType: Sendable, Equatable {
        case inapplicable
        case unknown
        case pending
        case known(Literal)
        /// The parts that a completion lists will tell whether it was seen.
        case listed
    }

    var object = Size.inapplicable
    var part = Size.inapplicable
    var type = ContentType.inapplicable
}

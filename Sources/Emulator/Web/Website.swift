import Bytes
import HTTPModel
import OSSModel
import XML

/// A bucket as a website ("PutBucketWebsite" page): documents of directories and of errors, and redirects. Only
/// requests without any signature see it; SDKs see the bucket as it is.
struct Website {
    private let root: XMLElement

    /// nil for a request that does not see a website.
    init?(_ request: EmulatorRequest, _ settings: BucketSettings) throws(OSSError) {
        guard let document = settings["website"], Credentials(request.head) == .anonymous,
            request.head.method == .get || request.head.method == .head,
            !request.parameters.keys.contains(where: Self.otherQuestions.contains)
        else { return nil }
        root = try Operations.stored(document)
    }

    /// Parameters that ask for something else than a page.
    private static let otherQuestions: Set<String> = Set(
        Setting.all.map(\.parameter) + Operations.familyParameters + [
            "acl", "bucketInfo", "delimiter", "legalHold", "list-type", "location", "marker", "max-keys",
            "objectMeta", "prefix", "retention", "stat", "symlink", "uploadId", "uploads", "versioning",
            "versions", "vod", "x-oss-process",
        ])

    var index: [UInt8]? { root.child("IndexDocument")?.child("Suffix").map { Array($0.trimmedText) } }
    var servesDirectories: Bool { root.string("IndexDocument", "SupportSubDir")?.lowercased() == "true" }
    /// What becomes of `a` when only `a/index.html` is there: 0 redirects, 1 refuses, 2 answers it.
    var directoryType: String { root.string("IndexDocument", "Type") ?? "0" }
    var errorDocument: [UInt8]? { root.child("ErrorDocument")?.child("Key").map { Array($0.trimmedText) } }
    var errorStatus: Int { root.string("ErrorDocument", "HttpStatus") == "200" ? 200 : 404 }

    /// A redirect and the prefix that its condition names: what its replacement replaces.
    struct Redirect {
        let element: XMLElement
        let prefix: [UInt8]
    }

    /// The first redirect, in the order of the rules' numbers, whose conditions hold; `status` is what the request
    /// would be answered without it, nil before that is known.
    func redirect(_ request: EmulatorRequest, status: Int?) -> Redirect? {
        let rules = (root.child("RoutingRules")?.children("RoutingRule") ?? []).sorted {
            ($0.child("RuleNumber")?.trimmedText.decimal ?? 0)
                < ($1.child("RuleNumber")?.trimmedText.decimal ?? 0)
        }
        for rule in rules {
            guard let condition = rule.child("Condition"), let redirect = rule.child("Redirect"),
                condition.string("HttpErrorCodeReturnedEquals") == status.map({ "\($0)" }),
                Self.holds(condition, request)
            else { continue }
            return Redirect(element: redirect, prefix: condition.child("KeyPrefixEquals")?.text ?? [])
        }
        return nil
    }

    private static func holds(_ condition: XMLElement, _ request: EmulatorRequest) -> Bool {
        if let prefix = condition.child("KeyPrefixEquals"), !request.key.starts(with: prefix.text) {
            return false
        }
        if let suffix = condition.child("KeySuffixEquals"),
            !request.key.suffix(suffix.text.count).elementsEqual(suffix.text)
        {
            return false
        }
        return condition.children("IncludeHeader").allSatisfy { wanted in
            let name = wanted.trimmedKey
            let fields = request.head.fields
            let index = fields.entries.indices.first { index in
                fields.name(at: index).map(ASCII.lowercased) == name
            }
            guard let value = index.map({ fields.value(at: $0).text }) else { return false }
            if let text = wanted.string("Equals"), text != value { return false }
            if let text = wanted.string("StartsWith"), !value.hasPrefix(text) { return false }
            if let text = wanted.string("EndsWith"), !value.hasSuffix(text) { return false }
            return true
        }
    }
}

extension XMLElement {
    /// The text of the child `Key`, in lower case.
    fileprivate var trimmedKey: [UInt8] { (child("Key")?.trimmedText ?? []).map(ASCII.lowercased) }
}

extension Operations {
    /// A page of a bucket's website; nil where the request is answered as any other.
    func pagePlan(_ request: EmulatorRequest) throws(OSSError) -> Plan? {
        guard let bucket = request.bucket,
            let settings = try? store.settings(of: bucket), let site = try Website(request, settings)
        else { return nil }
        if request.key.isEmpty, site.index == nil { return nil }
        return plain { request throws(OSSError) in try page(of: site, request) }
    }

    private func page(of site: Website, _ request: EmulatorRequest) throws(OSSError) -> Answer {
        if let redirect = site.redirect(request, status: nil) {
            return try follow(redirect, request)
        }
        do throws(OSSError) {
            guard request.key.isEmpty || request.key.last == ASCII.slash, let index = site.index,
                request.key.isEmpty || site.servesDirectories
            else { return try getOrHead(request) }
            return try getOrHead(request.with(key: request.key + index))
        } catch {
            guard error.status == 404, error.code == "NoSuchKey" else { throw error }
            return try missingPage(of: site, request, error)
        }
    }

    private func missingPage(
        of site: Website, _ request: EmulatorRequest, _ error: OSSError
    ) throws(OSSError) -> Answer {
        if let redirect = site.redirect(request, status: 404) {
            return try follow(redirect, request)
        }
        if site.servesDirectories, let index = site.index, !request.key.isEmpty,
            request.key.last != ASCII.slash, site.directoryType != "1",
            try store.objectIfAny(request.key + [ASCII.slash] + index, in: request.requiredBucket()) != nil
        {
            if site.directoryType == "2" {
                return try getOrHead(request.with(key: request.key + [ASCII.slash] + index))
            }
            return located(302, request, request.key + [ASCII.slash], host: nil, scheme: "http", query: nil)
        }
        guard let key = site.errorDocument,
            try store.objectIfAny(key, in: request.requiredBucket()) != nil
        else { throw error }
        var answer = try getOrHead(request.with(key: key))
        answer.status = site.errorStatus
        return answer
    }

    private func getOrHead(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try request.head.method == .head ? headObject(request) : getObject(request)
    }

    private func follow(
        _ found: Website.Redirect, _ request: EmulatorRequest
    ) throws(OSSError) -> Answer {
        let redirect = found.element
        var key = request.key
        if let whole = redirect.child("ReplaceKeyWith") {
            key = Self.substituted(whole.text, request.key)
        } else if let prefix = redirect.child("ReplaceKeyPrefixWith") {
            let replacesPrefix = redirect.string("EnableReplacePrefix")?.lowercased() == "true"
            key = prefix.text + key.dropFirst(replacesPrefix ? found.prefix.count : 0)
        }
        switch redirect.string("RedirectType") {
        case "Mirror": throw CatalogueRow.mirrorFailed1.error
        case "Internal": return try getOrHead(request.with(key: key))
        default: break
        }
        let isEndpoint = EmulatorRegion.named(byHost: request.head.authority ?? []) != nil
        guard store.settings.account.redirectsAtEndpoint || !isEndpoint else {
            throw CatalogueRow.externalRedirect.error
        }
        let status = redirect.string("HttpRedirectCode").flatMap(Int.init) ?? 302
        let passesQuery = redirect.string("PassQueryString")?.lowercased() == "true"
        return located(
            status, request, key, host: redirect.string("HostName"),
            scheme: redirect.string("Protocol") ?? "http", query: passesQuery ? request.head.query?.text : nil
        )
    }

    /// `${key}` stands for the key of the request.
    private static func substituted(_ text: [UInt8], _ key: [UInt8]) -> [UInt8] {
        guard let found = text.firstRange(of: Array("${key}".utf8)) else { return text }
        return text[..<found.lowerBound] + key + text[found.upperBound...]
    }

    private func located(
        _ status: Int, _ request: EmulatorRequest, _ key: [UInt8], host: String?, scheme: String,
        query: String?
    ) -> Answer {
        var answer = Answer(status)
        let path = String(decoding: PercentEncoding.encode(key, keepingSlash: true), as: UTF8.self)
        let named = host.map { text in
            String(decoding: text.utf8.filter { !ASCII.isControl($0) }, as: UTF8.self)
        }
        let authority = named ?? request.head.authority?.text ?? ""
        answer.set("Location", "\(scheme)://\(authority)/\(path)" + (query.map { "?" + $0 } ?? ""))
        return answer
    }
}

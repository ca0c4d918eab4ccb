import Bytes
import OSSModel
import XML

extension DocumentRule {
    static let corsRuleCount = DocumentRule("xml-cors-rule-count", on: [.putBucketCors]) {
        view throws(Refusal) in
        let count = view.root.children("CORSRule").count
        guard count > 10 else { return }
        throw Refusal(.corsRuleBeyondLimit, expected: "at most 10 rules", actual: "\(count)")
    }

    /// One `*` in an origin or a header that is allowed, none in one that is exposed ("PutBucketCors" page).
    static let corsWildcards = DocumentRule("xml-cors-wildcards", on: [.putBucketCors]) {
        view throws(Refusal) in
        let most: [(name: Literal, count: Int)] = [
            ("AllowedOrigin", 1), ("AllowedHeader", 1), ("ExposeHeader", 0),
        ]
        for rule in view.root.children where rule.isNamed("CORSRule") {
            for (name, count) in most {
                for value in rule.children(name) where value.text.count(where: { $0 == star }) > count {
                    throw .malformed(
                        expected: "\(name): at most \(count) *", actual: value.text.prefix(64)[...].text)
                }
            }
        }
    }

    private static let star: UInt8 = 0x2A

    /// A mirror has a URL of HTTP that ends with a slash ("PutBucketWebsite" page).
    static let mirrorURL = DocumentRule("xml-mirror-url", on: [.putBucketWebsite]) { view throws(Refusal) in
        for rule in view.root.child("RoutingRules")?.children("RoutingRule") ?? [] {
            guard let redirect = rule.child("Redirect"),
                redirect.value("RedirectType")?.matches("Mirror") ?? false
            else { continue }
            let url = redirect.value("MirrorURL") ?? []
            let isHTTP = url.hasPrefix("http://") || url.hasPrefix("https://")
            guard !isHTTP || url.last != ASCII.slash else { continue }
            throw .malformed(
                expected: "MirrorURL: http(s)://, a slash at its end", actual: url.prefix(64).text)
        }
    }
}

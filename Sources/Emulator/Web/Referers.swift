import Bytes
import HTTPModel
import OSSModel
import XML

/// Which pages may show the objects of a bucket ("PutBucketReferer" page). Only requests without a signature in
/// their head are asked where they come from.
enum Referers {
    static func check(_ request: EmulatorRequest, _ settings: BucketSettings) throws(OSSError) {
        guard let document = settings["referer"], !request.key.isEmpty,
            request.head.method == .get || request.head.method == .head,
            !request.head.fields.contains("authorization")
        else { return }
        let root = try Operations.stored(document)
        let refused = root.child("RefererBlacklist")?.strings("Referer") ?? []
        let allowed = (root.child("RefererList")?.strings("Referer") ?? []).filter { !$0.isEmpty }
        let referer = truncated(request.field("referer") ?? "", root)
        if !referer.isEmpty, refused.contains(where: { matches($0, referer) }) {
            throw CatalogueRow.accessDenied6.error
        }
        // Without a list of pages everything may come.
        guard !allowed.isEmpty else { return }
        if referer.isEmpty {
            guard root.string("AllowEmptyReferer")?.lowercased() == "true" else {
                throw CatalogueRow.accessDenied6.error
            }
            return
        }
        guard allowed.contains(where: { matches($0, referer) }) else {
            throw CatalogueRow.accessDenied6.error
        }
    }

    /// The query is left out unless it is asked for; the path too if that is asked for.
    private static func truncated(_ referer: String, _ root: XMLElement) -> String {
        let keepsQuery = root.string("AllowTruncateQueryString")?.lowercased() == "false"
        var text = keepsQuery ? referer : String(referer.prefix { $0 != "?" })
        guard root.string("TruncatePath")?.lowercased() == "true",
            let scheme = text.firstRange(of: "://")
        else { return text }
        let rest = text[scheme.upperBound...]
        if let slash = rest.firstIndex(of: "/") { text = String(text[..<slash]) }
        return text
    }

    /// Names of hosts and schemes have no case; whoever tells them apart by case is rare.
    private static func matches(_ pattern: String, _ referer: String) -> Bool {
        Wildcard.matches(pattern.lowercased(), referer.lowercased(), question: true)
    }
}

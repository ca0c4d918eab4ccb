import Bytes
import OSSModel
import XML

extension DocumentRule {
    /// One rule, or one id of a rule, a request ("PutBucketReplication" and "DeleteBucketReplication" pages).
    static let replicationRuleCount = DocumentRule(
        "xml-replication-rule-count", on: [.putBucketReplication, .deleteBucketReplication]
    ) { view throws(Refusal) in
        let isDeletion = view.operation == .deleteBucketReplication
        let items = view.root.children(isDeletion ? "ID" : "Rule")
        let count = isDeletion ? items.count { !$0.isEmpty } : items.count
        guard count > 0 else { throw Refusal(.noReplicationRule, expected: "one rule", actual: "none") }
        guard count == 1 else {
            throw Refusal(.tooManyReplicationRules, expected: "one rule", actual: "\(count)")
        }
    }

    /// Another bucket than that of the request, with a name that a bucket can have.
    static let replicationTarget = DocumentRule("xml-replication-target", on: [.putBucketReplication]) {
        view throws(Refusal) in
        for rule in view.root.children("Rule") {
            guard let target = rule.child("Destination")?.child("Bucket")?.trimmedText else { continue }
            guard HeadRule.isBucketName(target), target != view.bucket else {
                throw Refusal(
                    .invalidTargetBucket, expected: "the name of another bucket",
                    actual: target.prefix(64).text)
            }
        }
    }

    static let replicationPrefixes = DocumentRule("xml-replication-prefixes", on: [.putBucketReplication]) {
        view throws(Refusal) in
        for rule in view.root.children("Rule") {
            let count = rule.child("PrefixSet")?.children("Prefix").count ?? 0
            guard count > 10 else { continue }
            throw Refusal(.tooManyReplicationPrefixes, expected: "at most 10 prefixes", actual: "\(count)")
        }
    }

    /// Which element holds the tags is not documented; they are counted wherever they stand.
    static let replicationTags = DocumentRule("xml-replication-tags", on: [.putBucketReplication]) {
        view throws(Refusal) in
        for rule in view.root.children("Rule") {
            let count = descendants("Tag", of: rule)
            guard count > 10 else { continue }
            throw Refusal(.tooManyReplicationTags, expected: "at most 10 tags", actual: "\(count)")
        }
    }

    /// The reader bounds the depth.
    private static func descendants(_ name: Literal, of element: XMLElement) -> Int {
        element.children.reduce(0) { $0 + ($1.isNamed(name) ? 1 : 0) + descendants(name, of: $1) }
    }

    /// Ids that are given are unique ("PutBucketLifecycle" page).
    static let lifecycleIDs = DocumentRule("xml-lifecycle-ids", on: [.putBucketLifecycle]) {
        view throws(Refusal) in
        var seen = Set<[UInt8]>()
        for rule in view.root.children where rule.isNamed("Rule") {
            guard let id = rule.value("ID"), !seen.insert(Array(id)).inserted else { continue }
            throw .malformed(expected: "each ID once", actual: id.prefix(64).text)
        }
    }

    /// Within a rule, IA goes before Archive, Archive before ColdArchive, that before DeepColdArchive, and all
    /// before the objects expire ("PutBucketLifecycle" page). Ages in days are compared; which order dates must
    /// have is not told.
    static let lifecycleOrder = DocumentRule("xml-lifecycle-order", on: [.putBucketLifecycle]) {
        view throws(Refusal) in
        for rule in view.root.children where rule.isNamed("Rule") {
            let steps = steps(of: rule)
            for (earlier, later) in zip(steps, steps.dropFirst()) where later.rank > earlier.rank {
                guard later.days < earlier.days else { continue }
                throw Refusal(
                    .lifecycleOverlap, expected: "IA before Archive before expiration",
                    actual: "\(later.days) days after \(earlier.days)")
            }
        }
    }

    /// What becomes of an object, from the warmest class to its end.
    private static func steps(of rule: XMLElement) -> [(rank: Int, days: UInt64)] {
        let classes: [Literal] = ["IA", "Archive", "ColdArchive", "DeepColdArchive"]
        var steps: [(rank: Int, days: UInt64)] = []
        for transition in rule.children where transition.isNamed("Transition") {
            // The last access counts from another day.
            guard transition.value("IsAccessTime")?.matchesIgnoringCase("true") != true,
                let name = transition.value("StorageClass"),
                let rank = classes.firstIndex(where: { name.matches($0) }),
                let days = transition.value("Days")?.decimal
            else { continue }
            steps.append((rank, days))
        }
        if let days = rule.child("Expiration")?.value("Days")?.decimal { steps.append((classes.count, days)) }
        return steps.sorted { $0.rank < $1.rank }
    }
}

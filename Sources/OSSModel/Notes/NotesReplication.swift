/// Replication between buckets.
extension CatalogueNote {
    static let replication: [CatalogueNote] = [
        CatalogueNote(
            .noReplicationRule, .body, ["xml-replication-rule-count"],
            when: "A replication has no rule, or its deletion no id.",
            mend: "Add a Rule, or the ID of the rule to be deleted."),
        CatalogueNote(
            .tooManyReplicationRules, .body, ["xml-replication-rule-count"],
            when: "More than one rule or id in a request.",
            mend: "Send one rule a request."),
        CatalogueNote(
            .tooManyReplicationPrefixes, .body, ["xml-replication-prefixes"],
            when: "More than 10 prefixes in a rule.",
            mend: "Use shorter, common prefixes."),
        CatalogueNote(
            .tooManyReplicationTags, .body, ["xml-replication-tags"],
            when: "More than 10 tags in a rule.",
            mend: "Use fewer tags."),
        CatalogueNote(
            .invalidTargetBucket, .body, ["xml-replication-target"],
            when: "The target is the source bucket, or no legal name.",
            mend: "Name another bucket."),
        CatalogueNote(
            .invalidBucketStatus, .service, [],
            when: "Source and target differ in versioning.",
            mend: "Enable versioning on both or on neither."),
        CatalogueNote(
            .invalidTargetLocation, .service, [],
            when: "The target bucket lies in another region than Location says.",
            mend: "Give the target's region as `oss-cn-...`."),
        CatalogueNote(
            .badReplicationLocation, .service, [],
            when: "The region cannot be a target.",
            mend: "Ask GetBucketReplicationLocation for those that can."),
        CatalogueNote(
            .noReplicationLocation, .service, [],
            when: "The source's region has no target region.",
            mend: "Replicate from another region, or copy."),
        CatalogueNote(
            .bucketReplicationAlreadyExist, .service, [],
            when: "The two buckets have a rule already.",
            mend: "Change that rule or delete it."),
        CatalogueNote(
            .tooManyIncomingReplication, .service, [],
            when: "The target takes part in 100 rules.",
            mend: "Choose another target."),
        CatalogueNote(
            .tooManyOutgoingReplication, .service, [],
            when: "The source takes part in 100 rules.",
            mend: "Delete a rule."),
        CatalogueNote(
            .noSuchReplicationConfiguration, .service, [],
            when: "The bucket has no replication.",
            mend: "Create it first; there is nothing to delete."),
        CatalogueNote(
            .noSuchReplicationRule, .service, [],
            when: "The rule's id is unknown.",
            mend: "Read the ids with GetBucketReplication."),
        CatalogueNote(
            .transferAccAlreadyInUse, .service, [],
            when: "Acceleration is switched off while replication uses it; the answer names the buckets.",
            mend: "Change the replication first."),
    ]
}

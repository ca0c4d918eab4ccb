/// XML and JSON documents of operations on buckets and objects.
extension CatalogueNote {
    static let documents: [CatalogueNote] = [
        CatalogueNote(
            .invalidXMLFormat, .body, ["xml-well-formed"],
            when: """
                The document is not well-formed XML; an empty one, one with a DOCTYPE, and one that is \
                not UTF-8 are not either.
                """,
            mend: "Let a library write it. Check that the body was sent at all, and `&` written as `&amp;`."),
        CatalogueNote(
            .malformedXML, .body,
            [
                "xml-well-formed", "xml-schema", "body-too-large", "content-length-limit",
                "xml-object-tag-count", "xml-cors-wildcards", "xml-lifecycle-ids",
                "xml-lifecycle-order", "xml-mirror-url", "xml-inventory-id", "xml-live-fragments",
                "xml-object-tag-value", "xml-delete-key", "xml-bucket-tag-count",
            ],
            when: """
                The document is not what its operation takes: an element is missing, repeated, unknown \
                in its place, or has a value outside its set.
                """,
            mend: """
                Compare it with the operation's page; the record's `ossgate.actual` names the element. \
                Names and values are case-sensitive.
                """),
        CatalogueNote(
            .versioningElementMissing, .body, ["xml-versioning-status"],
            when: "VersioningConfiguration has no Status.",
            mend: "Send `<Status>Enabled</Status>` or `Suspended`."),
        CatalogueNote(
            .userKeyMustBeSpecified, .body, ["xml-delete-key"],
            when: "An Object of a Delete has no Key.",
            mend: "Give each Object a Key; look for an empty entry in the list."),
        CatalogueNote(
            .repeatedTags, .body, ["xml-repeated-tags"],
            when: "Two tags have the same key.",
            mend: "Give each key once; keys are case-sensitive."),
        CatalogueNote(
            .bucketTagKeyInvalid, .body, ["xml-bucket-tag-key"],
            when: """
                A bucket tag's key is empty, longer than 64 bytes, not UTF-8, or begins with `http://`, \
                `https://` or `Aliyun`.
                """,
            mend: "Choose another key."),
        CatalogueNote(
            .bucketTagValueInvalid, .body, ["xml-bucket-tag-value"],
            when: "A bucket tag's value is longer than 128 bytes or not UTF-8.",
            mend: "Shorten the value."),
        CatalogueNote(
            .tooManyBucketTags, .body, ["xml-bucket-tag-count"],
            when: "A bucket is given more than 20 tags.",
            mend: "Give at most 20."),
        CatalogueNote(
            .corsRuleBeyondLimit, .body, ["xml-cors-rule-count"],
            when: "More than 10 CORS rules.",
            mend: "Join rules: one may name several origins and methods."),
        CatalogueNote(
            .wormConfigurationInvalid, .body, ["xml-worm-days"],
            when: "RetentionPeriodInDays is not a number from 1 to 25550.",
            mend: "Give whole days, at most 70 years."),
        CatalogueNote(
            .lifecycleOverlap, .service, ["xml-lifecycle-order"],
            when: "Lifecycle rules contradict each other, or an object would expire before it is moved.",
            mend: """
                Order the days of one rule: IA before Archive before expiration; let prefixes not \
                overlap.
                """),
        CatalogueNote(
            .inventoryExceedLimit, .service, [],
            when: "The bucket has 1000 inventory rules.",
            mend: "Delete one first."),
        CatalogueNote(
            .dailyInventoryExceedLimit, .service, [],
            when: "A daily inventory is asked of a bucket with too many objects.",
            mend: "Ask for a weekly one."),
        CatalogueNote(
            .weeklyInventoryExceedLimit, .service, [],
            when: "A weekly inventory is asked of a bucket with too many objects.",
            mend: "Restrict the rule to a prefix."),
        CatalogueNote(
            .invalidTargetBucketForLogging, .service, [],
            when: "The bucket that logs should go to is missing, in another region, or another owner's.",
            mend: "Use a bucket of the same owner in the same region."),
        CatalogueNote(
            .inventoryConfigurationAlreadyExists, .service, [],
            when: "The inventory id is in use.",
            mend: "Delete the rule first, or use another id."),
        CatalogueNote(
            .wormConfigurationAlreadyExists, .service, [],
            when: "The bucket has a retention policy.",
            mend: "Extend it, or abort it within its first 24 hours."),
        CatalogueNote(
            .wormConfigurationLocked, .service, [],
            when: "The retention policy is locked, and cannot be shortened or deleted.",
            mend: "It can only be extended."),
    ]
}

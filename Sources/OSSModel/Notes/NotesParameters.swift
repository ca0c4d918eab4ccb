/// Parameters, header values and times.
extension CatalogueNote {
    static let parameters: [CatalogueNote] = [
        CatalogueNote(
            .missingArgument, .head, ["append-position"],
            when: "AppendObject has no `position`, or one that is not a decimal number from 0 to 2^63-1.",
            mend: """
                Send the current length of the object as `position`; 0 for a new one. The last answer's \
                `x-oss-next-append-position` has it.
                """),
        CatalogueNote(
            .invalidArgumentGeneric, .head,
            [
                "object-acl", "bucket-acl", "storage-class", "forbid-overwrite", "metadata-directive",
                "tagging-directive", "max-keys", "list-parameter-length", "vod-time",
                "post-field-repeated", "xml-schema", "signature-in-two-places",
                "security-token-in-two-places", "xml-lifecycle-ids", "xml-lifecycle-order",
                "xml-cors-wildcards", "xml-object-tag-count", "tagging-characters", "xml-live-playlist",
                "xml-object-tag-value",
            ],
            when: """
                A parameter, field or element has a value outside its documented set; `ArgumentName` and \
                `ArgumentValue` name it.
                """,
            mend: "Correct the value that the answer names. Case counts: `Standard`, not `standard`."),
        CatalogueNote(
            .bucketStorageClass, .body, ["xml-storage-class"],
            when: """
                StorageClass of a new bucket is none of Standard, IA, Archive, ColdArchive and \
                DeepColdArchive.
                """,
            mend: "Write the class exactly so; case counts."),
        CatalogueNote(
            .dateBeforeEpoch, .head, ["copy-source-date", "vod-time"],
            when: "A time in a parameter lies before 1970.",
            mend: "Send a later time. A negative number often comes from a clock that was not set."),
        CatalogueNote(
            .dateInFuture, .head, ["copy-source-date", "vod-time"],
            when: "A time in a parameter is later than now.",
            mend: "Check the clock of the client, and that seconds were not given as milliseconds."),
        CatalogueNote(
            .dateBadFormat, .head, ["copy-source-date", "vod-time"],
            when: "A time in a parameter cannot be read.",
            mend: """
                Copy conditions take `Fri, 13 Nov 2015 14:47:53 GMT` or `2015-11-13T14:47:53.000Z`, \
                video times decimal seconds.
                """),
        CatalogueNote(
            .copySourceFormat, .head, ["copy-source-format"],
            when: "`x-oss-copy-source` is not `/bucket/key` after percent-decoding.",
            mend: """
                Begin with a slash and give bucket and key: `/source/dir/name`, percent-encoded; \
                `?versionId=` may follow.
                """),
        CatalogueNote(
            .trafficLimitBothPlaces, .head, ["traffic-limit-both-places"],
            when: "`x-oss-traffic-limit` is in the query and in the head.",
            mend: "Send it in one place: in the query for signed URLs, else in the head."),
        CatalogueNote(
            .trafficLimitRange, .head, ["traffic-limit-range"],
            when: "`x-oss-traffic-limit` is not a number from 819200 to 838860800 (bits a second).",
            mend: "Send bits, not bytes: 819200 is 100 KB/s."),
        CatalogueNote(
            .taggingHeaderFormat, .head, ["tagging-header-format"],
            when: """
                `x-oss-tagging` is not `key=value&key=value` with percent-encoded UTF-8 and distinct \
                keys.
                """,
            mend: "Encode keys and values, `=` and `&` in them too, and give each key once."),
        CatalogueNote(
            .taggingKeyInvalid, .head, ["tagging-characters", "xml-object-tag-key", "xml-object-tag-value"],
            when: """
                A tag's key is empty, longer than 128 bytes, or has other characters than letters, \
                digits, space and `+-=._:/`.
                """,
            mend: "Use such characters. Values may be empty and have up to 256 bytes."),
        CatalogueNote(
            .persistentHeaderFormat, .head, ["persistent-headers"],
            when: "`x-oss-persistent-headers` is not a list of `name:Base64(value)`.",
            mend: "Write `name:dmFsdWU=`, items separated by commas, none empty."),
        CatalogueNote(
            .persistentHeaderNotBase64, .head, ["persistent-headers"],
            when: "What follows a name in `x-oss-persistent-headers` is not Base64.",
            mend: "Encode the value in standard Base64 with padding."),
        CatalogueNote(
            .persistentHeaderNotUTF8, .head, ["persistent-headers"],
            when: "A decoded value of `x-oss-persistent-headers` is not UTF-8.",
            mend: "Encode the UTF-8 bytes of the value."),
        CatalogueNote(
            .persistentHeaderCRLF, .head, ["persistent-headers"],
            when: "A decoded value of `x-oss-persistent-headers` has a line break.",
            mend: "Remove the line break, often one at the end that `echo` added before Base64."),
        CatalogueNote(
            .persistentHeaderConflict, .head, ["persistent-headers"],
            when: "A name in `x-oss-persistent-headers` is also a field of the request, with another value.",
            mend: "Send the field once, or with the same value in both places."),
        CatalogueNote(
            .persistentHeaderReserved, .head, ["persistent-headers"],
            when: "A name in `x-oss-persistent-headers` is a standard one or begins with `x-oss-`.",
            mend: "Use a name of your own. Cache-Control and its kind are fields of the request."),
        CatalogueNote(
            .persistentHeaderNotToken, .head, ["persistent-headers"],
            when: "A name in `x-oss-persistent-headers` is no HTTP token.",
            mend: "Use letters, digits and hyphens in names."),
        CatalogueNote(
            .optionsOriginMissing, .head, ["options-origin-missing"],
            when: "A preflight (OPTIONS) has no Origin.",
            mend: "Browsers send it; in tests add `-H 'Origin: https://example.com'`."),
        CatalogueNote(
            .optionsMethodMissing, .head, ["options-method-missing"],
            when: "A preflight (OPTIONS) has no Access-Control-Request-Method.",
            mend: "Browsers send it; in tests add `-H 'Access-Control-Request-Method: PUT'`."),
        CatalogueNote(
            .corsNotAllowed, .service, [],
            when: "No CORS rule of the bucket fits origin, method and fields.",
            mend: """
                Add a CORS rule to the bucket, or correct the one there is; origins count with scheme \
                and port.
                """),
        CatalogueNote(
            .responseHeadersAnonymous, .head, ["response-headers-anonymous"],
            when: "An unsigned GET overrides fields of the answer (`response-content-type` and its kind).",
            mend: "Sign the request, or set the fields on the object when it is stored."),
        CatalogueNote(
            .partNumberQuery, .head, ["part-number"],
            when: "`partNumber` is not a number from 1 to 10000.",
            mend: "Number parts from 1. Above 10000 parts, make them larger."),
        CatalogueNote(
            .partNumberAbsent, .head, ["part-number"],
            when: "A part is uploaded with `uploadId` but without `partNumber`.",
            mend: "Give both, or neither for a plain PutObject."),
        CatalogueNote(
            .encodingType, .head, ["encoding-type"],
            when: "`encoding-type` is none of `url`, `url2` and `base64`.",
            mend: "Send `encoding-type=url` or nothing."),
        CatalogueNote(
            .vodTimeSpan, .service, [],
            when: "`endTime` is not later than `startTime`, or more than a day later.",
            mend: "Ask for at most 86400 seconds at a time."),
        CatalogueNote(
            .sseUnsupportedOperation, .service, [],
            when: """
                A server-side encryption field is on an operation that stores nothing, such as \
                UploadPart.
                """,
            mend: "Send the field when the upload is initiated, not with each part."),
        CatalogueNote(
            .notModified, .service, [],
            when: "The object is as If-None-Match or If-Modified-Since says.",
            mend: "Nothing: use the copy you have."),
        CatalogueNote(
            .preconditionFailed, .service, [],
            when: """
                If-Match or If-Unmodified-Since, or their copy-source forms, do not hold; `Condition` \
                names which.
                """,
            mend: "Read the object's ETag again and decide anew: somebody else wrote it."),
        CatalogueNote(
            .invalidRange, .service, [],
            when: "The range begins behind the end of the object.",
            mend: "Ask for its size first (HeadObject); ranges count from 0."),
    ]
}

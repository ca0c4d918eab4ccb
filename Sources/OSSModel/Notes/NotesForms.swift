/// Uploads by HTML forms (PostObject), and their policies.
extension CatalogueNote {
    static let forms: [CatalogueNote] = [
        CatalogueNote(
            .postMissingField, .body, ["post-missing-field"],
            when: """
                The form has no field `key` before its file, or lacks `policy` or `bucket` where they \
                are needed.
                """,
            mend: "Put all fields before `file`: browsers send them in the order of the page."),
        CatalogueNote(
            .postUnrecognizedField, .body, ["post-unrecognized-field"],
            when: """
                A part of the form has another header than Content-Disposition, Content-Type, \
                Content-Transfer-Encoding and Content-Length.
                """,
            mend: "Remove the line; metadata belongs into fields such as `x-oss-meta-name`."),
        CatalogueNote(
            .postBodyTooLarge, .head, ["content-length-limit", "body-too-large"],
            when: "A form is larger than 5 GiB.",
            mend: "Use a multipart upload from the client."),
        CatalogueNote(
            .postAccessKeyIDEmpty, .body, ["post-access-key-id-empty"],
            when: "A form with a policy or signature names no access key id.",
            mend: "Add the field `OSSAccessKeyId` (V4: `x-oss-credential`) before the file."),
        CatalogueNote(
            .postSignatureEmpty, .body, ["post-signature-empty"],
            when: "A form names an access key id but has no signature.",
            mend: "Add the field `Signature` (V4: `x-oss-signature`) before the file."),
        CatalogueNote(
            .postPreDataTooLarge, .body, ["post-pre-data-too-large"],
            when: "The fields before the file are larger in all than the service takes (8 MiB).",
            mend: "Put data into the file, not into fields."),
        CatalogueNote(
            .postFileCount, .body, ["post-file-count"],
            when: "The form has more than one field `file`.",
            mend: "Send one file a form; repeat the form for others."),
        CatalogueNote(
            .fieldItemTooLong, .body, ["field-item-too-long"],
            when: "A field's name is longer than 8 KiB, or its value longer than 2 MiB.",
            mend: "Shorten it; a large value usually belongs into the file."),
        CatalogueNote(
            .malformedPostRequest, .body, ["malformed-post-request"],
            when: """
                The form does not follow the grammar of multipart/form-data, has no file, or lacks the \
                closing boundary.
                """,
            mend: """
                Let a library write the form. Written by hand: CRLF at line ends, `--` before each \
                boundary and after the last.
                """),
        CatalogueNote(
            .policyExpired, .body, ["policy-expired"],
            when: "The time `expiration` of the form's policy has passed.",
            mend: "Make a new policy, or one with a longer life; check the clock where it is made."),
        CatalogueNote(
            .policyConditionFailed, .body, ["policy-condition-failed"],
            when: "A condition of the form's policy does not hold; the message ends with the condition.",
            mend: """
                Send the field with the value that the policy demands, or change the policy where it is \
                made.
                """),
        CatalogueNote(
            .policySimpleCondition, .body, ["policy-simple-condition"],
            when: """
                The policy has no list `conditions`, an empty one, or an entry with none or several \
                members.
                """,
            mend: """
                Write each condition as `{"bucket": "name"}` or `["starts-with", "$key", "dir/"]`.
                """),
        CatalogueNote(
            .policyJSONUnknownChar, .body, ["policy-json"],
            when: "The decoded policy is not JSON; the message names the character where reading stopped.",
            mend: "Make the policy with a JSON library; names need double quotes."),
        CatalogueNote(
            .policyJSONCommaExpected, .body, ["policy-json"],
            when: "In a list of the decoded policy something else than a comma or `]` follows an item.",
            mend: "Make the policy with a JSON library; it may have been cut."),
        CatalogueNote(
            .policyExpiration, .service, ["policy-json"],
            when: "The policy has no `expiration` that can be read.",
            mend: "Add `\"expiration\": \"2030-01-01T00:00:00.000Z\"`, in UTC."),
        CatalogueNote(
            .policyConditionForm, .service,
            [
                "policy-json", "policy-condition-failed", "policy-simple-condition",
            ],
            when: "A condition of the policy is neither an object nor a list of three with an operator.",
            mend: """
                Write `["eq", "$key", "name"]`; operators are eq, starts-with, in, not-in and \
                content-length-range.
                """),
    ]
}

/// Who sends a request: authorization, tokens, and times of signatures.
extension CatalogueNote {
    static let identity: [CatalogueNote] = [
        CatalogueNote(
            .authorizationInvalid, .head, ["authorization-form"],
            when: "Authorization has no scheme that the service knows, or nothing after it in its form.",
            mend: """
                Send `OSS key:signature`, `OSS2 ...` or `OSS4-HMAC-SHA256 Credential=...,Signature=...`. \
                A proxy's `Basic` must not reach the gateway.
                """),
        CatalogueNote(
            .authorizationBadItemCount, .head, ["authorization-form"],
            when: "Authorization has too few or too many items.",
            mend: """
                V1 is `OSS key:signature` with one colon; the others have Credential (or AccessKeyId), \
                Signature and perhaps AdditionalHeaders.
                """),
        CatalogueNote(
            .authorizationMissingKeyOrSignature, .head, ["authorization-form"],
            when: "Authorization lacks the key id or the signature.",
            mend: "Check that the client's credentials are set: an empty variable gives this."),
        CatalogueNote(
            .authorizationValueEmpty, .head, ["authorization-form"],
            when: "Authorization, or an item of it, is empty.",
            mend: "Leave the field out for anonymous requests; else check the client's credentials."),
        CatalogueNote(
            .authorizationUnknownParameter, .head, ["authorization-form"],
            when: "An item of Authorization has an unknown name.",
            mend: """
                Only Credential (OSS2: AccessKeyId), AdditionalHeaders and Signature are known; case \
                counts.
                """),
        CatalogueNote(
            .authenticationRequiresValidDate, .head, ["authentication-requires-valid-date"],
            when: "A signed request has no time that can be read in `x-oss-date` or Date.",
            mend: """
                Send `Date: Thu, 15 Oct 2026 12:00:00 GMT`, in GMT with a two-digit day; V4 sends \
                `x-oss-date: 20261015T120000Z`.
                """),
        CatalogueNote(
            .requestTimeTooSkewed, .head, ["request-time-too-skewed"],
            when: "The time of a signed request is more than 15 minutes from the gateway's.",
            mend: """
                Set the client's clock (NTP). SDKs correct themselves by the answer's `ServerTime`. If \
                all clients fail, it is the gateway's clock.
                """),
        CatalogueNote(
            .queryAuthIncomplete, .head, ["query-auth-incomplete"],
            when: "A signed URL has some but not all of Signature, Expires and OSSAccessKeyId.",
            mend: "Use the URL as it was made, in quotes: a shell cuts an unquoted URL at `&`."),
        CatalogueNote(
            .queryExpiresInvalid, .head, ["query-expires-invalid"],
            when: "Expires of a signed URL is not a number of seconds.",
            mend: "Give Unix seconds, not a date and not milliseconds."),
        CatalogueNote(
            .queryExpired, .head, ["query-expired"],
            when: "The signed URL is no longer valid.",
            mend: "Make a new URL, with a longer life if uploads wait in a queue."),
        CatalogueNote(
            .securityTokenInQuery, .head, ["security-token-in-query"],
            when: "A signed URL was made with a temporary key but has no `security-token` in its query.",
            mend: "Let the SDK that holds the token make the URL; the token is part of what is signed."),
        CatalogueNote(
            .accessKeyCharacters, .head, ["access-key-characters"],
            when: "The access key id has characters that no id has.",
            mend: "Look for quotes, blanks or a line break around the id in the client's configuration."),
        CatalogueNote(
            .accessKeyDisabled, .service, [],
            when: "The access key is disabled.",
            mend: "Enable the key or use another one."),
        CatalogueNote(
            .accessKeyUnknown, .service, [],
            when: "The access key does not exist.",
            mend: "Check the id; keys of other clouds or a deleted user lead here."),
        CatalogueNote(
            .signatureDoesNotMatch, .service, [],
            when: "The signature is not that of this request with the stored secret.",
            mend: """
                Compare StringToSign of the answer with what the client signed. Common causes: wrong \
                secret, a proxy that changes Host or path, Content-Type added after signing.
                """),
        CatalogueNote(
            .signingRegion, .service, [],
            when: "The region in a V4 credential is not that of the bucket.",
            mend: "Set the client's region to the bucket's."),
        CatalogueNote(
            .signatureVersion, .service, [],
            when: "`x-oss-signature-version` is neither OSS2 nor OSS4-HMAC-SHA256.",
            mend: "Send `OSS4-HMAC-SHA256`."),
        CatalogueNote(
            .invalidSecurityToken, .service, [],
            when: "The security token is malformed.",
            mend: "Send the token unchanged, percent-encoded in a query."),
        CatalogueNote(
            .accessKeyIDAndSecurityTokenNotMatch, .service, [],
            when: "The security token belongs to another access key.",
            mend: "Take key id, secret and token from one answer of STS."),
        CatalogueNote(
            .securityTokenExpired, .service, [],
            when: "The security token has expired.",
            mend: "Fetch a new one from STS before the old ends."),
        CatalogueNote(
            .securityTokenNotSupported, .service, [],
            when: "The operation cannot be done with a temporary key.",
            mend: "Use a permanent key for it."),
        CatalogueNote(
            .securityTokenRegion, .service, [],
            when: "The region knows no temporary keys.",
            mend: "Use a permanent key there."),
        CatalogueNote(
            .accessDenied1, .service, [],
            when: "The caller may not use the KMS key.",
            mend: "Grant the caller the use of the key in KMS."),
        CatalogueNote(
            .accessDenied2, .service, [],
            when: "The caller may not do this.",
            mend: "Look at the RAM and bucket policies; `EncodedDiagnosticMessage` may tell more."),
        CatalogueNote(
            .accessDenied3, .service, [],
            when: "The RAM user may not do this with the object.",
            mend: "Grant the action on the object in a RAM or bucket policy."),
        CatalogueNote(
            .accessDenied4, .service, [],
            when: "An unsigned request was sent to a bucket that is not public.",
            mend: "Sign the request, or use a signed URL."),
        CatalogueNote(
            .accessDenied5, .service, [],
            when: "An unsigned request was sent for an object that is not public.",
            mend: "Sign the request, or use a signed URL."),
        CatalogueNote(
            .accessDenied6, .service, [],
            when: "The bucket's referer rules refuse the Referer.",
            mend: "Add the page's address to the bucket's referer list, or allow an empty one."),
        CatalogueNote(
            .accessDenied7, .service, [],
            when: "The caller may not read the object.",
            mend: "Grant `oss:GetObject`."),
        CatalogueNote(
            .accessDenied8, .service, [],
            when: "The caller may not write the object.",
            mend: "Grant `oss:PutObject`."),
        CatalogueNote(
            .accessDenied9, .service, [],
            when: "The caller may not read the object's ACL.",
            mend: "Grant `oss:GetObjectAcl`, or ask as the bucket's owner."),
        CatalogueNote(
            .accessDenied10, .service, [],
            when: "The caller may not write the object's ACL.",
            mend: "Grant `oss:PutObjectAcl`, or drop `x-oss-object-acl` from the upload."),
        CatalogueNote(
            .accessDenied11, .service, [],
            when: "The bucket's ACL refuses the caller.",
            mend: "Change the bucket's ACL or grant the caller by policy."),
        CatalogueNote(
            .accessDenied12, .service, [],
            when: "The operation cannot be done without a signature.",
            mend: "Sign the request."),
        CatalogueNote(
            .accessDenied13, .service, [],
            when: "The bucket's policy refuses the caller.",
            mend: "Look for a Deny in the bucket policy: it beats every Allow."),
        CatalogueNote(
            .accessDenied14, .service, [],
            when: "The policy that the temporary key was made with does not allow it.",
            mend: "Widen the policy given to AssumeRole, or that of the role."),
        CatalogueNote(
            .copyCrossRegion, .service, [],
            when: "Source and target of a copy lie in different regions.",
            mend: "Download and upload, or use replication between regions."),
        CatalogueNote(
            .endpointAccessDenied, .service, [],
            when: "The bucket lives in another region; `Endpoint` names it.",
            mend: "Point the client, or `origin.endpoint`, to that endpoint."),
        CatalogueNote(
            .permanentRedirect, .service, [],
            when: "The endpoint is that of another region.",
            mend: "Use the endpoint that the answer names."),
        CatalogueNote(
            .bucketNotBelongTo, .service, [],
            when: "The caller is not the bucket's owner.",
            mend: "Use the owner's key, or another bucket."),
        CatalogueNote(
            .transferAccelerationDisabled, .service, [],
            when: "The accelerate endpoint was used, but the bucket has no acceleration.",
            mend: "Switch acceleration on, or use the region's endpoint."),
        CatalogueNote(
            .abnormalBucketOwnerStatus, .service, [],
            when: "The bucket owner's account is suspended.",
            mend: "The owner has to settle it with the vendor."),
        CatalogueNote(
            .userDisable, .service, [],
            when: "The account is disabled.",
            mend: "Settle it with the vendor, often an unpaid bill."),
        CatalogueNote(
            .bucketDisable, .service, [],
            when: "The bucket is disabled.",
            mend: "Settle it with the vendor."),
        CatalogueNote(
            .cnameDenied, .service, [],
            when: "The domain is bound to a bucket of another user.",
            mend: "Prove that the domain is yours with a CNAME token, then bind it."),
        CatalogueNote(
            .needVerifyDomainOwnership, .service, [],
            when: "The domain has to be proved yours first.",
            mend: "Create a CNAME token, put it into DNS, and bind again."),
        CatalogueNote(
            .noSuchUser, .service, [],
            when: "The account no longer exists.",
            mend: "Check whose key it is."),
        CatalogueNote(
            .noSuchRegion, .service, [],
            when: "The region is not known.",
            mend: "Check the region's id, such as `cn-hangzhou`."),
        CatalogueNote(
            .invalidObjectState, .service, [],
            when: "An archived object is read before it is restored.",
            mend: "Call RestoreObject and wait, or switch on real-time access of archives."),
        CatalogueNote(
            .tooManyCname, .service, [],
            when: "The bucket has 100 domains already.",
            mend: "Remove a domain from the bucket."),
    ]
}

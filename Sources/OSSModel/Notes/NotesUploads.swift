/// Bodies, digests, multipart uploads, appends.
extension CatalogueNote {
    static let uploads: [CatalogueNote] = [
        CatalogueNote(
            .contentMD5Invalid, .body, ["content-md5", "content-md5-form", "content-md5-required"],
            when: """
                Content-MD5 is not the Base64 form of 16 bytes, or is not the MD5 of the body that came, \
                or is absent where the gateway asks for it.
                """,
            mend: """
                Make it of exactly the bytes sent: `openssl md5 -binary FILE | base64`. If it was right, \
                the body was changed on its way: look at proxies, compression and memory.
                """),
        CatalogueNote(
            .crc64Mismatch, .body, ["crc64", "crc64-form"],
            when: "`x-oss-hash-crc64ecma` is not the CRC-64 of the body that came.",
            mend: """
                Make it of exactly the bytes sent (CRC-64/XZ, decimal). If it was right, the body was \
                changed on its way.
                """),
        CatalogueNote(
            .missingContentLength, .head, ["missing-content-length"],
            when: "An upload has neither Content-Length nor chunked coding.",
            mend: """
                Let the client send one of them. Some HTTP libraries do only if the length of the body \
                is known.
                """),
        CatalogueNote(
            .incompleteBody, .body, ["incomplete-body"],
            when: "The client ended its side before Content-Length bytes, or before the last chunk.",
            mend: """
                Send the upload again. If it repeats: a timeout of the client or of a proxy before the \
                gateway, or a file that shrank meanwhile.
                """),
        CatalogueNote(
            .requestTimeout, .body, ["request-timeout"],
            when: "No byte of the body came for `timeouts.bodyIdle`, or fewer than `timeouts.minimumRate`.",
            mend: """
                Send the upload again; look at the client's network. Raise `timeouts.bodyIdle` for \
                clients that think while they send.
                """),
        CatalogueNote(
            .inlineDataTooLarge, .head, ["content-length-limit", "body-too-large"],
            when: "A data upload, or an object that is appended to, would be larger than 5 GiB.",
            mend: "Use a multipart upload; SDKs do above a threshold."),
        CatalogueNote(
            .entityTooSmall, .body, ["entity-too-small"],
            when: "The file of a form is smaller than the form's policy allows (`content-length-range`).",
            mend: "Send the whole file, or lower the minimum when the policy is made."),
        CatalogueNote(
            .entityTooLargePost, .body, ["entity-too-large", "body-too-large", "content-length-limit"],
            when: """
                The file of a form is larger than its policy allows (`content-length-range`), or a \
                document larger than its operation takes.
                """,
            mend: "Send a smaller file, or raise the maximum when the policy is made."),
        CatalogueNote(
            .entityTooLargeCopy, .service, [],
            when: "The source of a copy is larger than CopyObject takes.",
            mend: "Copy in parts with UploadPartCopy."),
        CatalogueNote(
            .requestIsNotMultipart, .head, ["request-is-not-multipart"],
            when: "A POST to a bucket is not `multipart/form-data` with a boundary.",
            mend: """
                Let the browser's FormData or the HTTP library set Content-Type; one set by hand has no \
                boundary.
                """),
        CatalogueNote(
            .invalidPart, .state, ["invalid-part"],
            when: """
                CompleteMultipartUpload lists a part that was not uploaded, or another ETag than its \
                upload was answered.
                """,
            mend: """
                List each part with the ETag of its last upload. A part that was refused has to be sent \
                again first.
                """),
        CatalogueNote(
            .invalidPartShort, .service, [],
            when: "CompleteMultipartUpload lists a part that was not uploaded, or another ETag.",
            mend: "List each part with the ETag of its last upload."),
        CatalogueNote(
            .partOrder, .body, ["xml-part-order"],
            when: "The parts of CompleteMultipartUpload are not in ascending order, or one is listed twice.",
            mend: "Sort the list by part number before it is sent; uploads in parallel end in any order."),
        CatalogueNote(
            .partOrder2, .body, ["xml-part-order"],
            when: "The parts of CompleteMultipartUpload are not in ascending order, or one is listed twice.",
            mend: "Sort the list by part number before it is sent."),
        CatalogueNote(
            .partNumberRange, .body, ["xml-part-number"],
            when: "A PartNumber of CompleteMultipartUpload is not a number from 1 to 10000.",
            mend: "Number parts from 1. Above 10000 parts, make them larger."),
        CatalogueNote(
            .partNumberRange2, .body, ["xml-part-number"],
            when: "A PartNumber of CompleteMultipartUpload is not a number from 1 to 10000.",
            mend: "Number parts from 1."),
        CatalogueNote(
            .filePartNotExist, .service, [],
            when: "The data of a part that is needed is gone.",
            mend: "Upload the object again."),
        CatalogueNote(
            .partNotSequential, .service, [],
            when: "Parts of a sequential upload came out of order.",
            mend: "Send the parts one after another, or initiate without `sequential`."),
        CatalogueNote(
            .noSuchUpload, .service, [],
            when: "The upload id is unknown, or its upload was completed or aborted.",
            mend: """
                Initiate anew. Look for a lifecycle rule that aborts uploads, and for a completion that \
                was sent twice.
                """),
        CatalogueNote(
            .positionNotEqualToLength, .service, [],
            when: "`position` is not the object's current length.",
            mend: """
                Go on at `x-oss-next-append-position` of the answer. Two writers, or a retry after a \
                lost answer, lead here.
                """),
        CatalogueNote(
            .objectNotAppendable, .service, [],
            when: "The object was stored by another operation than AppendObject.",
            mend: "Append to another key, or delete the object first."),
        CatalogueNote(
            .appendSealed, .service, [],
            when: "The object was sealed and takes no more.",
            mend: "Append to a new object."),
        CatalogueNote(
            .objectAlreadyExists, .service, [],
            when: "The target of the operation exists.",
            mend: "Choose another name, or delete the object first."),
        CatalogueNote(
            .fileAlreadyExists, .service, [],
            when: "The object exists and `x-oss-forbid-overwrite` is true.",
            mend: "Choose another key, or leave the field out to overwrite."),
        CatalogueNote(
            .fileImmutable, .service, [],
            when: "A retention policy protects the object.",
            mend: "Wait until its time has passed, or write to another key."),
    ]
}

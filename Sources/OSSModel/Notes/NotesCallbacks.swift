/// What the service calls after an upload.
extension CatalogueNote {
    static let callbacks: [CatalogueNote] = [
        CatalogueNote(
            .callbackSignatureVersion, .head, ["callback-form"],
            when: "`signatureVersion` of the callback is neither \"1.0\" nor \"2.0\".",
            mend: "Leave it out or write it as text: `\"1.0\"`."),
        CatalogueNote(
            .callbackNotBase64, .head, ["callback-form", "callback-var"],
            when: "The callback is not Base64.",
            mend: """
                Encode the JSON in standard Base64 with padding, without line breaks (`base64 -w0`); in \
                a query percent-encode it too.
                """),
        CatalogueNote(
            .callbackNotJSON, .head, ["callback-form"],
            when: "The decoded callback is no JSON object.",
            mend: """
                Encode `{"callbackUrl": "...", "callbackBody": "..."}` in UTF-8; look for single quotes.
                """),
        CatalogueNote(
            .callbackURLInvalid, .head, ["callback-url"],
            when: "`callbackUrl` is absent, empty, or one of its addresses cannot be read.",
            mend: "Write `https://host:port/path`; several are separated by semicolons."),
        CatalogueNote(
            .callbackHostInvalid, .head, ["callback-content"],
            when: "`callbackHost` is no text that can stand in Host.",
            mend: "Give a host without scheme and path, or leave it out."),
        CatalogueNote(
            .callbackBodyTypeConfig, .head, ["callback-content"],
            when: "`callbackBodyType` is no text.",
            mend: "Write `\"callbackBodyType\": \"application/json\"`."),
        CatalogueNote(
            .callbackBodyTypeUnsupported, .head, ["callback-content"],
            when: "`callbackBodyType` is an unknown type.",
            mend: "Use `application/json` or `application/x-www-form-urlencoded`."),
        CatalogueNote(
            .callbackTooManyURLs, .head, ["callback-url"],
            when: "`callbackUrl` has more than five addresses.",
            mend: "Give at most five; they are tried in order."),
        CatalogueNote(
            .callbackBothPlaces, .head, ["callback-both-places"],
            when: "The callback is in the query and in the head.",
            mend: "Send it once: in the query for signed URLs, else in `x-oss-callback`."),
        CatalogueNote(
            .callbackVarBothPlaces, .head, ["callback-var-both-places"],
            when: "The callback's variables are in the query and in the head.",
            mend: "Send them once, in the same place as the callback."),
        CatalogueNote(
            .callbackPrivateAddress, .head, ["callback-private-address"],
            when: "A callback leads to a private or local address.",
            mend: "Give an address that the service can reach from the Internet."),
        CatalogueNote(
            .callbackTooLong, .head, ["callback-form"],
            when: "The callback's Base64 text is longer than 5120 bytes.",
            mend: "Shorten `callbackBody`; send values as variables."),
        CatalogueNote(
            .callbackBodyEmpty, .head, ["callback-content"],
            when: "`callbackBody` is absent or empty.",
            mend: "Give a body such as `{\"key\": ${object}}`."),
        CatalogueNote(
            .callbackBodyInvalid, .head, ["callback-content"],
            when: "`callbackBody` is no text, or a `${` in it has no name or no end.",
            mend: "Close each variable: `${object}`, `${size}`, `${x:name}`."),
        CatalogueNote(
            .callbackVarTooLong, .head, ["callback-var"],
            when: "The Base64 text of the callback's variables is longer than 5120 bytes.",
            mend: "Send fewer or shorter variables."),
        CatalogueNote(
            .callbackVarNotJSON, .head, ["callback-var"],
            when: """
                The callback's variables are not a JSON object of texts whose names begin with `x:` in \
                lower case.
                """,
            mend: "Write `{\"x:user\": \"42\"}` and encode it in Base64."),
        CatalogueNote(
            .callbackFailedImageInfo, .service, [],
            when: "The object is stored, but `imageInfo` in the callback could not be read of it.",
            mend: "Use `imageInfo` only where images are uploaded."),
        CatalogueNote(
            .callbackFailedTooMany, .service, [],
            when: "The object is stored, but there were too many callbacks at once.",
            mend: "Notify by event or queue instead; check for the object."),
        CatalogueNote(
            .callbackFailedSlow, .service, [],
            when: "The object is stored, but the callback's server took more than 5 seconds.",
            mend: "Answer at once and work afterwards."),
        CatalogueNote(
            .callbackFailedNotJSON, .service, [],
            when: "The object is stored, but the callback's server did not answer JSON.",
            mend: "Answer JSON in UTF-8 without a byte order mark."),
        CatalogueNote(
            .callbackFailedLengthTooLong, .service, [],
            when: "The object is stored, but the callback's server answered more than 1 MB.",
            mend: "Answer less."),
        CatalogueNote(
            .callbackFailedConnect, .service, [],
            when: "The object is stored, but the callback's server could not be reached.",
            mend: "Check its address, certificate and firewall."),
        CatalogueNote(
            .callbackFailedMissingLength, .service, [],
            when: "The object is stored, but the callback's server answered without Content-Length.",
            mend: "Send Content-Length, not chunked coding."),
        CatalogueNote(
            .callbackFailedInvalidLength, .service, [],
            when: """
                The object is stored, but the callback's server answered a Content-Length that is no \
                number.
                """,
            mend: "Correct the callback's server."),
    ]
}

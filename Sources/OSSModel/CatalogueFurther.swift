/// Status 400 as other pages of the API reference give it.
extension CatalogueRow {
    package static let partNumberQuery = CatalogueRow(
        "x-part-number-query", 400, "InvalidArgument",
        "Part number must be an integer between 1 and 10000, inclusive.", ec: "0017-00000220")
    package static let partNumberAbsent = CatalogueRow(
        "x-part-number-absent", 400, "InvalidArgument",
        "Unexpected query string parameter", ec: "0017-00000219")
    package static let encodingType = CatalogueRow(
        "x-encoding-type", 400, "InvalidArgument",
        "Invalid Encoding Method specified in Request", ec: "0017-00000235")
    package static let signingRegion = CatalogueRow(
        "x-signing-region", 400, "InvalidArgument",
        "Invalid signing region in Authorization header.", ec: "0002-00000226")
    package static let responseContentType = CatalogueRow(
        "x-response-content-type", 400, "InvalidRequest",
        "Can not override response header on content-type", ec: "0017-00000902")
    package static let externalRedirect = CatalogueRow(
        "x-external-redirect", 400, "ExternalRedirectForbidden",
        "3xx redirect to public network is not allowed using the OSS endpoint, please use CNAME "
            + "instead.", ec: "0048-00000300")
    package static let lifecycleOverlap = CatalogueRow(
        "x-lifecycle-overlap", 400, "InvalidArgument",
        "Invalid Argument. Parameter is invalid.")
    package static let vodTimeSpan = CatalogueRow(
        "x-vod-time-span", 400, "InvalidArgument",
        "Invalid Argument. Parameter is invalid.")
    package static let policyExpiration = CatalogueRow(
        "x-policy-expiration", 400, "InvalidPolicyDocument",
        "Invalid Policy: Policy missing expiration.")
    package static let policyConditionForm = CatalogueRow(
        "x-policy-condition-form", 400, "InvalidPolicyDocument",
        "Invalid Policy: Invalid Condition.")
    package static let signatureVersion = CatalogueRow(
        "x-signature-version", 400, "InvalidArgument",
        "Invalid Argument. Parameter is invalid.")
    package static let sseUnsupportedOperation = CatalogueRow(
        "x-sse-unsupported-operation", 400, "InvalidArgument",
        "Invalid Argument. Parameter is invalid.", ec: "0005-00000002")
    package static let partNotSequential = CatalogueRow("x-part-not-sequential", 400, "PartNotSequential", "")
    package static let objectAlreadyExists = CatalogueRow(
        "x-object-already-exists", 400, "ObjectAlreadyExists",
        "")
    package static let appendSealed = CatalogueRow("x-append-sealed", 400, "AppendSealedObjectNotAllowed", "")

    /// Every row of this file.
    static let furtherRows: [CatalogueRow] = [
        .partNumberQuery, .partNumberAbsent, .encodingType, .signingRegion, .responseContentType,
        .externalRedirect, .lifecycleOverlap, .vodTimeSpan, .policyExpiration, .policyConditionForm,
        .signatureVersion, .sseUnsupportedOperation, .partNotSequential, .objectAlreadyExists,
        .appendSealed,
    ]
}

/// Answers of the gateway itself that the service's pages have no row for. The form is the service's. The code is
/// never `BadRequest`, because the SDKs take that for a passing fault and try again.
extension CatalogueRow {
    package static let gatewayMalformedRequest = CatalogueRow(
        "gateway-malformed-request", 400, "InvalidRequest", "The request is not well-formed HTTP.")
    package static let gatewayHeadTimeout = CatalogueRow(
        "gateway-head-timeout", 408, "RequestTimeout",
        "The head of the request did not arrive within the timeout period.")
    package static let gatewayBodyTooLarge = CatalogueRow(
        "gateway-body-too-large", 413, "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size.")
    package static let gatewayTargetTooLong = CatalogueRow(
        "gateway-target-too-long", 414, "RequestURITooLong", "The request target is too long.")
    package static let gatewayExpectation = CatalogueRow(
        "gateway-expectation", 417, "ExpectationFailed",
        "The only expectation that can be met is 100-continue.")
    package static let gatewayTooManyRequests = CatalogueRow(
        "gateway-too-many-requests", 429, "TooManyRequests", "Please reduce your request rate.")
    package static let gatewayHeadTooLarge = CatalogueRow(
        "gateway-head-too-large", 431, "RequestHeaderSectionTooLarge",
        "The header section of the request is too large.")
    package static let gatewayInternal = CatalogueRow(
        "gateway-internal", 500, "InternalError", "The gateway could not process the request.")
    package static let gatewayNotImplemented = CatalogueRow(
        "gateway-not-implemented", 501, "NotImplemented",
        "A header you provided implies functionality that is not implemented.")
    package static let gatewayBadGateway = CatalogueRow(
        "gateway-bad-gateway", 502, "BadGateway", "The origin gave no usable answer.")
    package static let gatewayUnavailable = CatalogueRow(
        "gateway-unavailable", 503, "ServiceUnavailable", "The origin cannot be reached, please retry later.")
    package static let gatewayOverloaded = CatalogueRow(
        "gateway-overloaded", 503, "ServiceUnavailable", "The gateway is overloaded, please retry later.")
    package static let gatewayTooManyConnections = CatalogueRow(
        "gateway-too-many-connections", 503, "ServiceUnavailable",
        "There are too many connections of this client, please retry later.")
    package static let gatewayTimeout = CatalogueRow(
        "gateway-timeout", 504, "GatewayTimeout", "The origin did not answer in time.")
    package static let gatewayVersion = CatalogueRow(
        "gateway-version", 505, "HTTPVersionNotSupported", "This version of HTTP is not supported.")

    /// Every row of this file.
    static let gatewayRows: [CatalogueRow] = [
        .gatewayMalformedRequest, .gatewayHeadTimeout, .gatewayBodyTooLarge, .gatewayTargetTooLong,
        .gatewayExpectation, .gatewayTooManyRequests, .gatewayHeadTooLarge, .gatewayInternal,
        .gatewayNotImplemented, .gatewayBadGateway, .gatewayUnavailable, .gatewayOverloaded,
        .gatewayTooManyConnections, .gatewayTimeout, .gatewayVersion,
    ]

    /// The row that answers a head which never became a request (see `HeadFailure.status`): 503 is for a client with too
    /// many connections, 411 is the service's own row, and a status without one is a malformed request.
    package static func headFailure(status: Int) -> CatalogueRow {
        if status == 411 { return .missingContentLength }
        if status == 503 { return .gatewayTooManyConnections }
        let row = gatewayRows.first { $0.status == status }
        return row ?? .gatewayMalformedRequest
    }
}

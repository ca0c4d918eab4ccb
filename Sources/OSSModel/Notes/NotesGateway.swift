/// What the gateway itself answers; the service has no row for it.
extension CatalogueNote {
    static let gateway: [CatalogueNote] = [
        CatalogueNote(
            .gatewayMalformedRequest, .head, ["http-syntax", "body-malformed"],
            when: "The request, or the coding of its body, is not well-formed HTTP.",
            mend: """
                `ossgate.actual` says what. Look at hand-written clients and at proxies before the \
                gateway.
                """),
        CatalogueNote(
            .gatewayHeadTimeout, .head, ["http-syntax"],
            when: "The head did not come within `timeouts.head`.",
            mend: "Look at the client's network; raise the time for very slow ones."),
        CatalogueNote(
            .gatewayBodyTooLarge, .head, ["http-syntax"],
            when: "A body was larger than the gateway takes for the request.",
            mend: "Send less, or raise the limit."),
        CatalogueNote(
            .gatewayTargetTooLong, .head, ["http-syntax"],
            when: "The request target is longer than `limits.target`.",
            mend: "Shorten it: move a callback from the query into the head; or raise the limit."),
        CatalogueNote(
            .gatewayExpectation, .head, ["http-syntax"],
            when: "Expect has another value than `100-continue`.",
            mend: "Remove the field."),
        CatalogueNote(
            .gatewayTooManyRequests, .head, ["http-syntax"],
            when: "More requests than the gateway is told to take.",
            mend: "Back off and try again."),
        CatalogueNote(
            .gatewayHeadTooLarge, .head, ["http-syntax"],
            when: "The head is larger than `limits.head` or has more fields than `limits.fields`.",
            mend: "Send fewer or shorter fields: cookies do not belong here; or raise the limit."),
        CatalogueNote(
            .gatewayInternal, .head, ["http-syntax"],
            when: "The gateway met a fault of its own.",
            mend: "Report it with the request id."),
        CatalogueNote(
            .gatewayNotImplemented, .head, ["http-syntax"],
            when: """
                The request asks for something that the gateway does not do, such as Upgrade or another \
                transfer coding.
                """,
            mend: "Send it without."),
        CatalogueNote(
            .gatewayBadGateway, .head, [],
            when: "The origin's answer could not be used, or it stored other bytes than were sent.",
            mend: "Look at `origin.endpoint` and at what stands between; `Reason` says what happened."),
        CatalogueNote(
            .gatewayUnavailable, .head, [],
            when: "The origin cannot be reached.",
            mend: "Check `origin.endpoint`, DNS and firewall; SDKs try again."),
        CatalogueNote(
            .gatewayOverloaded, .head, ["memory"],
            when: "The gateway has no room for the request: too much waits for slow clients and origins.",
            mend: "SDKs try again. Add gateways, or raise the limit that `Reason` names."),
        CatalogueNote(
            .gatewayTooManyConnections, .head, ["connections-per-address"],
            when: "The client has as many connections as `limits.connectionsPerAddress` says.",
            mend: "Keep connections and use them again; close those that are not needed; or raise the limit."),
        CatalogueNote(
            .gatewayTimeout, .head, [],
            when: "The origin did not answer in time.",
            mend: "Raise `timeouts.upstreamFirstByte` if the origin may take that long."),
        CatalogueNote(
            .gatewayVersion, .head, ["http-syntax"],
            when: "The HTTP version is not known.",
            mend: "Use HTTP/1.1."),
    ]
}

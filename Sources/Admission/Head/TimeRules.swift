import Bytes
import OSSModel

extension HeadRule {
    /// A header-signed request has a time: `x-oss-date` goes before `Date`. The 400 page says InvalidArgument, the
    /// signature page AccessDenied; the 400 page holds.
    static let requestTimePresent = HeadRule(
        "authentication-requires-valid-date", needs: .signature, applies: { $0.signing == .header },
        check: { view throws(Refusal) in
            guard try requestTime(view) == nil else { return }
            throw Refusal(
                .authenticationRequiresValidDate, argument: "Date",
                value: view.fields.first("x-oss-date") ?? view.fields.first("date") ?? [],
                expected: "an HTTP date in GMT, or YYYYMMDDThhmmssZ in x-oss-date")
        })

    /// That time is near ours.
    static let requestTimeSkew = HeadRule(
        "request-time-too-skewed", needs: .signature, applies: { $0.signing == .header },
        check: { view throws(Refusal) in
            guard let time = try requestTime(view) else { return }
            let skewMax = view.settings.limits.clockSkewSecondsMax
            guard time < view.now - skewMax || time > view.now + skewMax else { return }
            let error = CatalogueRow.requestTimeTooSkewed
                .with("RequestTime", iso(time)).with("ServerTime", iso(view.now))
                .with("MaxAllowedSkewMilliseconds", "\(skewMax * 1000)")
            throw Refusal(
                error, expected: "\(iso(view.now)) within \(skewMax) s", actual: iso(time),
                hint: "set the clock of the client, or that of the gateway")
        })

    /// `Expires` of a V1 URL counts seconds. A number too large for us is in the far future.
    static let queryExpiresForm = HeadRule(
        "query-expires-invalid", needs: [.query, .signature], applies: { $0.signing == .urlV1 },
        check: { view throws(Refusal) in
            guard let value = view.query.value("Expires") else { return }
            guard value.isEmpty || !value.allSatisfy({ ASCII.isDigit($0) }) else { return }
            throw Refusal(.queryExpiresInvalid, expected: "Unix seconds", actual: value.text)
        })

    /// A signed URL is valid until its time; the service looks at this before the signature.
    static let queryExpired = HeadRule(
        "query-expired", needs: [.query, .signature],
        applies: { $0.signing == .urlV1 || $0.signing == .urlV4 },
        check: { view throws(Refusal) in
            guard let end = expiry(view), view.now > end else { return }
            throw Refusal(
                .queryExpired, expected: "use until \(iso(end))", actual: iso(view.now),
                hint: "sign the URL again, or for longer")
        })

    /// The first of `x-oss-date` and `Date` that can be read. A second field of either name is no better than none.
    private static func requestTime(_ view: HeadView) throws(Refusal) -> Int64? {
        if let value = try view.sole("x-oss-date", orRefuse: .authenticationRequiresValidDate),
            let time = OSSTime.parseBasic(value) ?? OSSTime.parseHTTPDate(value)
        {
            return time
        }
        return try view.sole("date", orRefuse: .authenticationRequiresValidDate).flatMap {
            OSSTime.parseHTTPDate($0)
        }
    }

    /// The last second at which a signed URL holds; nil when that cannot be told, which is the origin's to judge.
    static func expiry(_ view: HeadView) -> Int64? {
        if view.signing == .urlV1 {
            return view.query.value("Expires")?.decimal.map { Int64(clamping: $0) }
        }
        guard let start = view.query.value("x-oss-date").flatMap({ OSSTime.parseBasic($0) }),
            let seconds = view.query.value("x-oss-expires")?.decimal
        else { return nil }
        let (end, overflow) = start.addingReportingOverflow(Int64(clamping: seconds))
        return overflow ? nil : end
    }

    private static func iso(_ unixSeconds: Int64) -> String {
        String(decoding: OSSTime.extended(unixSeconds), as: UTF8.self)
    }
}

import Bytes
import OSSModel

extension HeadRule {
    /// The limit is in the URL or in a field, not in both; this goes before its range.
    static let trafficLimitOnce = HeadRule(
        "traffic-limit-both-places", on: limited, about: "x-oss-traffic-limit",
        applies: { $0.fields.contains("x-oss-traffic-limit") },
        check: { view throws(Refusal) in
            guard let value = view.query.value("x-oss-traffic-limit") else { return }
            throw Refusal(
                .trafficLimitBothPlaces, argument: "x-oss-traffic-limit", value: value,
                expected: "one of parameter and field")
        })

    /// As a field, else as a parameter.
    static let trafficLimitRange = HeadRule(
        FieldCheck.trafficLimit.rule, on: limited,
        check: { view throws(Refusal) in
            guard
                let value = try view.sole(
                    FieldCheck.trafficLimit.field, orRefuse: FieldCheck.trafficLimit.repeated)
                    ?? view.query.value(FieldCheck.trafficLimit.field)
            else { return }
            try FieldCheck.trafficLimit.check(value, view.fields)
        })

    private static let limited: OperationSet = [
        .putObject, .appendObject, .postObject, .copyObject, .uploadPart, .uploadPartCopy, .getObject,
    ]
}

extension FieldCheck {
    /// 819200 to 838860800 bits per second ("Single-connection bandwidth throttling" page).
    static let trafficLimit = FieldCheck(
        "traffic-limit-range", field: "x-oss-traffic-limit", repeated: .trafficLimitRange
    ) { value, _ throws(Refusal) in
        guard let limit = value.decimal, OSSLimits.trafficLimitBitsPerSecond.contains(limit) else {
            throw Refusal(
                .trafficLimitRange, argument: "x-oss-traffic-limit", value: value,
                expected: "819200 to 838860800 bits per second")
        }
    }
}

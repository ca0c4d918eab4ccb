import Bytes
import OSSModel

extension HeadRule {
    /// The limit is in the URL or in a field, not in both; this goes before its range.
    static let trafficLimitOnce = HeadRule(
        "traffic-limit-both-places", on: limited, applies: { $0.fields.contains("x-oss-traffic-limit") },
        check: { view throws(Refusal) in
            guard let value = view.query.value("x-oss-traffic-limit") else { return }
            throw Refusal(
                .trafficLimitBothPlaces, argument: "x-oss-traffic-limit", value: value,
                expected: "one of parameter and field")
        })

    /// 819200 to 838860800 bits per second ("Single-connection bandwidth throttling" page).
    static let trafficLimitRange = HeadRule(
        "traffic-limit-range", on: limited,
        check: { view throws(Refusal) in
            guard
                let value = try view.sole("x-oss-traffic-limit", orRefuse: .trafficLimitRange)
                    ?? view.query.value("x-oss-traffic-limit")
            else { return }
            guard let limit = value.decimal, OSSLimits.trafficLimitBitsPerSecond.contains(limit) else {
                throw Refusal(
                    .trafficLimitRange, argument: "x-oss-traffic-limit", value: value,
                    expected: "819200 to 838860800 bits per second")
            }
        })

    private static let limited: OperationSet = [
        .putObject, .appendObject, .postObject, .copyObject, .uploadPart, .uploadPartCopy, .getObject,
    ]
}

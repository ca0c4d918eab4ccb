import Bytes
import OSSModel

extension HeadRule {
    /// Four decimal labels are an IPv4 address only if none is above 255.
    static let hostAddress = HeadRule("host-ip-invalid") { view throws(Refusal) in
        guard view.hostKind == .invalidAddress else { return }
        throw Refusal(
            .hostIPInvalid, argument: "Host", value: view.head.authority ?? [],
            expected: "octets from 0 to 255")
    }

    /// PutBucket needs an endpoint of the service; a custom domain, even a mapped one, cannot create buckets.
    static let putBucketHost = HeadRule(
        "invalid-host-put-bucket", on: [.putBucket],
        check: { view throws(Refusal) in
            guard view.hostKind == .unknown || view.hostKind == .cname else { return }
            throw unknownHost(view, .invalidHostPutBucket)
        })

    /// Every other operation needs an endpoint, a configured domain or a host of the CNAME table.
    static let standardHost = HeadRule("non-standard-host") { view throws(Refusal) in
        guard view.hostKind == .unknown else { return }
        throw unknownHost(view, .nonStandardHost)
    }

    /// With path style switched off only ListBuckets works on a bare endpoint, as on the service's public ones.
    static let pathStyle = HeadRule(
        "second-level-domain", applies: { !$0.settings.addressing.allowsPathStyle },
        check: { view throws(Refusal) in
            guard view.resource.style == .path, view.level != .service else { return }
            throw Refusal(
                .secondLevelDomain, expected: "the bucket in the host name",
                actual: view.head.authority?.text, hint: "set pathStyle to true to accept path style")
        })

    private static func unknownHost(_ view: HeadView, _ row: CatalogueRow) -> Refusal {
        Refusal(
            row, expected: "an endpoint of the service or a configured domain",
            actual: view.head.authority?.text,
            hint: "list the host in cnames, or the domain that it is under in domains")
    }
}

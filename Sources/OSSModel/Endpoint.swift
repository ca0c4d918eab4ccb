import Bytes

/// The vendor's own endpoint forms ("Regions and endpoints" page), compared without regard to case.
enum Endpoint {
    /// What precedes the endpoint in `host`: nil when the host is not under one, empty when it is the endpoint.
    static func prefix(of host: ByteSlice) -> ByteSlice? {
        let domain: Literal = ".aliyuncs.com"
        guard host.count > domain.count, host.suffix(domain.count).matchesIgnoringCase(domain) else {
            return nil
        }
        let labels = host.dropLast(domain.count)
        let (before, label) = lastLabel(of: labels)
        if label.matchesIgnoringCase("oss") { return beforeRegion(before) }
        guard label.hasPrefixIgnoringCase("oss-"), label.count > 4,
            label.span.endOfLabel(from: 0) == label.count
        else { return nil }
        return beforeS3(before)
    }

    /// `s3.oss-{region}.aliyuncs.com` is the endpoint of the S3 dialect.
    private static func beforeS3(_ labels: ByteSlice) -> ByteSlice {
        let (before, label) = lastLabel(of: labels)
        return label.matchesIgnoringCase("s3") ? before : labels
    }

    /// `{bucket}.{region}.oss.aliyuncs.com` is the dual-stack form. A single label before `oss.aliyuncs.com` is a
    /// bucket of the default region, though a region could stand there as well: taking a region for a bucket
    /// refuses nothing, the reverse would.
    private static func beforeRegion(_ labels: ByteSlice) -> ByteSlice {
        let (before, label) = lastLabel(of: labels)
        let isRegion =
            label.contains(ASCII.hyphen) && label.span.endOfLabel(from: 0) == label.count
        return !before.isEmpty && isRegion ? before : labels
    }

    /// The last label and what precedes its dot.
    private static func lastLabel(of labels: ByteSlice) -> (before: ByteSlice, label: ByteSlice) {
        guard let dot = labels.lastIndex(of: ASCII.dot) else { return (labels.prefix(0), labels) }
        return (labels[..<dot], labels[(dot + 1)...])
    }
}

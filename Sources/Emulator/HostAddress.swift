import Bytes

/// What the host of a request says about its bucket: the emulator's own reading of it.
enum HostAddress {
    /// An endpoint, an address, `localhost`, or no host at all: the path names the bucket.
    case service
    case bucket(String)
    /// A domain that is not the service's.
    case unknown

    init(_ authority: ByteSlice, _ store: EmulatorStore) {
        let settings = store.settings
        let host = Self.withoutPort(authority)
        let lower = host.map(ASCII.lowercased)
        if host.isEmpty || host.first == ASCII.leftBracket || Self.isIPv4(host) {
            self = .service
            return
        }
        for (name, bucket) in settings.cnames where lower == name.utf8.map(ASCII.lowercased) {
            self = .bucket(bucket)
            return
        }
        var suffixes = settings.domains.map { $0.utf8.map(ASCII.lowercased) } + [Array("localhost".utf8)]
        if let endpoint = Self.vendorEndpoint(in: lower[...]) { suffixes.append(Array(endpoint)) }
        for suffix in suffixes.sorted(by: { $0.count > $1.count }) {
            if lower == suffix {
                self = .service
                return
            }
            let dotted = [ASCII.dot] + suffix
            if lower.count > dotted.count, lower.suffix(dotted.count).elementsEqual(dotted) {
                // Case stays: a bucket in capitals is none.
                self = .bucket(host.dropLast(dotted.count).text)
                return
            }
        }
        self = store.bucket(ofDomain: lower[...].text).map { .bucket($0) } ?? .unknown
    }

    private static func withoutPort(_ authority: ByteSlice) -> ByteSlice {
        guard let colon = authority.lastIndex(of: ASCII.colon),
            authority[(colon + 1)...].allSatisfy(ASCII.isDigit)
        else { return authority }
        return authority[..<colon]
    }

    private static func isIPv4(_ host: ByteSlice) -> Bool {
        let labels = host.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        return labels.count == 4 && labels.allSatisfy { ($0.decimal ?? 256) < 256 }
    }

    /// `oss.aliyuncs.com` or `oss-{region}.aliyuncs.com` at the end, with `s3.` before it if that is there. The label
    /// next to the domain decides: a bucket may be named `oss-data`.
    private static func vendorEndpoint(in host: ByteSlice) -> ByteSlice? {
        let labels = host.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard labels.count >= 3, labels[labels.count - 1].matches("com"),
            labels[labels.count - 2].matches("aliyuncs")
        else { return nil }
        let service = labels[labels.count - 3]
        guard service.matches("oss") || service.hasPrefix("oss-") else { return nil }
        if labels.count > 3, labels[labels.count - 4].matches("s3") {
            return host[labels[labels.count - 4].startIndex...]
        }
        return host[service.startIndex...]
    }
}

package import Bytes

/// How authorities map to buckets: the vendor's endpoint forms, the configured domains and the CNAME table. An
/// immutable part of the configuration snapshot.
package struct Addressing: Sendable {
    /// What the host of a request is.
    package enum HostKind: Sendable, Hashable {
        /// An endpoint, a configured domain, `localhost`, an IP address, or no host at all (HTTP/1.0).
        case endpoint
        case bucketOfEndpoint
        case cname
        case invalidAddress
        case unknown
    }

    /// Path style is accepted; when false it is refused for everything but ListBuckets.
    package let allowsPathStyle: Bool
    /// Lower-case, longest first, so that a domain under another one wins.
    private let domains: [[UInt8]]
    /// Lower-case hosts.
    private let cnames: [[UInt8]: ByteSlice]

    /// `domains` are suffixes beside the vendor's own; `cnames` maps hosts to buckets. Both without ports.
    package init(domains: [String] = [], pathStyle: Bool = true, cnames: [String: String] = [:]) {
        allowsPathStyle = pathStyle
        self.domains = domains.map { Self.lowercased($0) }.sorted { $0.count > $1.count }
        var table: [[UInt8]: ByteSlice] = [:]
        for (host, bucket) in cnames { table[Self.lowercased(host)] = [UInt8](bucket.utf8)[...] }
        self.cnames = table
    }

    /// The resource that `authority` and `path` name (RFC 9112 sections 3.2 and 3.3 decide what they are). The
    /// path starts with a slash, or is `*`.
    package func resolve(authority: ByteSlice?, path: ByteSlice) -> (kind: HostKind, resource: ResourceName) {
        let host = HostName(authority: authority ?? [])
        let path = path.first == ASCII.slash ? path.dropFirst() : path.prefix(0)
        if !cnames.isEmpty, let bucket = cnames[host.text.map { ASCII.lowercased($0) }] {
            return (.cname, Self.hosted(.cname, bucket: bucket, key: path))
        }
        switch host.form {
        case .empty, .localhost, .address: return (.endpoint, Self.pathStyle(path))
        case .invalidAddress: return (.invalidAddress, Self.pathStyle(path))
        case .name: break
        }
        guard let bucket = bucketLabel(of: host.text) else {
            return (.unknown, Self.hosted(.unknownHost, bucket: nil, key: path))
        }
        if bucket.isEmpty { return (.endpoint, Self.pathStyle(path)) }
        return (.bucketOfEndpoint, Self.hosted(.virtualHosted, bucket: bucket, key: path))
    }

    /// What precedes the endpoint or domain; nil when the host is under none, empty when it is one.
    private func bucketLabel(of host: ByteSlice) -> ByteSlice? {
        for domain in domains where Self.ends(host, in: domain) {
            if host.count == domain.count { return host.prefix(0) }
            let before = host.dropLast(domain.count)
            if before.last == ASCII.dot { return before.dropLast() }
        }
        return Endpoint.prefix(of: host)
    }

    private static func hosted(_ style: AddressingStyle, bucket: ByteSlice?, key: ByteSlice) -> ResourceName {
        ResourceName(style: style, level: key.isEmpty ? .bucket : .object, bucket: bucket, rawKey: key)
    }

    private static func pathStyle(_ path: ByteSlice) -> ResourceName {
        guard !path.isEmpty else {
            return ResourceName(style: .path, level: .service, bucket: nil, rawKey: path)
        }
        let end = path.firstIndex(of: ASCII.slash) ?? path.endIndex
        let key = path[end...].dropFirst()
        let bucket = ResourceName.decoded(path[..<end])
        return ResourceName(style: .path, level: key.isEmpty ? .bucket : .object, bucket: bucket, rawKey: key)
    }

    private static func ends(_ host: ByteSlice, in domain: [UInt8]) -> Bool {
        host.count >= domain.count
            && host.suffix(domain.count).elementsEqual(domain) { ASCII.lowercased($0) == $1 }
    }

    private static func lowercased(_ text: String) -> [UInt8] { text.utf8.map { ASCII.lowercased($0) } }
}

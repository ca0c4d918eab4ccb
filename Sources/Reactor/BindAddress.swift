import Glibc
package import Network

/// Where a listener binds or a connection leads, as the configuration writes it: `host:port`, `[v6]:port` or
/// `unix:/path`.
package enum BindAddress: Sendable, Hashable, CustomStringConvertible {
    /// `host` is an IP literal, a name, or empty for every address.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// nil when the text has none of the three forms, or a Unix path is longer than the system takes (107 bytes).
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count <= 107 else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        self = .tcp(host: host, port: port)
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// A socket address in the kernel's form, ready for bind or connect. A value, so that shards can share it.
package struct SocketAddress: Sendable, Hashable {
    /// The bytes of a `sockaddr_in`, `sockaddr_in6` or `sockaddr_un`.
    let bytes: [UInt8]
    package let family: Int32

    init(bytes: [UInt8], family: Int32) {
        self.bytes = bytes
        self.family = family
    }

    /// The first address of `resolveAll`.
    package static func resolve(_ address: BindAddress) throws(TransportError) -> SocketAddress {
        guard let first = try resolveAll(address).first else {
            throw TransportError("cannot resolve \(address)", detail: "no address")
        }
        return first
    }

    /// Every address of a name in the order that the resolver prefers, each once. The resolver may make this wait:
    /// never call it on a shard.
    package static func resolveAll(_ address: BindAddress) throws(TransportError) -> [SocketAddress] {
        switch address {
        case .unix(let path): return [unix(path)]
        case .tcp(let host, let port): return try lookUp(host, port)
        }
    }

    /// The address without its port.
    package var client: ClientAddress {
        switch family {
        case AF_UNIX: .unix
        case AF_INET: bytes.count < 8 ? .unknown : ClientAddress(bytes: bytes[4..<8]) ?? .unknown
        case AF_INET6: bytes.count < 24 ? .unknown : ClientAddress(bytes: bytes[8..<24]) ?? .unknown
        default: .unknown
        }
    }

    /// The port in host order, 0 for Unix sockets. It follows the family in both Internet forms.
    package var port: UInt16 {
        family == AF_UNIX || bytes.count < 4 ? 0 : UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }

    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        unsafe bytes.withUnsafeBytes { raw in
            // An array's storage is aligned for any of the socket address types.
            guard let base = raw.baseAddress else { preconditionFailure("an address has bytes") }
            return unsafe body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
    }

    private static func unix(_ path: String) -> SocketAddress {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = unsafe withUnsafeBytes(of: &address) { unsafe [UInt8]($0) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        for (index, byte) in path.utf8.enumerated() { bytes[offset + index] = byte }
        return SocketAddress(bytes: bytes, family: AF_UNIX)
    }

    private static func lookUp(_ host: String, _ port: UInt16) throws(TransportError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = host.isEmpty ? AI_PASSIVE : 0
        var list: UnsafeMutablePointer<addrinfo>?
        let name = host.isEmpty || host == "*" ? "0.0.0.0" : host
        let failed = unsafe getaddrinfo(name, String(port), &hints, &list)
        guard failed == 0, let first = unsafe list else {
            throw TransportError(
                "cannot resolve \(host)", detail: unsafe String(cString: gai_strerror(failed)))
        }
        defer { unsafe freeaddrinfo(first) }
        var found: [SocketAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let entry = unsafe next {
            let raw = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            let address = unsafe SocketAddress(bytes: [UInt8](raw), family: entry.pointee.ai_family)
            if !found.contains(address) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return found
    }
}

/// A failure of the way a byte travels, in words: what was attempted, and what the system said.
package struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    package let attempt: String
    package let detail: String
    /// The system's error number, 0 if there is none.
    package let number: Int32
    /// The bytes could have travelled, but TLS could not agree on how, or does not trust the other side.
    package let isSecurity: Bool

    package init(_ attempt: String, detail: String, number: Int32 = 0, isSecurity: Bool = false) {
        self.attempt = attempt
        self.detail = detail
        self.number = number
        self.isSecurity = isSecurity
    }

    init(_ attempt: String, errno number: Int32) {
        self.attempt = attempt
        detail = unsafe String(cString: strerror(number))
        self.number = number
        isSecurity = false
    }

    package var description: String { "\(attempt): \(detail)" }
}

/// Where a listener binds.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 literal without brackets; port 0 picks one.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Why a text is no address, to follow its path in a message.
    struct Malformed: Error {
        let message: String
    }

    /// Bytes that `sockaddr_un` holds beside its terminator.
    static let unixPathBytesMax = 107

    /// `host:port`, `[v6]:port` or `unix:/path`. The host is a literal or `localhost`: what a name stands for could
    /// change between two starts.
    init(_ text: String) throws(Malformed) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), !path.utf8.contains(0) else {
                throw Malformed(
                    message: "a Unix socket needs an absolute path, as in \"unix:/run/ossgate.sock\"")
            }
            guard path.utf8.count <= Self.unixPathBytesMax else {
                throw Malformed(message: "a Unix socket path has at most \(Self.unixPathBytesMax) bytes")
            }
            self = .unix(path: path)
            return
        }
        guard let (host, portText) = HostPort.split(text), let portText, let port = HostPort.port(portText)
        else {
            throw Malformed(
                message: "must be \"host:port\", \"[v6]:port\" or \"unix:/path\", not \"\(text)\"")
        }
        if host.lowercased() == "localhost" {
            self = .tcp(host: "127.0.0.1", port: port)
        } else if HostPort.isIPv4(host) || HostPort.isIPv6(host) {
            self = .tcp(host: host, port: port)
        } else {
            throw Malformed(
                message:
                    "must bind an IP address or localhost, not \"\(host)\" (0.0.0.0 and [::] are all addresses)"
            )
        }
    }
}

/// Hosts and ports in text.
enum HostPort {
    /// The host without brackets, and the text after the colon, nil if there is no colon. nil if the text is neither
    /// `host`, `host:port`, `[v6]` nor `[v6]:port`.
    static func split(_ text: String) -> (host: String, port: String?)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard isIPv6(host), rest.isEmpty || rest.hasPrefix(":") else { return nil }
            return (host, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts[0].isEmpty else { return nil }
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }

    static func port(_ text: String) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt16(text)
    }

    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && (Int(part) ?? 256) < 256 && (part.count == 1 || !part.hasPrefix("0"))
            }
    }

    /// RFC 4291, section 2.2: eight groups, one `::` for a run of zero groups, an IPv4 tail. No zone.
    static func isIPv6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, text.contains(":") else { return false }
        var groups = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (place, part) in parts.enumerated() {
                if index == halves.count - 1, place == parts.count - 1, isIPv4(String(part)) {
                    groups += 2
                } else {
                    guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
                        part.utf8.count == part.count
                    else { return false }
                    groups += 1
                }
            }
        }
        return halves.count == 2 ? groups < 8 : groups == 8
    }

    /// A DNS name: labels of letters, digits, hyphens and underscores, at most 253 bytes.
    static func isName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.unicodeScalars.allSatisfy {
                    $0.isASCII
                        && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_")
                }
        }
    }
}

package import Reactor

/// Whether and whereto the emulator makes callbacks.
package struct CallbackSettings: Sendable {
    /// Without this, every callback fails as one that reaches nobody.
    package var isAllowed = false
    /// Names that a callback may use, with their addresses; `localhost` and the addresses of this machine's loopback
    /// are always there. The port is that of the URL, unless the address has one of its own.
    package var hosts: [String: SocketAddress] = [:]
    /// From the first step to the last byte of the answer.
    package var nanoseconds: UInt64 = 5_000_000_000
    /// Where this emulator is reached, such as `http://127.0.0.1:9000`, for the URL of the key that signs callbacks. The
    /// server sets it; nil: they are not signed.
    package var origin: String?
    /// At a time.
    package var callsMax = 100

    package init() {}

    /// Where a callback to this host goes; nil for hosts that are not allowed. Nothing is looked up.
    func address(_ host: String, _ port: UInt16) -> SocketAddress? {
        if let known = hosts[host.lowercased()] { return known }
        let loopback = host.lowercased() == "localhost" ? "127.0.0.1" : host
        guard Self.isLoopback(loopback) else { return nil }
        return try? SocketAddress.resolve(.tcp(host: loopback, port: port))
    }

    /// A numeric address, so that resolving it asks nobody.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

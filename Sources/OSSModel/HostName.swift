package import Bytes

/// The host of an authority or of a URL, classified without resolving it.
package struct HostName: Sendable {
    package enum Form: Sendable, Hashable {
        /// There is none.
        case empty
        case localhost
        /// A valid IPv4 address, or anything in brackets.
        case address
        /// Four decimal labels, one of them above 255.
        case invalidAddress
        case name
    }

    /// Without port, brackets kept, without the dot that may end a full name.
    package let text: ByteSlice
    package let form: Form

    /// `authority` is `host`, `host:port`, `[v6]` or `[v6]:port`.
    package init(authority: ByteSlice) {
        text = Self.withoutPort(authority)
        form = Self.form(of: text)
    }

    private static func withoutPort(_ authority: ByteSlice) -> ByteSlice {
        var host = authority
        if host.span.firstIndex(of: ASCII.colon, in: 0..<host.count) != nil,
            let last = authority.lastIndex(of: ASCII.colon),
            authority[(last + 1)...].allSatisfy({ ASCII.isDigit($0) }),
            authority.first != ASCII.leftBracket || authority[..<last].last == ASCII.rightBracket
        {
            host = authority[..<last]
        }
        if host.count > 1, host.last == ASCII.dot { host.removeLast() }
        return host
    }

    private static func form(of host: ByteSlice) -> Form {
        if host.isEmpty { return .empty }
        if host.first == ASCII.leftBracket { return .address }
        if host.matchesIgnoringCase("localhost") { return .localhost }
        guard let last = host.last, ASCII.isDigit(last) else { return .name }
        var labels = 0
        var isValid = true
        for label in host.split(separator: ASCII.dot, omittingEmptySubsequences: false) {
            labels += 1
            guard !label.isEmpty, label.allSatisfy({ ASCII.isDigit($0) }) else { return .name }
            if (label.decimal ?? .max) > 255 { isValid = false }
        }
        guard labels == 4 else { return .name }
        return isValid ? .address : .invalidAddress
    }
}

import Bytes
import Network
import OSSModel

/// One URL that the service is asked to call: `[http(s)://]host[:port][/path]`. It is read, never resolved.
struct CallbackURL: Sendable {
    enum Host: Sendable, Equatable {
        case localhost
        case address(IPAddress)
        /// Four decimal labels, one of them above 255.
        case invalidAddress
        case name
    }

    let text: ByteSlice
    let host: Host
    /// As written, brackets included, without its port.
    let hostName: ByteSlice

    /// nil when it has not that form.
    init?(_ text: ByteSlice) {
        var rest = text
        if rest.hasPrefixIgnoringCase("http://") {
            rest = rest.dropFirst(7)
        } else if rest.hasPrefixIgnoringCase("https://") {
            rest = rest.dropFirst(8)
        }
        let authority = rest.prefix { !Self.endsAuthority($0) }
        guard let host = Self.host(of: authority) else { return nil }
        self.text = text
        self.host = host
        hostName = authority[..<(Self.hostEnd(of: authority) ?? authority.endIndex)]
    }

    /// The URLs of a list, which semicolons part; a semicolon too many adds nothing.
    static func list(_ text: ByteSlice) -> [ByteSlice] {
        text.split(separator: ASCII.semicolon).map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == ASCII.slash || byte == ASCII.question || byte == 0x23
    }

    private static func host(of authority: ByteSlice) -> Host? {
        guard let end = hostEnd(of: authority), isPort(authority[end...]) else { return nil }
        if authority.first == ASCII.leftBracket {
            return IPAddress(v6: authority[(authority.startIndex + 1)..<(end - 1)]).map { .address($0) }
        }
        let host = authority[..<end]
        guard host.allSatisfy({ isHostByte($0) }) else { return nil }
        let name = HostName(authority: host)
        switch name.form {
        case .empty: return nil
        case .localhost: return .localhost
        case .address: return IPAddress(v4: name.text).map { .address($0) }
        case .invalidAddress: return .invalidAddress
        case .name: return .name
        }
    }

    /// Where the port begins, or the end; nil when a bracket is not closed.
    private static func hostEnd(of authority: ByteSlice) -> Int? {
        guard authority.first == ASCII.leftBracket else {
            return authority.firstIndex(of: ASCII.colon) ?? authority.endIndex
        }
        return authority.firstIndex(of: ASCII.rightBracket).map { $0 + 1 }
    }

    /// Nothing, or a colon and 1 to 65535.
    private static func isPort(_ text: ByteSlice) -> Bool {
        if text.isEmpty { return true }
        guard text.first == ASCII.colon, let port = text.dropFirst().decimal else { return false }
        return (1...65_535).contains(port)
    }

    /// What cannot stand in a host ends it for one reader and not for another, so it is refused: blanks, controls,
    /// and the signs that set off user names, brackets and paths. Names in other scripts pass.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        byte > ASCII.space && byte != ASCII.delete && byte != ASCII.at && byte != ASCII.backslash
            && byte != ASCII.leftBracket && byte != ASCII.rightBracket
    }
}

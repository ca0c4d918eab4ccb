import JSON

/// A configuration as others than its operator may see it. What is secret is known by its name, so that a key that is
/// added later is covered if it is named for what it is; and passwords in addresses by their place.
enum ConfigurationRedaction {
    static let mark = "REDACTED"

    /// What names of secrets hold, in lower case. Names of files with secrets are none.
    private static let words = [
        "secret", "password", "passphrase", "token", "signature", "authorization", "cookie",
    ]

    static func redacted(_ value: JSONValue, isSecret: Bool = false) -> JSONValue {
        switch value {
        case .null, .bool: value
        case .number, .string: isSecret ? .string(mark) : withoutPassword(value)
        case .array(let items): .array(items.map { redacted($0, isSecret: isSecret) })
        case .object(let members):
            .object(
                members.map {
                    JSONValue.Member(
                        name: $0.name, value: redacted($0.value, isSecret: isSecret || isSecretName($0.name)))
                })
        }
    }

    private static func isSecretName(_ name: String) -> Bool {
        let name = name.lowercased()
        return !name.hasSuffix("file") && words.contains { name.contains($0) }
    }

    /// `scheme://user:password@host` without what stands before the host.
    private static func withoutPassword(_ value: JSONValue) -> JSONValue {
        guard case .string(let text) = value, let scheme = text.firstRange(of: "://"),
            let at = text[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
        else { return value }
        return .string(text[..<scheme.upperBound] + mark + text[at...])
    }
}

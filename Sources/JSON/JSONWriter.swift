extension JSONValue {
    /// As text for people: a line for each member and item, two blanks a level.
    package var text: String { text(indent: "") }

    private func text(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let digits): return digits
        case .string(let text): return Self.quoted(text)
        case .array(let items):
            return Self.joined(items.map { $0.text(indent: inner) }, "[", "]", indent)
        case .object(let members):
            let texts = members.map { "\(Self.quoted($0.name)): \($0.value.text(indent: inner))" }
            return Self.joined(texts, "{", "}", indent)
        }
    }

    private static func joined(_ texts: [String], _ open: String, _ close: String, _ indent: String) -> String
    {
        guard !texts.isEmpty else { return open + close }
        return "\(open)\n\(indent)  " + texts.joined(separator: ",\n\(indent)  ") + "\n\(indent)\(close)"
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

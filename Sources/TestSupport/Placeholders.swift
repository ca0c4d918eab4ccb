import OSSModel

/// What stands for `{{name}}` in vectors: the time, in four forms and with an offset in seconds if one is written
/// (`{{now_unix+600}}`), and variables captured from earlier answers.
package struct Placeholders: Sendable {
    /// Unix seconds.
    package let now: Int64
    package var variables: [String: String]

    package init(now: Int64, variables: [String: String] = [:]) {
        self.now = now
        self.variables = variables
    }

    /// The text with every known placeholder replaced; unknown ones stay.
    package func expand(_ text: String) -> String {
        var rest = text[...]
        var out = ""
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}")
        {
            out += rest[..<open.lowerBound]
            let name = String(rest[open.upperBound..<close.lowerBound])
            out += value(of: name) ?? "{{\(name)}}"
            rest = rest[close.upperBound...]
        }
        return out + rest
    }

    private func value(of name: String) -> String? {
        if let variable = variables[name] { return variable }
        let sign = name.firstIndex { $0 == "+" || $0 == "-" } ?? name.endIndex
        guard let offset = sign == name.endIndex ? 0 : Int64(name[sign...]) else { return nil }
        let time = now + offset
        switch name[..<sign] {
        case "now_http": return String(decoding: OSSTime.httpDate(time), as: UTF8.self)
        case "now_iso": return String(decoding: OSSTime.basic(time), as: UTF8.self)
        case "now_date": return String(decoding: OSSTime.basicDay(time), as: UTF8.self)
        case "now_unix": return "\(time)"
        default: return nil
        }
    }
}

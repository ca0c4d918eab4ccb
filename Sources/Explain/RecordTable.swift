/// Records as rows of text for a person.
package enum RecordTable {
    package static let header = row(
        "TIME", "CLIENT", "CODE", "RULE", "REQUEST", "EXPECTED / ACTUAL", mode: "", count: 1)

    /// One record on one line, without a line feed.
    package static func row(_ record: LoggedRecord) -> String {
        func shown(_ name: String, _ charactersMax: Int = 200) -> String? {
            record[name].map { Printable.text($0, charactersMax: charactersMax) }
        }
        let time = (record["time"] ?? "").replacing("T", with: " ", maxReplacements: 1)
        let status = shown("http.response.status_code").map { "\($0) " } ?? ""
        let request = [shown("http.request.method", 16), shown("url.path")].compactMap(\.self)
        let seen = [
            shown("ossgate.expected").map { "expected \($0)" },
            shown("ossgate.actual").map { "actual \($0)" },
        ]
        return row(
            Printable.text(time), shown("client.address") ?? "-", status + (shown("oss.code") ?? ""),
            shown("ossgate.rule") ?? "-", request.joined(separator: " "),
            seen.compactMap(\.self).joined(separator: ", "),
            mode: record["ossgate.mode"] == "report" ? " (reported)" : "", count: record.count)
    }

    private static func row(
        _ time: String, _ client: String, _ code: String, _ rule: String, _ request: String, _ seen: String,
        mode: String, count: UInt64
    ) -> String {
        let times = count > 1 ? " x\(count)" : ""
        let cells = [
            padded(time, 24), padded(client, 15), padded(code, 26), padded(rule + mode + times, 26),
            padded(request, 36), seen,
        ]
        var line = cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

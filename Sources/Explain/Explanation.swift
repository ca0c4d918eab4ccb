package import OSSModel

/// What `ossgate explain` says, as lines of text.
package enum Explanation {
    /// All that the catalogue has under a code, a rule's name or a row's name.
    package static func text(of notes: [CatalogueNote]) -> String {
        notes.map(text).joined(separator: "\n")
    }

    /// One recorded refusal: what was asked, what the rule demands, what came, and how to mend it.
    package static func text(of record: LoggedRecord) -> String {
        func shown(_ names: String..., separator: String = " ") -> String {
            names.compactMap { record[$0].map(Printable.text) }.joined(separator: separator)
        }
        let query = record["url.query"].map { "?" + Printable.text($0) } ?? ""
        let answer = shown("http.response.status_code", "oss.code")
        let isReport = record["ossgate.mode"] == "report"
        let lines = [
            "Request \(shown("ossgate.request_id")) at \(shown("time"))",
            pair("request", shown("http.request.method", "url.path") + query),
            pair("means", shown("oss.operation", "oss.bucket", "oss.key", separator: ", ")),
            pair("client", shown("client.address", "user_agent.original", separator: ", ")),
            pair("answer", isReport ? "none of the gateway; enforced it would have been \(answer)" : answer),
            pair(
                "rule",
                "\(shown("ossgate.rule")) (\(shown("ossgate.mode", "ossgate.phase", separator: ", ")))"),
            pair("seen", record["ossgate.body.bytes_seen"].map { "\($0) bytes of the body" } ?? ""),
            pair("folded", record.count > 1 ? "stands for \(record.count) equal refusals" : ""),
            pair("policy", shown("ossgate.policy.hash")),
            pair("expected", shown("ossgate.expected")),
            pair("actual", shown("ossgate.actual")),
            pair("hint", shown("ossgate.hint")),
        ]
        let notes = CatalogueNote.fitting(
            code: record["oss.code"] ?? "", message: nil, rule: record["ossgate.rule"])
        // A rule of the operator's policy has a code of many causes, and none of these is its own.
        guard let rule = record["ossgate.rule"], !notes.contains(where: { $0.rules.contains(rule) }) else {
            return finished(lines, notes)
        }
        return finished(
            lines + [
                pair("mend", "The rule is one of your own policy in the configuration; meet what it expects.")
            ], [])
    }

    /// A saved error document.
    package static func text(of answer: ErrorAnswer) -> String {
        var lines = [Printable.text(answer.code) + (answer.message.map { ": \(Printable.text($0))" } ?? "")]
        lines.append(pair("request", answer.requestID.map(Printable.text) ?? ""))
        for element in answer.elements {
            lines.append(pair(Printable.text(element.name), Printable.text(element.value)))
        }
        let notes = CatalogueNote.fitting(code: answer.code, message: answer.message, rule: nil)
        if notes.isEmpty { lines.append(pair("note", "this code is not in the catalogue")) }
        return finished(lines, notes)
    }

    /// A failure of something that was checked without a request, and what the catalogue has to say of it.
    package static func text(of failure: Failure) -> String {
        let lines = [
            "\(failure.status) \(failure.code): \(Printable.text(failure.message))",
            pair("rule", failure.rule),
            pair("expected", Printable.text(failure.expected ?? "")),
            pair("actual", Printable.text(failure.actual ?? "")),
            pair("hint", Printable.text(failure.hint ?? "")),
        ]
        let notes = CatalogueNote.fitting(code: failure.code, message: failure.message, rule: failure.rule)
        let mends = notes.prefix(1).flatMap { [pair("when", $0.when), pair("mend", $0.mend)] }
        return finished(lines + mends, [])
    }

    /// What a rule has against something.
    package struct Failure: Sendable {
        package var rule: String
        package var status: Int
        package var code: String
        package var message: String
        package var expected: String?
        package var actual: String?
        package var hint: String?

        package init(rule: String, status: Int, code: String, message: String) {
            self.rule = rule
            self.status = status
            self.code = code
            self.message = message
        }
    }

    /// Facts as names and values, a line each.
    package static func text(of facts: [(name: String, value: String)]) -> String {
        finished(facts.map { pair($0.name, Printable.text($0.value)) }, [])
    }

    private static func finished(_ lines: [String], _ notes: [CatalogueNote]) -> String {
        let kept = lines.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
        guard !notes.isEmpty else { return kept }
        return kept + "\n" + text(of: notes)
    }

    private static func text(_ note: CatalogueNote) -> String {
        let row = note.row
        let message = row.message.isEmpty ? "" : ": \(row.message)"
        let rules = note.rules.joined(separator: ", ")
        let lines = [
            "\(row.status) \(row.code)\(message)", pair("when", note.when), pair("mend", note.mend),
            pair("decided", note.site == .service ? "by the service" : "by the \(note.site.words)"),
            pair(note.rules.count == 1 ? "rule" : "rules", rules), pair("EC", row.ec ?? ""),
        ]
        return lines.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    }

    /// A name and its value, wrapped at `columns`; nothing for an empty value.
    private static func pair(_ name: String, _ value: String) -> String {
        guard !value.isEmpty else { return "" }
        let indent = "  " + name + String(repeating: " ", count: max(1, 10 - name.count))
        var lines = [indent]
        var column = indent.count
        for word in value.split(separator: " ", omittingEmptySubsequences: false) {
            if column + word.count > columns, column > indent.count {
                lines.append(String(repeating: " ", count: indent.count))
                column = indent.count
            } else if column > indent.count {
                lines[lines.count - 1] += " "
                column += 1
            }
            lines[lines.count - 1] += word
            column += word.count
        }
        return lines.joined(separator: "\n")
    }

    private static let columns = 100
}

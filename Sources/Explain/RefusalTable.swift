import OSSModel

/// The catalogue as the table of refusals in the README.
package enum RefusalTable {
    package static let header = "| Code | Status | Message | When | How to mend | Rule | Decided by |"

    /// The table in Markdown, without a line feed at its end.
    package static func markdown() -> String {
        ([header, "|---|---|---|---|---|---|---|"] + CatalogueNote.all.map(row)).joined(separator: "\n")
    }

    private static func row(_ note: CatalogueNote) -> String {
        let rules = note.rules.map { "`\($0)`" }.joined(separator: ", ")
        let cells = [
            "`\(note.row.code)`", "\(note.row.status)", note.row.message, note.when, note.mend, rules,
            note.site.words,
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
}

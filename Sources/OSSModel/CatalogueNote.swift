/// What a reader of a refusal wants to know beside the service's own words: when it is given, who decides it, which
/// rules give it, and how to mend the request. There is exactly one note for each row of the catalogue; the table of
/// the README and `ossgate explain` are made of these.
package struct CatalogueNote: Sendable {
    /// Where it is decided.
    package enum Site: String, Sendable, CaseIterable {
        /// By the gateway, before a byte of the body.
        case head
        /// By the gateway, while or after the body is read.
        case body
        /// By the gateway, from what earlier requests of the same upload said.
        case state
        /// By the service or the emulator.
        case service

        /// For tables and texts.
        package var words: String {
            self == .service ? "service" : "gateway, \(rawValue)"
        }
    }

    package let row: CatalogueRow
    package let site: Site
    /// The names of the rules that give it, as in `rules` of the configuration; none for what only the service decides.
    package let rules: [String]
    /// What the request is like, in whole sentences.
    package let when: String
    /// What to do about it, in whole sentences.
    package let mend: String

    init(_ row: CatalogueRow, _ site: Site, _ rules: [String], when: String, mend: String) {
        self.row = row
        self.site = site
        self.rules = rules
        self.when = when
        self.mend = mend
    }

    /// By subject; within one the most common first.
    package static let all: [CatalogueNote] =
        names + parameters + identity + uploads + forms + callbacks + documents + replication + encryption
        + service
        + gateway

    /// The notes of one code, however its letters are cased.
    package static func of(code: String) -> [CatalogueNote] {
        let wanted = code.lowercased()
        return all.filter { $0.row.code.lowercased() == wanted }
    }

    /// The notes that fit an answer best: those with its message, of the rule if that is known; else those of the rule
    /// alone; else those of the code. Messages of some rows end with a value, so a beginning counts.
    package static func fitting(code: String, message: String?, rule: String?) -> [CatalogueNote] {
        let coded = of(code: code)
        let ruled = coded.filter { note in rule.map { note.rules.contains($0) } ?? false }
        let candidates = ruled.isEmpty ? coded : ruled
        guard let message else { return candidates }
        let worded = candidates.filter { note in
            note.row.message == message || (!note.row.message.isEmpty && message.hasPrefix(note.row.message))
        }
        return worded.isEmpty ? candidates : worded
    }
}

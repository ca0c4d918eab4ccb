import Admission
import Bytes
import OSSModel
import TestSupport
import Testing

/// The rules that the notes of the catalogue name are those that refuse.
@Suite struct NoteRuleTests {
    /// Rules that are no part of `rules` in the configuration.
    static let fixedRules: Set<String> = [
        "http-syntax", "content-md5-required", "connections-per-address", "memory",
    ]

    @Test func everyRuleOfANoteExists() {
        let known = Set(RuleModes.allNames).union(Self.fixedRules)
        for note in CatalogueNote.all {
            for rule in note.rules { #expect(known.contains(rule), "\(note.row.id): \(rule)") }
        }
    }

    @Test func everyRuleHasANote() {
        let noted = Set(CatalogueNote.all.flatMap(\.rules))
        #expect(RuleModes.allNames.filter { !noted.contains($0) } == [])
    }

    /// Every refusal of every vector, of head, document and form, is told by a note that names its rule.
    @Test func everyRefusalIsToldUnderItsRule() throws {
        var missing: Set<String> = []
        var seen = 0
        for vector in try (["vectors.json"] + VectorFile.ownFiles()).flatMap({ try VectorFile.load($0) }) {
            for rejection in try rejections(of: vector) {
                seen += 1
                let notes = CatalogueNote.fitting(
                    code: rejection.error.code, message: rejection.error.message,
                    rule: rejection.rule.description)
                let isTold = notes.contains { $0.rules.contains(rejection.rule.description) }
                if !isTold {
                    missing.insert("\(rejection.rule): \(rejection.error.code): \(rejection.error.message)")
                }
            }
        }
        #expect(missing.sorted() == [])
        #expect(seen > 500)
    }

    private func rejections(of vector: Vector) throws -> [Rejection] {
        guard let verdict = try? vector.verdict(of: vector.request) else { return [] }
        if let rejection = verdict.rejection { return [rejection] }
        if case .document? = verdict.operation?.bodyPlan {
            return try vector.documentVerdict().rejection.map { [$0] } ?? []
        }
        guard case .form? = verdict.operation?.bodyPlan else { return [] }
        let placeholders = Placeholders(
            now: vectorTime, variables: ["uploadId": "0004B9B2D2F7815C432C9057C03134D4"])
        let request = try FormRequest(
            vector.request.headBytes(placeholders) + vector.request.bodyBytes(placeholders))
        return try request.inspect([request.body], settings: vector.settings).rejections
    }
}

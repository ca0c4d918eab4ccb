import Foundation
import OSSModel
import Testing

@Suite struct CatalogueNoteTests {
    @Test func everyRowHasExactlyOneNote() {
        #expect(CatalogueNote.all.count == CatalogueRow.all.count)
        #expect(Set(CatalogueNote.all.map(\.row.id)) == Set(CatalogueRow.all.map(\.id)))
    }

    @Test func everyNoteIsWritten() {
        for note in CatalogueNote.all {
            for text in [note.when, note.mend] {
                #expect(text.count > 8 && text.hasSuffix("."), "\(note.row.id)")
                #expect(!text.contains("\n") && !text.contains("  "), "\(note.row.id)")
            }
        }
    }

    /// A text that fits every row would help nobody.
    @Test func hardlyAnyMendIsThatOfAnotherCode() {
        let byMend = Dictionary(grouping: CatalogueNote.all, by: \.mend)
        for (mend, notes) in byMend where notes.count > 1 {
            #expect(notes.count <= 6, "\(mend)")
        }
        #expect(Double(byMend.count) > 0.9 * Double(CatalogueNote.all.count))
    }

    @Test func whoDecidesIsAsTheErrorPagesWereRead() throws {
        struct Page: Decodable {
            let id: String
            let site: String
        }
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/catalogue")
        let notes = Dictionary(uniqueKeysWithValues: CatalogueNote.all.map { ($0.row.id, $0) })
        for name in ["errors-400.json", "errors-400-extra.json", "errors-other.json"] {
            let pages = try JSONDecoder().decode(
                [Page].self, from: Data(contentsOf: directory.appending(path: name)))
            for page in pages {
                let note = try #require(notes[page.id])
                let site =
                    page.site == "origin-state" ? "service" : String(page.site.dropFirst("edge-".count))
                #expect(note.site.rawValue == site, "\(page.id)")
                if note.site != .service { #expect(!note.rules.isEmpty, "\(page.id)") }
            }
        }
    }

    @Test func theBestNoteIsFound() {
        func ids(_ code: String, _ message: String?, _ rule: String?) -> [String] {
            CatalogueNote.fitting(code: code, message: message, rule: rule).map(\.row.id)
        }
        #expect(ids("InvalidDigest", nil, nil) == ["content-md5-invalid"])
        #expect(
            ids("AccessDenied", "Invalid according to Policy: Policy expired.", nil) == ["policy-expired"])
        #expect(ids("InvalidObjectName", nil, "object-name-empty") == ["invalid-object-name-empty"])
        #expect(ids("AccessDenied", "only images up to 20 MiB", "images-only").count > 10)
        #expect(ids("NoSuchCode", nil, nil).isEmpty)
    }
}

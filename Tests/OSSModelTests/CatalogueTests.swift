import Foundation
import OSSModel
import Testing

@Suite struct CatalogueTests {
    /// What the collected error pages say of one cause.
    private struct Page: Decodable {
        let id: String
        let status: Int
        let code: String
        let message: String
        let ec: [String]?
    }

    private func pages() throws -> [Page] {
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/catalogue")
        return try ["errors-400.json", "errors-400-extra.json", "errors-other.json"].flatMap { name in
            try JSONDecoder().decode([Page].self, from: Data(contentsOf: directory.appending(path: name)))
        }
    }

    @Test func everyPageIsARowWordForWord() throws {
        let rows = Dictionary(uniqueKeysWithValues: CatalogueRow.all.map { ($0.id, $0) })
        let pages = try pages()
        #expect(pages.count == 280)
        for page in pages {
            let row = try #require(rows[page.id])
            #expect(row.status == page.status)
            #expect(row.code == page.code)
            #expect(row.message == page.message)
            if let ec = row.ec { #expect(page.ec == [ec]) }
        }
    }

    @Test func idsAreUniqueAndOnlyCORSRefusalsAreBadRequests() {
        #expect(Set(CatalogueRow.all.map(\.id)).count == CatalogueRow.all.count)
        let retried = CatalogueRow.all.filter { $0.code == "BadRequest" }.map(\.id)
        #expect(retried == ["options-origin-missing", "options-method-missing"])
    }

    @Test(arguments: [400, 408, 411, 413, 414, 417, 429, 431, 500, 501, 502, 503, 504, 505])
    func theGatewayHasARowForEachOfItsAnswers(status: Int) {
        #expect(CatalogueRow.headFailure(status: status).status == status)
    }

    @Test func anUnknownStatusIsAMalformedRequest() {
        #expect(CatalogueRow.headFailure(status: 418) == .gatewayMalformedRequest)
    }
}

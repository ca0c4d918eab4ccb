import OSSModel
import TestSupport
import Testing

/// The product's promise: every documented 400 is produced, by the gateway or by the emulator, and its near-miss is not
/// refused. A row that the catalogue grows fails this until it has both.
@Suite struct CatalogueCountTests {
    /// The documentation says this row's message in two lengths; the long one is given.
    private static let saidLonger: Set<String> = ["invalid-part-short"]

    @Test func everyRowHasARefusalAndANearMiss() async throws {
        // Over sockets; what the gateway refuses, its origin has not heard a byte of.
        let edge = try await VectorReplay.run(cut: nil)
        let origin = try await originRows()
        let refused = edge.refusedRows.union(origin.refused)
        let passed = edge.passedRows.union(origin.passed)
        var rows = try VectorFile.catalogueRows(status: 400)
        #expect(rows.count >= 156)
        // Of other statuses, what the gateway decides.
        for site in ["edge-head", "edge-body", "edge-state"] {
            let decided = try VectorFile.catalogueRows(site: site)
            #expect(decided.subtracting(edge.refusedRows) == [], "\(site)")
            #expect(decided.subtracting(edge.passedRows) == [], "\(site)")
            rows.formUnion(decided)
        }
        #expect(rows.filter { !refused.contains($0) }.sorted() == [])
        #expect(rows.filter { !passed.contains($0) }.sorted() == [])
    }

    /// The rows that the emulator refuses word for word, and those of which it takes a near-miss.
    private func originRows() async throws -> (refused: Set<String>, passed: Set<String>) {
        let catalogue = Dictionary(uniqueKeysWithValues: CatalogueRow.all.map { ($0.id, $0) })
        var refused: Set<String> = []
        var passed: Set<String> = []
        for vector in try VectorFile.originFiles().flatMap({ try VectorFile.load($0) }) {
            let row = try #require(catalogue[vector.row], "\(vector.name)")
            let answer = try await OriginRun(vector: vector).answer(.direct)
            switch vector.expectation {
            case .refusal(_, _, let expected):
                let message = Self.saidLonger.contains(row.id) ? expected : row.message
                if answer.status == row.status, answer.element("Code") == row.code,
                    answer.element("Message") == message
                {
                    refused.insert(row.id)
                }
            case .forward: if answer.status < 400 { passed.insert(row.id) }
            }
        }
        return (refused, passed)
    }
}

import OSSModel
import TestSupport
import Testing

/// The rows that only the origin can decide: the emulator refuses exactly as the service does, takes the near-miss,
/// and the gateway passes both on as they are.
@Suite struct OriginVectorTests {
    @Test(arguments: OriginRun.Way.allCases)
    func everyRowOfTheOriginIsRefusedAndNearlyMissed(way: OriginRun.Way) async throws {
        let vectors = try VectorFile.originFiles().flatMap { try VectorFile.load($0) }
        var refused: Set<String> = []
        var taken: Set<String> = []
        for vector in vectors {
            let answer: RawClient.Answer
            do {
                answer = try await OriginRun(vector: vector).answer(way)
            } catch {
                Issue.record("\(vector.name): \(error)")
                continue
            }
            // Whether all parts have come this way, the gateway knows too.
            if vector.row != "invalid-part-short" {
                #expect(answer.field("x-ossgate-rule") == nil, "\(vector.name): \(answer.document)")
            }
            switch vector.expectation {
            case .refusal(let status, let code, let message):
                refused.insert(vector.row)
                #expect(answer.status == status, "\(vector.name): \(answer.document)")
                #expect(answer.element("Code") == code, "\(vector.name): \(answer.document)")
                #expect(answer.element("Message") == message, "\(vector.name): \(answer.document)")
            case .forward:
                taken.insert(vector.row)
                #expect(answer.status == vector.originStatus, "\(vector.name): \(answer.document)")
            }
        }
        let rows = try VectorFile.catalogueRows(site: "origin-state", status: 400)
        #expect(rows.subtracting(refused).isEmpty)
        #expect(rows.subtracting(taken).isEmpty)
        #expect(rows.count >= 39)
    }
}

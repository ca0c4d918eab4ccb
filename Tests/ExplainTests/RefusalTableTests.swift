import Explain
import Foundation
import OSSModel
import Testing

/// The table of refusals in the README is made of the catalogue; with `UPDATE_REFUSALS=1` in the environment this
/// writes it instead.
@Suite struct RefusalTableTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func theREADMEHasTheTable() throws {
        let file = Self.root.appendingPathComponent("README.md")
        var readme = try String(contentsOf: file, encoding: .utf8)
        let table = RefusalTable.markdown()
        if ProcessInfo.processInfo.environment["UPDATE_REFUSALS"] == "1",
            let start = readme.range(of: RefusalTable.header)
        {
            let rest = start.lowerBound..<readme.endIndex
            let end = readme.range(of: "\n\n", range: rest)?.lowerBound ?? readme.endIndex
            readme.replaceSubrange(
                start.lowerBound..<end, with: end == readme.endIndex ? table + "\n" : table)
            try Data(readme.utf8).write(to: file)
        }
        #expect(readme.contains("\n\(table)\n"))
    }

    @Test func everyRowOfTheTableHasAsManyCells() {
        let lines = RefusalTable.markdown().split(separator: "\n")
        #expect(lines.count == CatalogueRow.all.count + 2)
        for line in lines {
            let cells = line.replacing("\\|", with: "").count(where: { $0 == "|" })
            #expect(cells == 8, "\(line)")
        }
    }
}

import Foundation
import Fuzzing
import Testing

/// Every input that fuzzing has kept, and every one that ever failed, goes through its harness again.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func inputsHold(_ target: FuzzTarget) throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Corpora/\(target.rawValue)").standardized
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil)
        #expect(files.count >= 20)
        for file in files { target.run([UInt8](try Data(contentsOf: file))) }
    }
}

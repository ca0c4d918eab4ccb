import Foundation
import Fuzzing
import Testing

/// Every input that fuzzing has kept, and every one that ever failed, goes through its harness again.
@Suite struct CorpusTests {
    @Test func formsHold() throws { try replay("form", Harness.form) }
    @Test func documentsHold() throws { try replay("document", Harness.document) }
    @Test func requestsHold() throws { try replay("http1", Harness.http1) }

    @Test func framesHold() throws { try replay("http2", Harness.http2) }

    @Test func proxyHeadersHold() throws { try replay("proxy", Harness.proxyHeader) }

    private func replay(_ name: String, _ harness: ([UInt8]) -> Void) throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Corpora/\(name)").standardized
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil)
        #expect(files.count >= 20)
        for file in files { harness([UInt8](try Data(contentsOf: file))) }
    }
}

import TestSupport
import Testing

/// Uploads whose MD5s are computed together: what is wrong with one must not touch another.
@Suite struct SideBySideUploadTests {
    private static let sizes = [0, 5, 700, 16_384, 65_536, 65_600, 300_000, 1_500_000]

    @Test(arguments: Upload.Framing.allCases) func eachGetsItsOwnVerdict(framing: Upload.Framing) async throws
    {
        let fixture = try await GatewayFixture()
        let uploads = Self.sizes.flatMap { size in
            Upload.Fault.allCases.map { fault in
                Upload(framing: framing, operation: .put, fault: fault, size: size)
            }
        }.filter(\.exists)
        let port = fixture.port
        let answers = try await onThread { try Self.send(uploads, port: port) }
        for (upload, answer) in zip(uploads, answers) {
            #expect(answer?.element("Code") == upload.code, "\(upload.key)")
            if upload.fault == .none { #expect(answer?.status == 200, "\(upload.key)") }
        }
        await fixture.gateway.stop()
        try await fixture.origin.settled()
        let complete = fixture.origin.seen.filter(\.isComplete)
        let good = uploads.filter { $0.fault == .none }
        #expect(Set(complete.map(\.target)) == Set(good.map(\.target)))
        #expect(complete.count == good.count)
        for upload in good {
            // Not compared by the expectation: to show how megabytes differ would take minutes.
            let isIntended = complete.first { $0.target == upload.target }?.body == upload.intended
            #expect(isIntended, "\(upload.key)")
        }
        await fixture.stop()
    }

    /// In turns, so that all of them are under way at once. Faulty ones leave in the middle.
    private static func send(_ uploads: [Upload], port: UInt16) throws -> [RawClient.Answer?] {
        // Made first: connections that wait for a head are closed in time.
        let messages = uploads.map { $0.message() }
        let clients = try uploads.map { _ in try RawClient(port: port) }
        let turns = 5
        for turn in 0..<turns {
            for (client, message) in zip(clients, messages) {
                client.send(
                    Array(message[(message.count * turn / turns)..<(message.count * (turn + 1) / turns)]))
            }
        }
        for (client, upload) in zip(clients, uploads) {
            if upload.fault == .reset { client.reset() }
            if upload.fault == .truncated { client.endOutput() }
        }
        return try zip(clients, uploads).map { client, upload in
            upload.fault == .reset ? nil : try client.answer(to: .put)
        }
    }
}

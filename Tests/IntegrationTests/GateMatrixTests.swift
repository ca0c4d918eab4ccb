import TestSupport
import Testing

/// The commit gate: whatever is wrong with an upload, the origin never has a complete request of it, and the
/// client is told what OSS would say. What is right arrives byte for byte.
@Suite struct GateMatrixTests {
    static let sizes = [0, 1, 65_536, 65_537, 10 << 20]

    @Test(arguments: Upload.Carriage.all, Upload.Operation.allCases)
    func onlyGoodUploadsAreEverComplete(
        carriage: Upload.Carriage, operation: Upload.Operation
    ) async throws {
        // Copied or as pages: what passes is judged alike. Chunks are copied here, lengths lent.
        let fixture = try await GatewayFixture(transport: carriage.transport) {
            $0.settings.integrity.lendsUploads = carriage.framing == .length
        }
        // Ten megabytes once over plain text; elsewhere what matters is the edge of the buffer.
        let sizes = carriage.transport == .plain ? Self.sizes : [0, 1, 65_536, 65_537, 300_000]
        let uploads = sizes.flatMap { size in
            Upload.Fault.allCases.map {
                Upload(framing: carriage.framing, operation: operation, fault: $0, size: size)
            }
        }.filter(\.exists)
        #expect(uploads.count > 25)
        for upload in uploads {
            let before = fixture.origin.bytesReceived
            try await check(upload, fixture, carriage.transport)
            if upload.fault != .none, upload.size <= 65_536 {
                #expect(fixture.origin.bytesReceived == before, "\(upload.key)")
            }
        }
        await fixture.gateway.stop()
        try await fixture.origin.settled()
        let complete = fixture.origin.seen.filter(\.isComplete)
        let good = uploads.filter { $0.fault == .none }
        #expect(complete.map(\.target) == good.map(\.target))
        for (seen, upload) in zip(complete, good) {
            #expect(seen.body.elementsEqual(upload.intended), "\(upload.key)")
        }
        for seen in fixture.origin.seen where !seen.isComplete {
            #expect(seen.isBroken)
            let upload = uploads.first { $0.target == seen.target }
            #expect(upload.map { $0.size > 65_536 } == true)
        }
        #expect(try fixture.log.records().count == uploads.count { $0.fault != .none && $0.fault != .reset })
        await fixture.stop()
    }

    private func check(_ upload: Upload, _ fixture: GatewayFixture, _ transport: Transport) async throws {
        let port = fixture.port
        let answer = try await onThread { () throws -> RawClient.Answer? in
            try transport.send(upload, port: port)
        }
        guard upload.fault != .reset else {
            if upload.size > 1 << 20 { await fixture.origin.ended(target: upload.target) }
            return
        }
        let answered = try #require(answer, "\(upload.key)")
        guard let code = upload.code else {
            #expect(answered.status == 200, "\(upload.key): \(answered.text)")
            return
        }
        #expect(answered.status == 400, "\(upload.key): \(answered.text)")
        #expect(answered.element("Code") == code, "\(upload.key)")
        #expect(answered.head.fields.first("content-type")?.elementsEqual("application/xml".utf8) == true)
    }
}

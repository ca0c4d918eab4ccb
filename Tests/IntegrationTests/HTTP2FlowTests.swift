import TestSupport
import Testing

/// Windows of HTTP/2 where uploads are refused early or come in the smallest pieces: no stream takes from the others what
/// the connection has for all.
@Suite struct HTTP2FlowTests {
    typealias Client = HTTP2Client

    /// Twice as much as the connection's window goes to streams that were refused; what was sent of them is given back.
    @Test(arguments: [Transport.h2, .h2c])
    func refusedBodiesGiveTheirWindowBack(transport: Transport) async throws {
        let fixture = try await GatewayFixture(transport: transport)
        let port = fixture.port
        try await onThread {
            let client = try transport.http2(port: port)
            try client.read { !$0.settings.isEmpty }
            let piece = [UInt8](repeating: 1, count: 500_000)
            for stream in stride(from: UInt32(1), to: 41, by: 2) {
                client.request(
                    stream, Client.request("PUT", "/refused", [("content-md5", "bad")]), ends: false)
                try client.data(stream, piece, ends: false)
                #expect(try client.answer(stream)?.element("Code") == "InvalidDigest")
            }
            let upload = Upload(framing: .length, operation: .put, fault: .none, size: 2_000_000)
            client.request(41, upload.fields(), ends: false)
            try client.data(41, upload.intended)
            #expect(try client.answer(41)?.status == 200)
        }
        #expect(fixture.origin.seen.map(\.isComplete) == [true])
        #expect(fixture.origin.seen.first?.body.count == 2_000_000)
        await fixture.stop()
    }

    /// One byte a frame, some of it padded: windows count what was sent, and the body is the same.
    @Test func aBodyInFramesOfOneByteArrives() async throws {
        let fixture = try await GatewayFixture(transport: .h2c)
        let port = fixture.port
        let upload = Upload(framing: .chunked, operation: .put, fault: .none, size: 5_000)
        try await onThread {
            let client = try Client(port: port)
            client.request(1, upload.fields(), ends: false)
            for (index, byte) in upload.intended.enumerated() {
                let isPadded = index % 3 == 0
                // Nine bytes of padding and the one that tells of it count as well.
                while client.window(1) < 11 { try client.read() }
                client.send(
                    .data, flags: isPadded ? 8 : 0, stream: 1,
                    payload: isPadded ? [9, byte] + [UInt8](repeating: 0, count: 9) : [byte])
            }
            client.send(.data, flags: Client.endStream, stream: 1, payload: [])
            #expect(try client.answer(1)?.status == 200)
        }
        #expect(fixture.origin.seen.first?.body == upload.intended)
        await fixture.stop()
    }
}

import TestSupport
import Testing

/// RFC 9113, sections 5 and 6, and RFC 7541, frame by frame: each fault is told by a code that the section names, ends no
/// more than it must, and nothing of it is a request to the origin. What a client may send is taken.
@Suite struct HTTP2FrameTests {
    typealias Client = HTTP2Client

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Of GOAWAY, or of RST_STREAM on stream 1.
        let codes: Set<UInt32>
        let act: @Sendable (Client) throws -> Void

        init(_ name: String, _ codes: Set<UInt32>, _ act: @escaping @Sendable (Client) throws -> Void) {
            testDescription = name
            self.codes = codes
            self.act = act
        }
    }

    private static let protocolError: UInt32 = 1
    private static let flowControl: UInt32 = 3
    private static let streamClosed: UInt32 = 5
    private static let frameSize: UInt32 = 6
    private static let compression: UInt32 = 9

    /// Begins an upload on stream 1.
    private static func open(_ client: Client) {
        client.request(1, Client.request("PUT", "/held"), ends: false)
    }

    /// A whole request on stream 1, of this field block.
    private static func head(_ client: Client, _ block: [UInt8]) {
        client.send(.headers, flags: Client.endHeaders | Client.endStream, stream: 1, payload: block)
    }

    static let faults: [Fault] = [
        Fault("5.1: DATA after the end of a stream", [streamClosed]) {
            $0.request(1, Client.request("GET", "/held"))
            $0.send(.data, stream: 1, payload: [1])
        },
        Fault("5.1: HEADERS after the end of a stream", [streamClosed, protocolError]) {
            $0.request(1, Client.request("GET", "/held"))
            $0.request(1, Client.request("GET", "/again"))
        },
        Fault("6.2: padding longer than HEADERS", [protocolError]) {
            let block = Client.block(Client.request())
            $0.send(.headers, flags: 8 | Client.endHeaders | 1, stream: 1, payload: [250] + block)
        },
        Fault("6.3: PRIORITY of a wrong length", [frameSize]) {
            open($0)
            $0.send(.priority, stream: 1, payload: [0, 0, 0])
        },
        Fault("6.3: PRIORITY on stream 0", [protocolError]) { $0.send(.priority, payload: [0, 0, 0, 0, 1]) },
        Fault("6.4: RST_STREAM on stream 0", [protocolError]) {
            $0.send(.reset, payload: Client.bytes(8))
        },
        Fault("6.8: GOAWAY of a wrong length", [frameSize]) { $0.send(.goAway, payload: [0, 0, 0, 0]) },
        Fault("6.9: WINDOW_UPDATE of 0 on a stream", [protocolError]) {
            open($0)
            $0.send(.windowUpdate, stream: 1, payload: Client.bytes(0))
        },
        Fault("6.9: WINDOW_UPDATE of a wrong length", [frameSize]) {
            $0.send(.windowUpdate, payload: [0, 0, 1])
        },
        Fault("6.9.1: a stream's window beyond 2^31-1", [flowControl]) {
            open($0)
            $0.send(.windowUpdate, stream: 1, payload: Client.bytes(0x7FFF_FFFF))
        },
        Fault("6.9.1: DATA beyond the window", [flowControl]) { client in
            // An origin that read on would have the window given back, for as long as the gateway is the faster.
            client.request(1, Client.request("PUT", "/stalled"), ends: false)
            let piece = Client.frame(0, 0, 1, [UInt8](repeating: 1, count: 16_384))
            for _ in 0..<4096 where client.goAway == nil && client.streams[1]?.resetCode == nil {
                guard client.wire.send(piece) else { break }
                while client.wire.waitForInput(milliseconds: 0), !client.isClosed { try client.read() }
            }
        },
        Fault("6.9.2: windows beyond 2^31-1 by SETTINGS", [flowControl]) {
            open($0)
            $0.send(.windowUpdate, stream: 1, payload: Client.bytes(0x7FFF_0000))
            $0.send(.settings, payload: [0, 4, 0x7F, 0xFF, 0xFF, 0xFF])
        },
        Fault("6.10: CONTINUATION of another stream", [protocolError]) {
            $0.send(.headers, flags: Client.endStream, stream: 1, payload: Client.block(Client.request()))
            $0.send(.continuation, flags: Client.endHeaders, stream: 3, payload: [])
        },
        Fault("6.10: CONTINUATION after the end of a field block", [protocolError]) {
            open($0)
            $0.send(.continuation, flags: Client.endHeaders, stream: 1, payload: Client.block([("x", "y")]))
        },
        Fault("RFC 7541, 6.1: index 0", [compression]) { head($0, [0x80]) },
        Fault("RFC 7541, 2.3.3: an index beyond both tables", [compression]) { head($0, [0xC6]) },
        Fault("RFC 7541, 6.3: a table larger than was allowed", [compression]) {
            head($0, [0x3F, 0xE1, 0xFF, 0x03] + Client.block(Client.request()))
        },
        Fault("RFC 7541, 4.2: a new table size after a field", [compression]) {
            head($0, Client.block(Client.request()) + [0x20])
        },
        Fault("RFC 7541, 5.2: padding that is not of ones", [compression]) {
            head($0, [0, 0x81, 0x00, 0x01, 0x61])
        },
        Fault("RFC 7541, 5.2: the end symbol in a text", [compression]) {
            head($0, [0, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x61])
        },
    ]

    @Test(arguments: faults)
    func faultsAreTold(_ fault: Fault) async throws {
        // Says nothing to what is held, and holds no thread for it.
        let origin = ScriptedOrigin(
            onHead: { $0.target.text == "/stalled" ? .stall : .readOn },
            onEnd: { $0.target == "/after" ? .answer(ScriptedOrigin.ok()) : .readOn })
        let fixture = try await GatewayFixture(origin: origin, transport: .h2c)
        let port = fixture.port
        try await onThread {
            let client = try Client(port: port)
            try fault.act(client)
            try client.read { $0.goAway != nil || $0.streams[1]?.resetCode != nil }
            let code = try #require(client.goAway?.code ?? client.streams[1]?.resetCode)
            #expect(fault.codes.contains(code), "\(code)")
            let next = try Client(port: port)
            next.request(1, Client.request("GET", "/after"))
            #expect(try next.answer(1)?.status == 200)
        }
        #expect(origin.seen.filter { $0.isComplete && $0.target != "/held" }.map(\.target) == ["/after"])
        #expect(!origin.seen.contains { $0.head.method == .put && $0.isComplete })
        await fixture.stop()
    }

    /// Sections 4.1, 5.3.2, 5.5, 6.1, 6.2, 6.5.2 and 6.7.
    @Test func whatMayBeIsTaken() async throws {
        let fixture = try await GatewayFixture(transport: .h2c)
        let port = fixture.port
        try await onThread {
            let client = try Client(port: port)
            client.send(.settings, payload: [0, 0x77, 1, 2, 3, 4])
            client.send(.ping, flags: Client.ack, payload: [1, 2, 3, 4, 5, 6, 7, 8])
            client.send(.priority, stream: 7, payload: [0, 0, 0, 0, 1])
            client.wire.send(Client.frame(0x10, 0, 0, [0, 0, 0, 1, 0x75]))
            // The reserved bits, and flags that nobody knows.
            client.wire.send(Client.frame(8, 0xF0, 0x8000_0000, [0x80, 0, 0, 1]))
            let padding = [UInt8](repeating: 0, count: 9)
            let block = Client.block(Client.request("PUT", "/padded"))
            client.send(
                .headers, flags: 0x20 | 8 | Client.endHeaders, stream: 1,
                payload: [9, 0, 0, 0, 0, 16] + block + padding)
            client.send(.data, flags: 8, stream: 1, payload: [9, 1, 2, 3] + padding)
            client.send(.data, flags: 8 | Client.endStream, stream: 1, payload: [0, 4])
            #expect(try client.answer(1)?.status == 200)
        }
        #expect(fixture.origin.seen.map(\.body) == [[1, 2, 3, 4]])
        await fixture.stop()
    }
}

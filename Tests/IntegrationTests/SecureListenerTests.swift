import Bytes
import HTTPServer
import OSSModel
import Proxy
import Reactor
import TLS
import TestSupport
import Testing

/// Listeners with TLS over sockets: the certificate of a client in the log, ends of either side, slow and hostile
/// clients, reloads.
@Suite struct SecureListenerTests {
    private let certificates: TestCertificates
    private static let get = "GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n"
    /// Refused by the gateway.
    private static let refused = "PUT /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n"

    init() throws { certificates = try TestCertificates.shared.get() }

    @Test func theClientOfACertificateIsInTheLog() async throws {
        let server = try certificates.serverContext(clientAuthorities: certificates.authority)
        let fixture = try await GatewayFixture { $0.listeners[0].options.tls = server }
        let port = fixture.port
        let known = try certificates.clientContext(presenting: certificates.client)
        let status = try await onThread {
            let client = try RawClient(port: port, tls: known)
            client.send(Self.refused)
            return try client.answer(to: .put)?.status
        }
        #expect(status == 411)
        let record = try #require(try fixture.log.records().first)
        #expect(record["tls.client.subject"] as? String == "CN=backup-client,O=Example")
        for leaf in [nil, certificates.stranger] {
            let tls = try certificates.clientContext(presenting: leaf)
            await #expect(throws: (any Error).self) {
                try await onThread {
                    let client = try RawClient(port: port, tls: tls)
                    client.send(Self.refused)
                    guard try client.answer(to: .put) != nil else {
                        throw RawClient.Failure(description: "closed")
                    }
                }
            }
        }
        #expect(fixture.metric("ossgate_tls_handshakes_total{result=\"failed\"}") == 2)
        #expect(try fixture.log.records().count == 1)
        await fixture.stop()
    }

    @Test func sessionsAreResumedOnAnyShard() async throws {
        let fixture = try await GatewayFixture(shards: 4, transport: .tls)
        let port = fixture.port
        let tls = try certificates.clientContext()
        try await onThread {
            var ticket: TLSTicket?
            for round in 0..<20 {
                let client = try RawClient(port: port, tls: tls, resuming: ticket)
                client.send(Self.get)
                #expect(try client.answer()?.status == 200)
                #expect(client.session?.isResumed == (round > 0))
                ticket = client.session?.takeTicket()
            }
        }
        #expect(fixture.metric("ossgate_tls_handshakes_total{result=\"resumed\"}") == 19)
        await fixture.stop()
    }

    /// The gateway ends its side with a close_notify, and never a stream that it cuts.
    @Test func theEndOfAnAnswerIsTold() async throws {
        let cut = ScriptedOrigin(onEnd: { request in
            request.target == "/cut"
                ? .answerAndClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbeginning".utf8))
                : .answerAndClose(Array("HTTP/1.1 200 OK\r\n\r\nall of it".utf8))
        })
        let fixture = try await GatewayFixture(origin: cut, transport: .tls)
        let port = fixture.port
        let tls = try certificates.clientContext()
        try await onThread {
            let whole = try RawClient(port: port, tls: tls)
            whole.send("GET /whole HTTP/1.0\r\nHost: \(Upload.host)\r\n\r\n")
            #expect(try whole.answer()?.text == "all of it")
            let broken = try RawClient(port: port, tls: tls)
            broken.send("GET /cut HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
            #expect(throws: RawClient.Failure.self) { try broken.answer() }
        }
        await fixture.stop()
    }

    @Test(arguments: [true, false])
    func aClientThatEndsItsSideStillGetsItsAnswer(inOrder: Bool) async throws {
        let fixture = try await GatewayFixture(transport: .tls)
        let port = fixture.port
        let tls = try certificates.clientContext()
        try await onThread {
            let client = try RawClient(port: port, tls: tls)
            client.send(Self.get)
            if inOrder { client.endOutput() } else { client.endSocket() }
            #expect(try client.answer()?.status == 200)
            let partial = try RawClient(port: port, tls: tls)
            partial.send("PUT /k HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Length: 10\r\n\r\nabc")
            if inOrder { partial.endOutput() } else { partial.endSocket() }
            #expect(try partial.answer(to: .put)?.element("Code") == "IncompleteBody")
        }
        await fixture.stop()
    }

    @Test func handshakesAreBoundedInTime() async throws {
        let fixture = try await GatewayFixture(transport: .tls) { $0.server.headNanoseconds = 300_000_000 }
        let port = fixture.port
        try await onThread {
            let silent = try RawClient(port: port)
            let slow = try RawClient(port: port)
            slow.send([22, 3, 1, 2, 0, 1])
            // The gateway closes both.
            #expect(silent.rest().isEmpty)
            #expect(slow.rest().isEmpty)
        }
        #expect(fixture.metric("ossgate_tls_handshakes_total{result=\"timed_out\"}") == 2)
        #expect(fixture.metric("ossgate_connections{side=\"downstream\"}") == 0)
        await fixture.stop()
    }

    @Test func garbageAndPlainTextAreTurnedAway() async throws {
        let fixture = try await GatewayFixture(transport: .tls)
        let port = fixture.port
        let tls = try certificates.clientContext()
        try await onThread {
            var generator = SeededGenerator(seed: 5)
            for round in 0..<200 {
                let client = try RawClient(port: port)
                var bytes = (0..<Int.random(in: 1...3000, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                switch round % 4 {
                case 0: bytes = Array(Self.get.utf8)
                // What looks like a record, and like a client's first message in one.
                case 1: bytes.insert(contentsOf: [22, 3, 1, 0x0B, 0xB8], at: 0)
                case 2: bytes.insert(contentsOf: [22, 3, 1, 0x0B, 0xB8, 1, 0, 0x0B, 0xB4, 3, 3], at: 0)
                default: break
                }
                client.send(bytes)
                client.endOutput()
                #expect(client.rest().count < 100)
            }
            let client = try RawClient(port: port, tls: tls)
            client.send(Self.get)
            #expect(try client.answer()?.status == 200)
        }
        #expect(fixture.metric("ossgate_tls_handshakes_total{result=\"failed\"}") == 200)
        #expect(fixture.origin.seen.count == 1)
        await fixture.stop()
    }

    @Test func certificatesAreReplacedUnderOpenConnections() async throws {
        let fixture = try await GatewayFixture(transport: .tls)
        let port = fixture.port
        let before = try certificates.clientContext()
        let open = try RawClient(port: port, tls: before)
        #expect(try Self.status(open) == 200)
        let options = ListenerOptions(tls: try certificates.serverContext([certificates.other]))
        try await fixture.gateway.replaceListeners([
            ListenerPlan(.tcp(host: "127.0.0.1", port: 0), options: options)
        ])
        #expect(try Self.status(open) == 200)
        let after = try certificates.clientContext(serverName: "other.example")
        #expect(try Self.status(try RawClient(port: port, tls: after)) == 200)
        #expect(throws: RawClient.Failure.self) { try RawClient(port: port, tls: before) }
        await fixture.stop()
    }

    @Test func drainingEndsHandshakesAndIdleSessions() async throws {
        let fixture = try await GatewayFixture(transport: .tls)
        let port = fixture.port
        let tls = try certificates.clientContext()
        let (idle, silent) = (try RawClient(port: port, tls: tls), try RawClient(port: port))
        #expect(try Self.status(idle) == 200)
        await fixture.gateway.drain(delay: .zero, bound: .seconds(20))
        // An orderly end under TLS: a missing one would throw.
        #expect(try idle.answer() == nil)
        #expect(silent.rest().isEmpty)
        await fixture.stop()
    }
}

extension SecureListenerTests {
    private static func status(_ client: RawClient) throws -> Int? {
        client.send(get)
        return try client.answer()?.status
    }
}

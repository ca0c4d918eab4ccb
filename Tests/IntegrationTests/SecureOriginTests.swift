import Bytes
import Emulator
import HTTPServer
import OSSModel
import Proxy
import Reactor
import TLS
import TestSupport
import Testing

/// An origin over TLS: verified by authority and by name, resumed, and never taken to have ended where it was cut.
@Suite struct SecureOriginTests {
    private let certificates: TestCertificates
    private static let get = "GET /k HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n"

    init() throws { certificates = try TestCertificates.shared.get() }

    /// A gateway whose origin is another gateway with TLS, in front of a scripted origin.
    private struct Chain {
        let front: GatewayFixture
        let back: GatewayFixture

        init(
            origin: ScriptedOrigin = ScriptedOrigin(), server: TLSServerContext, client: TLSClientContext
        ) async throws {
            let back = try await GatewayFixture(origin: origin) { $0.listeners[0].options.tls = server }
            self.back = back
            front = try await GatewayFixture(originPort: back.port) {
                $0.settings.origin.origins[0].tls = client
            }
        }

        func request(_ text: String) async throws -> RawClient.Answer? {
            try await onThread { [port = front.port] in
                let client = try RawClient(port: port)
                client.send(text)
                return try client.answer()
            }
        }

        func stop() async {
            await front.stop()
            await back.stop()
        }
    }

    @Test func exchangesGoThroughAndSessionsAreResumed() async throws {
        let chain = try await Chain(
            server: try certificates.serverContext(clientAuthorities: certificates.authority),
            client: try certificates.clientContext(presenting: certificates.client))
        for _ in 0..<3 {
            #expect(try await chain.request(Self.get)?.status == 200)
            // The idle connection goes, and the next one resumes its session.
            let address = try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: chain.back.port))
            await chain.front.gateway.replaceOriginAddresses([address, address])
            await chain.front.gateway.replaceOriginAddresses([address])
        }
        #expect(chain.back.metric("ossgate_tls_handshakes_total{result=\"completed\"}") == 1)
        #expect(chain.back.metric("ossgate_tls_handshakes_total{result=\"resumed\"}") == 2)
        await chain.stop()
    }

    @Test func uploadsArriveWhole() async throws {
        let chain = try await Chain(
            server: try certificates.serverContext(), client: try certificates.clientContext())
        for framing in Upload.Framing.allCases {
            for size in [0, 1, 65_537, 10 << 20] {
                let upload = Upload(framing: framing, operation: .put, fault: .none, size: size)
                let port = chain.front.port
                let answer = try await onThread {
                    let client = try RawClient(port: port)
                    client.send(upload.message())
                    return try client.answer(to: .put)
                }
                #expect(answer?.status == 200)
                let arrived = chain.back.origin.seen.last?.body.elementsEqual(upload.intended)
                #expect(arrived == true, "\(upload.key)")
            }
        }
        await chain.stop()
    }

    @Test func anOriginThatCannotBeTrustedIsNotAsked() async throws {
        let good = try certificates.serverContext()
        let cases: [(TLSServerContext, TLSClientContext, String)] = [
            (
                try certificates.serverContext([certificates.expired]), try certificates.clientContext(),
                "the origin's certificate has expired"
            ),
            (
                good, try certificates.clientContext(serverName: "other.example"),
                "the origin's certificate is for another name than other.example"
            ),
            (
                good, try certificates.clientContext(authorities: certificates.strangerAuthority),
                "the origin's certificate is not signed by a known authority"
            ),
            (
                try certificates.serverContext(clientAuthorities: certificates.authority),
                try certificates.clientContext(), "certificate required"
            ),
        ]
        for (server, client, reason) in cases {
            let chain = try await Chain(server: server, client: client)
            let answer = try #require(try await chain.request(Self.get))
            #expect(answer.status == 502)
            #expect(answer.element("Reason")?.contains(reason) == true, "\(answer.text)")
            #expect(chain.back.origin.seen.isEmpty)
            await chain.stop()
        }
    }

    /// The answer has no framing but its end, and a TLS stream that was cut has none.
    @Test func aMissingEndIsNotTheEndOfABody() async throws {
        let tls = try certificates.serverContext()
        for isOrderly in [true, false] {
            let origin = try TLSOrigin(tls, isOrderly: isOrderly)
            let client = try certificates.clientContext()
            let fixture = try await GatewayFixture(originPort: origin.port) {
                $0.settings.origin.origins[0].tls = client
            }
            let port = fixture.port
            let outcome = try await onThread { () -> String? in
                let client = try RawClient(port: port)
                client.send(Self.get)
                return try? client.answer()?.text
            }
            #expect(outcome == (isOrderly ? "all of it" : nil))
            await fixture.stop()
            origin.stop()
        }
    }
}

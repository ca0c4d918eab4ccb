import COpenSSL
import Glibc
import TestSupport
import Testing

@testable import TLS

/// Sessions without sockets: what is agreed on, what is refused, and in which words.
@Suite struct TLSSessionTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates.shared.get() }

    private func failure(_ progress: TLSSession.Progress) -> String? {
        if case .failed(let failure) = progress { failure.description } else { nil }
    }

    @Test(arguments: [1, 7, 1000, Int.max])
    func dataGoThroughHoweverTheyAreCut(pieceBytes: Int) throws {
        let pair = SessionPair(
            try certificates.clientContext(), try certificates.serverContext(), pieceBytes: pieceBytes)
        #expect(pair.client.isEstablished && pair.server.isEstablished)
        #expect(pair.server.version == "TLSv1.3")
        #expect(pair.server.applicationProtocol == "http/1.1")
        let large = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        pair.clientSends(large)
        pair.serverSends(Array(large.reversed()))
        pair.clientSends([1])
        // Compared before they are expected: the difference of long arrays takes minutes to print.
        let arrived = pair.serverData == large + [1] && pair.clientData == large.reversed()
        #expect(arrived)
        #expect(pair.serverProgress == .open)
        pair.clientCloses()
        #expect(pair.serverProgress == .ended)
        // The other direction is still open.
        pair.serverSends([2, 3])
        #expect(pair.clientData.suffix(2) == [2, 3])
    }

    @Test func theProtocolIsChosenByOurPreference() throws {
        let server = try certificates.serverContext(protocols: ["h2", "http/1.1"])
        for (offered, chosen) in [(["http/1.1", "h2"], "h2"), (["http/1.1"], "http/1.1")] {
            let pair = SessionPair(try certificates.clientContext(protocols: offered), server)
            #expect(pair.client.applicationProtocol == chosen)
            #expect(pair.server.applicationProtocol == chosen)
        }
        let refused = SessionPair(try certificates.clientContext(protocols: ["spdy/3"]), server)
        #expect(failure(refused.serverProgress) != nil)
        #expect(failure(refused.clientProgress)?.contains("no application protocol") == true)
    }

    @Test func theCertificateIsChosenByName() throws {
        let server = try certificates.serverContext([certificates.server, certificates.other])
        for name in ["localhost", "other.example", "photos.oss-cn-hangzhou.aliyuncs.com", "127.0.0.1"] {
            let pair = SessionPair(try certificates.clientContext(serverName: name), server)
            #expect(pair.client.isEstablished, "\(name): \(pair.clientProgress)")
        }
        for name in ["unknown.example", "oss-cn-hangzhou.aliyuncs.com", "a.b.oss-cn-hangzhou.aliyuncs.com"] {
            let pair = SessionPair(try certificates.clientContext(serverName: name), server)
            #expect(
                failure(pair.clientProgress) == "the origin's certificate is for another name than \(name)")
        }
    }

    @Test func theServerIsVerified() throws {
        let expired = SessionPair(
            try certificates.clientContext(), try certificates.serverContext([certificates.expired]))
        #expect(failure(expired.clientProgress) == "the origin's certificate has expired")
        #expect(!expired.client.isEstablished && !expired.server.isEstablished)
        let unknown = SessionPair(
            try certificates.clientContext(authorities: certificates.strangerAuthority),
            try certificates.serverContext())
        #expect(
            failure(unknown.clientProgress) == "the origin's certificate is not signed by a known authority")
    }

    @Test func theClientIsVerifiedAndNamed() throws {
        let server = try certificates.serverContext(clientAuthorities: certificates.authority)
        let known = SessionPair(try certificates.clientContext(presenting: certificates.client), server)
        let peer = try #require(known.server.peer)
        #expect(peer.subject == "CN=backup-client,O=Example")
        #expect(peer.name == "backup-client")
        #expect(peer.alternativeNames == ["uri:spiffe://example/backup"])
        let nobody = SessionPair(try certificates.clientContext(), server)
        #expect(failure(nobody.serverProgress)?.contains("peer did not return a certificate") == true)
        let stranger = SessionPair(try certificates.clientContext(presenting: certificates.stranger), server)
        #expect(
            failure(stranger.serverProgress) == "the client's certificate is not signed by a known authority")
        #expect(
            SessionPair(try certificates.clientContext(), try certificates.serverContext()).server.peer == nil
        )
    }

    @Test func sessionsAreResumedWhileTheirKeyIsKept() throws {
        let keys = TicketKeys()
        let client = try certificates.clientContext()
        let first = SessionPair(client, try certificates.serverContext(ticketKeys: keys))
        #expect(!first.server.isResumed)
        let ticket = try #require(first.client.takeTicket())
        // A reload makes a new context; the keys stay.
        let later = SessionPair(client, try certificates.serverContext(ticketKeys: keys), resuming: ticket)
        #expect(later.server.isResumed && later.client.isResumed)
        // A ticket of TLS 1.3 is used once; there is a new one each time.
        let second = try #require(later.client.takeTicket())
        keys.rotate()
        let rotated = SessionPair(client, try certificates.serverContext(ticketKeys: keys), resuming: second)
        #expect(rotated.server.isResumed)
        let third = try #require(rotated.client.takeTicket())
        keys.rotate()
        keys.rotate()
        let forgotten = SessionPair(client, try certificates.serverContext(ticketKeys: keys), resuming: third)
        #expect(forgotten.server.isEstablished && !forgotten.server.isResumed)
    }

    /// Otherwise a client would get in that the new authorities do not know.
    @Test func aSessionOfOtherAuthoritiesIsNotResumed() throws {
        let keys = TicketKeys()
        let both = certificates.authority + certificates.strangerAuthority
        let stranger = try certificates.clientContext(presenting: certificates.stranger)
        let first = SessionPair(
            stranger, try certificates.serverContext(clientAuthorities: both, ticketKeys: keys))
        let ticket = try #require(first.client.takeTicket())
        let narrowed = try certificates.serverContext(
            clientAuthorities: certificates.authority, ticketKeys: keys)
        let again = SessionPair(stranger, narrowed, resuming: ticket)
        #expect(!again.server.isResumed)
        #expect(
            failure(again.serverProgress) == "the client's certificate is not signed by a known authority")
    }

    @Test func garbageEndsASessionAndNothingElse() throws {
        let server = try certificates.serverContext()
        var generator = SystemRandomNumberGenerator()
        for length in [1, 5, 6, 100, 20_000] {
            for _ in 0..<50 {
                let session = server.makeSession()
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                var room = [UInt8](repeating: 0, count: length + 32 * 1024)
                var answer: [UInt8] = []
                let (count, _) = unsafe bytes.withUnsafeBytes { piece in
                    unsafe room.withUnsafeMutableBytes {
                        unsafe session.receive(piece, into: $0, output: &answer)
                    }
                }
                #expect(count == 0)
                #expect(!session.isEstablished)
                #expect(answer.count < 1000)
            }
        }
    }

    @Test func aBrokenRecordEndsASession() throws {
        let pair = SessionPair(try certificates.clientContext(), try certificates.serverContext())
        pair.inject([23, 3, 3, 0, 20] + [UInt8](repeating: 7, count: 20))
        #expect(failure(pair.serverProgress)?.contains("bad record mac") == true)
        pair.clientSends([1, 2, 3])
        #expect(pair.serverData.isEmpty)
    }

    @Test func aFloodOfKeyUpdatesIsBounded() throws {
        let pair = SessionPair(try certificates.clientContext(), try certificates.serverContext())
        var updates = 0
        while pair.serverProgress == .open, updates < 20_000 {
            unsafe SSL_key_update(pair.client.ssl, SSL_KEY_UPDATE_REQUESTED)
            pair.clientSends([1])
            updates += 1
        }
        #expect(failure(pair.serverProgress) == "too many messages of the protocol itself")
        #expect(updates > 1000)
    }

    @Test func whatIsWrongWithFilesIsSaid() throws {
        func problem(_ certificate: [UInt8], _ key: [UInt8]) -> TLSConfigurationError? {
            do throws(TLSConfigurationError) {
                _ = try TLSServerContext(
                    certificates: [.init(certificate: certificate, privateKey: key)], clientAuthorities: nil,
                    protocols: ["http/1.1"], ticketKeys: TicketKeys())
                return nil
            } catch { return error }
        }
        let good = certificates.server.pem
        #expect(problem(good.certificate, good.privateKey) == nil)
        #expect(problem([], good.privateKey)?.message == "holds no certificate in PEM form")
        #expect(problem(good.privateKey, good.privateKey)?.message == "holds no certificate in PEM form")
        let mismatched = problem(good.certificate, certificates.other.pem.privateKey)
        #expect(mismatched?.part == .privateKey)
        #expect(mismatched?.message == "is not the key of the certificate")
        #expect(problem(good.certificate, [])?.message.hasPrefix("holds no private key in PEM form") == true)
        let damaged = problem(
            good.certificate + Array("-----BEGIN CERTIFICATE-----\nAAAA\n".utf8), good.privateKey)
        #expect(damaged?.message.hasPrefix("certificate 2 is damaged") == true)
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
        #expect(problem(good.certificate, Array(encrypted.utf8))?.message.hasPrefix("is encrypted") == true)
    }

    @Test func expiryIsKnown() throws {
        let expired = try certificates.serverContext([certificates.server, certificates.expired])
        let now = Int64(time(nil))
        let seconds = expired.secondsUntilExpiry(now: now)
        #expect(seconds.count == 2)
        #expect((86_400...(2 * 86_400)).contains(seconds[0]))
        #expect((-2 * 86_400..<0).contains(seconds[1]))
    }
}

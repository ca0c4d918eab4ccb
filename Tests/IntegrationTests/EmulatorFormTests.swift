import Bytes
import Digest
import Emulator
import Foundation
import HTTPModel
import TestSupport
import Testing

/// The commit gate for forms, against the emulator: a form that is not whole, or not what its digests or its policy
/// say, leaves no object behind; a good one leaves exactly its file.
@Suite struct EmulatorFormTests {
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// One byte of the file is another one than the digest says.
        case flippedBit
        case wrongCRC64
        case truncated
        case reset
        case notClosed
        case tooLarge
        case condition
    }

    static let sizes = [0, 1, 65_535, 65_537, 300_000]

    private struct Form: Sendable {
        let fault: Fault
        let framing: Upload.Framing
        let size: Int

        var key: String { "\(fault)-\(framing)-\(size)" }
        var content: [UInt8] { Pattern.bytes(count: size, seed: UInt64(size) &+ 5) }

        var code: String? {
            switch fault {
            case .none, .reset: nil
            case .flippedBit: "InvalidDigest"
            case .wrongCRC64: "InvalidCRC64"
            case .truncated: "IncompleteBody"
            case .notClosed: "MalformedPOSTRequest"
            case .tooLarge: "EntityTooLarge"
            case .condition: "AccessDenied"
            }
        }

        func message() -> [UInt8] {
            var form = FormBody()
            form.field("key", key)
            let most = fault == .tooLarge ? size - 1 : size
            let wanted = fault == .condition ? "other" : key
            form.policy(
                "{\"expiration\":\"2099-12-31T12:00:00Z\",\"conditions\":[[\"eq\",\"$key\",\"\(wanted)\"],"
                    + "[\"content-length-range\",0,\(most)]]}")
            var file = content
            form.file(file)
            let digest = MD5.hash(form.bytes(closed: fault != .notClosed).span)
            if fault == .flippedBit {
                // The same form with another byte, under the digest of the first.
                file[size / 2] ^= 1
                form = FormBody()
                form.field("key", key)
                form.policy(
                    "{\"expiration\":\"2099-12-31T12:00:00Z\",\"conditions\":[[\"eq\",\"$key\",\"\(key)\"],"
                        + "[\"content-length-range\",0,\(size)]]}")
                form.file(file)
            }
            let body = form.bytes(closed: fault != .notClosed)
            let crc = CRC64.hash(content.span) ^ (fault == .wrongCRC64 ? 1 : 0)
            let length = framing == .length ? "Content-Length: \(body.count)" : "Transfer-Encoding: chunked"
            let crcLine = fault == .flippedBit ? "" : "x-oss-hash-crc64ecma: \(crc)\r\n"
            let head =
                "POST / HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Type: \(form.contentType)\r\n"
                + "Content-MD5: \(String(decoding: Base64.encode(digest), as: UTF8.self))\r\n\(crcLine)\(length)\r\n\r\n"
            let coded = framing == .chunked ? Upload.chunked(body) : body
            let isCut = fault == .truncated || fault == .reset
            return Array(head.utf8) + coded.prefix(isCut ? coded.count / 2 : coded.count)
        }
    }

    @Test(arguments: Upload.Framing.allCases)
    func onlyGoodFormsLeaveObjects(framing: Upload.Framing) async throws {
        var settings = EmulatorSettings()
        settings.buckets = ["bucket"]
        let emulator = try await EmulatorServer(
            store: try EmulatorStore(settings), settings: settings, bind: .tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(_, let port) = emulator.address else { return }
        let fixture = try await GatewayFixture(originPort: port)
        for size in Self.sizes {
            for fault in Fault.allCases where size > 0 || fault != .flippedBit && fault != .tooLarge {
                try await send(Form(fault: fault, framing: framing, size: size), fixture.port)
            }
        }
        // With the gateway gone, every request that it had begun is over.
        await fixture.gateway.stop()
        for size in Self.sizes {
            let form = Form(fault: .none, framing: framing, size: size)
            #expect(try await get("/\(form.key)", port) == form.content, "\(form.key)")
        }
        let listing = String(decoding: try await get("/?max-keys=1000", port), as: UTF8.self)
        let keys = listing.components(separatedBy: "<Key>").dropFirst().map { $0.prefix { $0 != "<" } }
        #expect(keys.count == Self.sizes.count, "\(keys)")
        #expect(keys.allSatisfy { $0.hasPrefix("none-") }, "\(keys)")
        await fixture.stop()
        await emulator.stop()
    }

    private func send(_ form: Form, _ port: UInt16) async throws {
        let answer = try await onThread { () throws -> RawClient.Answer? in
            let client = try RawClient(port: port)
            defer { client.close() }
            client.send(form.message())
            if form.fault == .reset {
                client.reset()
                return nil
            }
            if form.fault == .truncated { client.endOutput() }
            return try client.answer(to: .post)
        }
        guard form.fault != .reset else { return }
        let answered = try #require(answer, "\(form.key)")
        #expect(answered.element("Code") == form.code, "\(form.key): \(answered.document)")
        if form.fault == .none { #expect(answered.status == 204, "\(form.key): \(answered.document)") }
    }

    private func get(_ target: String, _ port: UInt16) async throws -> [UInt8] {
        try await onThread {
            let client = try RawClient(port: port)
            defer { client.close() }
            client.send("GET \(target) HTTP/1.1\r\nHost: \(Upload.host)\r\n\r\n")
            return try client.answer(to: .get)?.body ?? []
        }
    }
}

import HTTPServer
import TLS
import TestSupport

/// What the bytes between client and gateway travel through.
enum Transport: String, Sendable, CaseIterable {
    case plain
    case tls
    case h2
    case h2c

    func options() throws -> ListenerOptions {
        switch self {
        case .plain: ListenerOptions()
        case .tls:
            ListenerOptions(tls: try TestCertificates.shared.get().serverContext(protocols: ["http/1.1"]))
        case .h2:
            ListenerOptions(
                tls: try TestCertificates.shared.get().serverContext(), protocols: [.http11, .h2])
        case .h2c: ListenerOptions(protocols: [.http11, .h2c])
        }
    }

    var isHTTP2: Bool { self == .h2 || self == .h2c }

    /// Of HTTP/1.1.
    func client(port: UInt16) throws -> RawClient {
        self == .tls
            ? try RawClient(port: port, tls: try TestCertificates.shared.get().clientContext())
            : try RawClient(port: port)
    }

    func http2(port: UInt16) throws -> HTTP2Client {
        self == .h2
            ? try HTTP2Client(
                port: port, tls: try TestCertificates.shared.get().clientContext(protocols: ["h2"]))
            : try HTTP2Client(port: port)
    }

    /// Sends an upload with its fault; nil for a client that does not wait for an answer.
    func send(_ upload: Upload, port: UInt16) throws -> RawClient.Answer? {
        isHTTP2 ? try sendOverHTTP2(upload, port: port) : try sendOverHTTP1(upload, port: port)
    }

    private func sendOverHTTP1(_ upload: Upload, port: UInt16) throws -> RawClient.Answer? {
        let client = try client(port: port)
        client.send(upload.message())
        switch upload.fault {
        case .reset:
            client.reset()
            return nil
        case .truncated: client.endOutput()
        default: break
        }
        return try client.answer(to: upload.operation == .append ? .post : .put)
    }

    private func sendOverHTTP2(_ upload: Upload, port: UInt16) throws -> RawClient.Answer? {
        let client = try http2(port: port)
        client.request(1, upload.fields(), ends: false)
        let body = upload.sent
        switch upload.fault {
        case .reset:
            try client.data(1, Array(body[..<(body.count / 2)]), ends: false)
            // Answered by the gateway, all that came before has been taken.
            client.send(.reset, stream: 1, payload: HTTP2Client.bytes(8))
            client.send(.ping, payload: [UInt8](repeating: 1, count: 8))
            try client.read { !$0.pings.isEmpty }
            return nil
        case .truncated:
            try client.data(1, Array(body[..<(body.count / 2)]), ends: false)
            client.wire.endOutput()
        default: try client.data(1, body)
        }
        return try client.answer(1)
    }
}

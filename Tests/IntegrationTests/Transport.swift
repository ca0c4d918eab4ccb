import HTTPServer
import TLS
import TestSupport

/// What the bytes between client and gateway travel through.
enum Transport: String, Sendable, CaseIterable {
    case plain
    case tls

    func options() throws -> ListenerOptions {
        switch self {
        case .plain: ListenerOptions()
        case .tls: ListenerOptions(tls: try TestCertificates.shared.get().serverContext())
        }
    }

    func client(port: UInt16) throws -> RawClient {
        switch self {
        case .plain: try RawClient(port: port)
        case .tls: try RawClient(port: port, tls: try TestCertificates.shared.get().clientContext())
        }
    }
}

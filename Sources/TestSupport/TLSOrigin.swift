import Glibc
package import TLS

/// An origin that answers one request over TLS with a body that only its end frames, and ends in the orderly way or just
/// closes the socket.
package final class TLSOrigin: Sendable {
    package let port: UInt16
    private let listening: Int32

    package init(_ context: TLSServerContext, isOrderly: Bool) throws {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listening = number
        var address = Loopback.address(port: 0)
        let bound = unsafe Loopback.with(&address) { unsafe bind(number, $0, $1) }
        guard bound == 0, listen(number, 16) == 0 else {
            throw RawClient.Failure(description: "no port on loopback")
        }
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe Loopback.with(&address) { pointer, _ in unsafe getsockname(number, pointer, &size) }
        port = UInt16(bigEndian: address.sin_port)
        detach {
            while true {
                let accepted = accept(number, nil, nil)
                guard accepted >= 0 else { break }
                Self.serve(accepted, context.makeSession(), isOrderly)
                _ = close(accepted)
            }
            // Here and not where it is stopped: the number would be another's while this thread still accepts.
            _ = close(number)
        }
    }

    /// To be called once.
    package func stop() { _ = shutdown(listening, Int32(SHUT_RDWR)) }

    private static func serve(_ socket: Int32, _ session: TLSSession, _ isOrderly: Bool) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var data = [UInt8](repeating: 0, count: 65_536 + 32 * 1024)
        while received.suffix(4) != Array("\r\n\r\n".utf8)[...] {
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            var output: [UInt8] = []
            let (taken, _) = unsafe buffer[..<count].withUnsafeBytes { bytes in
                unsafe data.withUnsafeMutableBytes {
                    unsafe session.receive(bytes, into: $0, output: &output)
                }
            }
            received += data[..<taken]
            send(output, socket)
        }
        var output: [UInt8] = []
        session.send(Array("HTTP/1.1 200 OK\r\n\r\nall of it".utf8).span, output: &output)
        if isOrderly { session.close(output: &output) }
        send(output, socket)
    }

    private static func send(_ bytes: [UInt8], _ socket: Int32) {
        guard !bytes.isEmpty else { return }
        _ = unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}

import Glibc

/// A port on loopback at which nobody listens, and nobody else can while this lives: connections are refused.
package final class ClosedPort {
    package let number: UInt16
    private let socket: Int32

    package init() {
        let made = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        socket = made
        var address = Loopback.address(port: 0)
        let bound = unsafe Loopback.with(&address) { unsafe bind(made, $0, $1) }
        precondition(bound == 0, "no port on loopback")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe Loopback.with(&address) { pointer, _ in unsafe getsockname(made, pointer, &size) }
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { _ = close(socket) }
}

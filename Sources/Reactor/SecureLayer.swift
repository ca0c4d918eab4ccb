import TLS

/// TLS between the socket of a connection and its handler: the session, and what waits on either side of it. It
/// belongs to its connection, which moves the bytes.
final class SecureLayer {
    let session: TLSSession
    /// Data that is not encrypted yet: what was sent during the handshake, or small pieces that become one record.
    /// Bounded as output is: a handler that goes on although the connection is congested is an error of the program.
    var held: [UInt8] = []
    /// The peer has ended in the orderly way, and a handler that has paused reading does not know yet.
    var endIsWaiting = false

    init(_ session: TLSSession) { self.session = session }
}

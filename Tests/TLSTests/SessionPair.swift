import TLS

/// A client and a server whose bytes go from one to the other, cut into pieces if a test wants that.
final class SessionPair {
    let client: TLSSession
    let server: TLSSession
    /// What has been said of each side last.
    private(set) var clientProgress = TLSSession.Progress.open
    private(set) var serverProgress = TLSSession.Progress.open
    private(set) var clientData: [UInt8] = []
    private(set) var serverData: [UInt8] = []
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []
    private let pieceBytes: Int

    init(
        _ client: TLSClientContext, _ server: TLSServerContext, pieceBytes: Int = .max,
        resuming ticket: TLSTicket? = nil
    ) {
        self.client = client.makeSession(resuming: ticket)
        self.server = server.makeSession()
        self.pieceBytes = pieceBytes
        clientProgress = self.client.start(output: &toServer)
        settle()
    }

    /// Moves bytes until neither side has any to send.
    func settle() {
        while !toServer.isEmpty || !toClient.isEmpty {
            var moved: [UInt8] = []
            swap(&moved, &toServer)
            Self.move(moved, pieceBytes, server, &toClient, &serverData, &serverProgress)
            moved = []
            swap(&moved, &toClient)
            Self.move(moved, pieceBytes, client, &toServer, &clientData, &clientProgress)
        }
    }

    func clientSends(_ bytes: [UInt8]) {
        client.send(bytes.span, output: &toServer)
        settle()
    }

    func serverSends(_ bytes: [UInt8]) {
        server.send(bytes.span, output: &toClient)
        settle()
    }

    func clientCloses() {
        client.close(output: &toServer)
        settle()
    }

    /// Bytes that no session has made.
    func inject(_ bytes: [UInt8]) {
        toServer += bytes
        settle()
    }

    private static func move(
        _ bytes: [UInt8], _ pieceBytes: Int, _ session: TLSSession, _ answer: inout [UInt8],
        _ data: inout [UInt8], _ progress: inout TLSSession.Progress
    ) {
        var start = 0
        while start < bytes.count {
            let end = start + min(pieceBytes, bytes.count - start)
            var room = [UInt8](repeating: 0, count: end - start + 32 * 1024)
            let (count, said) = unsafe bytes[start..<end].withUnsafeBytes { piece in
                unsafe room.withUnsafeMutableBytes {
                    unsafe session.receive(piece, into: $0, output: &answer)
                }
            }
            data += room[..<count]
            if said != .open { progress = said }
            start = end
        }
    }
}

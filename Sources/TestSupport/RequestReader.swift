import Glibc
import HTTP1
import HTTPModel

/// The requests of one blocking socket.
struct RequestReader {
    private let socket: Int32
    private var decoder = RequestDecoder()
    private var buffer = [UInt8](repeating: 0, count: 262_144)
    private(set) var input: [UInt8] = []
    private var position = 0
    private(set) var hasFailed = false
    var bytesMax = 262_144
    var pauseMicroseconds: UInt32 = 0

    init(socket: Int32) { self.socket = socket }

    /// False at the end of the connection.
    mutating func receive(_ count: (Int) -> Void) -> Bool {
        if pauseMicroseconds > 0 { usleep(pauseMicroseconds) }
        let received = unsafe recv(socket, &buffer, min(buffer.count, bytesMax), 0)
        guard received > 0 else { return false }
        count(received)
        input = Array(buffer[..<received])
        position = 0
        return true
    }

    /// The next event; nil when all input is used up or was malformed.
    mutating func next() -> RequestEvent? {
        do {
            let bytes = input
            var reached = position
            defer { position = reached }
            let event = try decoder.next(bytes.span, &reached)
            if case .needsInput = event { return nil }
            return event
        } catch {
            hasFailed = true
            return nil
        }
    }
}

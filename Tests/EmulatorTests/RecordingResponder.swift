import HTTPModel
import HTTPServer

/// A client's side of one exchange that keeps what it is sent. It can be made to take only so many pieces at a time.
final class RecordingResponder: Responder {
    private(set) var head: ResponseHead?
    private(set) var body: [UInt8] = []
    private(set) var pieces = 0
    private(set) var isFinished = false
    private(set) var isAborted = false
    private(set) var continues = 0
    private(set) var pauses = 0
    private(set) var resumes = 0
    /// Pieces of the body that are taken before the client counts as slow.
    var piecesMax = Int.max

    func sendContinue() { continues += 1 }
    func send(_ head: ResponseHead) { self.head = head }
    func send(body: Span<UInt8>) {
        pieces += 1
        for index in 0..<body.count { self.body.append(body[index]) }
    }
    func finish(trailers: Fields) { isFinished = true }
    func abort() { isAborted = true }
    func pause(_ reason: PauseReasons) { pauses += 1 }
    func resume(_ reason: PauseReasons) { resumes += 1 }
    var isCongested: Bool { pieces >= piecesMax }
    var clientAddress: String { "192.0.2.1" }
    var bodyBytesSent: UInt64 { UInt64(body.count) }
}

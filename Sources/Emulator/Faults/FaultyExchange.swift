import Bytes
import HTTPModel
import HTTPServer
import OSSModel

/// Stands between a server and an exchange, and shows what befalls this request to both: bodies that are late, slow,
/// short or cut, answers that the exchange never gave. Whatever waits for time waits here; the queue is as long as what
/// the exchange sends before it is told to stop.
final class FaultyExchange: ExchangeHandler {
    private enum Output {
        case head(ResponseHead)
        case body([UInt8])
        case end(Fields)
        case abort
    }

    /// With a bandwidth, bodies go in so many pieces a second.
    private static let piecesPerSecond: UInt64 = 20
    private static let tickNanoseconds: UInt64 = 1_000_000_000 / piecesPerSecond

    private let faults: Faults
    private let responder: any Responder
    private let after: (UInt64, @escaping () -> Void) -> Void
    private let now: () -> Int64
    private var inner: (any ExchangeHandler)?

    private var queue: [Output] = []
    private var isDelayed: Bool
    /// A timer goes on with the queue.
    private var isWaiting = false
    private var isDriving = false
    private var owesDrain = false
    private var isOver = false
    private var received: UInt64 = 0
    private var queued: UInt64 = 0
    private var sent: UInt64 = 0

    init(
        _ faults: Faults, _ responder: any Responder, now: @escaping () -> Int64,
        after: @escaping (UInt64, @escaping () -> Void) -> Void
    ) {
        self.faults = faults
        self.responder = responder
        self.now = now
        self.after = after
        isDelayed = faults.delayNanoseconds != nil
    }

    /// `refuse` answers with an error of the faults instead of the exchange that `make` makes.
    func begin(
        make: (any Responder) -> any ExchangeHandler, refuse: @escaping (any Responder, OSSError) -> Void
    ) {
        if faults.resetsRequestAt == 0 { return end { $0.abort() } }
        if let error = faults.earlyRefusal { return refuse(self, error) }
        if let error = faults.refusal {
            responder.sendContinue()
            inner = RefusingExchange { [unowned self] in refuse(self, error) }
        } else {
            inner = make(self)
            // It may have answered already.
            if isOver { inner = nil }
        }
    }

    // MARK: Request

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {
        guard !isOver else { return }
        received += UInt64(body.count)
        if let limit = faults.resetsRequestAt, received >= limit {
            return end { $0.abort() }
        }
        inner?.receive(body, remaining: remaining)
        guard let rate = faults.bytesPerSecond, !isOver else { return }
        responder.pause(.upstreamFull)
        after(Self.nanoseconds(UInt64(body.count), rate)) { [weak self] in
            guard let self, !self.isOver else { return }
            self.responder.resume(.upstreamFull)
        }
    }

    func receiveEnd(trailers: Fields) { if !isOver { inner?.receiveEnd(trailers: trailers) } }
    func receiveFailure(_ failure: BodyFailure) { if !isOver { inner?.receiveFailure(failure) } }

    func downstreamDrained() { drive() }

    func departed() {
        guard !isOver else { return }
        isOver = true
        queue = []
        inner?.departed()
        inner = nil
    }

    private static func nanoseconds(_ count: UInt64, _ rate: UInt64) -> UInt64 {
        let (product, overflow) = count.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max / 2 : product / rate
    }

    // MARK: Answer

    /// Sends what may go now.
    private func drive() {
        guard !isDriving else { return }
        isDriving = true
        defer { isDriving = false }
        while !isOver, !isWaiting {
            guard let next = queue.first else {
                // The exchange goes on when all of what it has sent is gone.
                guard owesDrain, !responder.isCongested else { return }
                owesDrain = false
                inner?.downstreamDrained()
                if queue.isEmpty { return }
                continue
            }
            if isDelayed {
                isDelayed = false
                wait(faults.delayNanoseconds ?? 0)
                continue
            }
            if case .body = next, responder.isCongested { return }
            queue.removeFirst()
            send(next)
        }
    }

    private func send(_ output: Output) {
        switch output {
        case .head(let head):
            if faults.resetsAnswerAt == 0 { return end { $0.abort() } }
            responder.send(head)
        case .body(let bytes): send(bytes)
        case .end(let trailers): end { $0.finish(trailers: trailers) }
        case .abort: end { $0.abort() }
        }
    }

    private func send(_ bytes: [UInt8]) {
        var count = bytes.count
        if let rate = faults.bytesPerSecond {
            count = min(count, Int(clamping: max(1, rate / Self.piecesPerSecond)))
        }
        if let limit = faults.resetsAnswerAt { count = min(count, Int(clamping: limit - sent)) }
        responder.send(body: bytes.span.extracting(0..<count))
        sent += UInt64(count)
        if sent == faults.resetsAnswerAt {
            // What was sent leaves before the reset destroys it.
            queue = [.abort]
            return wait(Self.tickNanoseconds)
        }
        if count < bytes.count { queue.insert(.body(Array(bytes[count...])), at: 0) }
        if faults.bytesPerSecond != nil { wait(Self.tickNanoseconds) }
    }

    private func wait(_ nanoseconds: UInt64) {
        isWaiting = true
        after(nanoseconds) { [weak self] in
            guard let self else { return }
            self.isWaiting = false
            self.drive()
        }
    }

    private func end(_ last: (any Responder) -> Void) {
        isOver = true
        queue = []
        let inner = inner
        self.inner = nil
        last(responder)
        inner?.departed()
    }
}

/// What the exchange takes for its client.
extension FaultyExchange: Responder {
    func sendContinue() { responder.sendContinue() }

    func send(_ head: ResponseHead) {
        guard !isOver else { return }
        var head = head
        if faults.hasWrongCRC, let text = head.fields.first("x-oss-hash-crc64ecma"), let crc = text.decimal {
            head.fields.removeAll("x-oss-hash-crc64ecma")
            head.fields.append("x-oss-hash-crc64ecma", crc ^ 1)
        }
        if faults.skewSeconds != 0 {
            head.fields.removeAll("Date")
            head.fields.append("Date", OSSTime.httpDate(now() + faults.skewSeconds))
        }
        if let limit = faults.answerBytesMax, case .length(let length) = head.framing {
            head.framing = .length(min(length, limit))
        }
        queue.append(.head(head))
        drive()
    }

    func send(body: Span<UInt8>) {
        guard !isOver else { return }
        let left = faults.answerBytesMax.map { $0 - min($0, queued) } ?? .max
        let count = Int(min(UInt64(body.count), left))
        queued += UInt64(count)
        guard count > 0 else { return }
        var bytes: [UInt8] = []
        bytes.append(copying: body.extracting(0..<count))
        queue.append(.body(bytes))
        drive()
    }

    func finish(trailers: Fields) {
        queue.append(.end(trailers))
        drive()
    }

    func abort() {
        queue.append(.abort)
        drive()
    }

    func pause(_ reason: PauseReasons) { responder.pause(reason) }
    func resume(_ reason: PauseReasons) { responder.resume(reason) }

    var isCongested: Bool {
        let isFull = !queue.isEmpty || responder.isCongested
        if isFull { owesDrain = true }
        return isFull
    }

    var clientAddress: String { responder.clientAddress }
    var bodyBytesSent: UInt64 { responder.bodyBytesSent }
}

/// Reads a request to its end, keeps nothing of it, and refuses it.
private final class RefusingExchange: ExchangeHandler {
    private let refuse: () -> Void

    init(_ refuse: @escaping () -> Void) { self.refuse = refuse }

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {}
    func receiveEnd(trailers: Fields) { refuse() }
    func receiveFailure(_ failure: BodyFailure) { refuse() }
    func downstreamDrained() {}
    func departed() {}
}

import Synchronization

/// The counters of one shard. Only its shard adds to them, and anybody may read them: each is a relaxed atomic, and
/// sums over shards are taken when somebody asks. Indexes come from the tables given to `MetricsRegistry`; one that
/// is out of range is an error of the program and traps.
package final class ShardMetrics: Sendable {
    /// How one request ended.
    package enum Outcome: Int, Sendable, CaseIterable {
        /// The origin's answer was relayed, whatever its status.
        case forwarded
        /// The gateway refused it.
        case rejected
        /// The origin or the way to it failed.
        case upstreamFailure
        /// The client left first.
        case departed

        static let count = 4
    }

    package enum Algorithm: Int, Sendable, CaseIterable {
        case md5
        case crc64
    }

    /// What a digest was taken of.
    package enum Direction: Int, Sendable, CaseIterable {
        /// The body of a request against what the client said.
        case upload
        /// The body of a request against what the origin answered.
        case origin
        /// The body of a response against what the origin said.
        case download

        static let count = 3
    }

    package enum CheckResult: Int, Sendable, CaseIterable {
        case agreed
        case disagreed

        static let count = 2
    }

    /// Where the way to the origin failed.
    package enum UpstreamPhase: Int, Sendable, CaseIterable {
        case connect
        /// TLS did not come about.
        case handshake
        /// While the request was being sent.
        case request
        /// Before the head of the answer was complete.
        case head
        /// While the answer was being relayed.
        case body
    }

    /// How the TLS handshake of a client ended.
    package enum Handshake: Int, Sendable, CaseIterable {
        case completed
        /// It went on from an earlier session.
        case resumed
        /// By the fault of either side, or broken off.
        case failed
        case timedOut
    }

    /// For what HTTP/2 connections were ended.
    package enum HTTP2Abuse: Int, Sendable, CaseIterable {
        case resets
        case continuations
        case idleFrames
        case fieldLists
    }

    /// What became of a header of the PROXY protocol.
    package enum ProxyHeader: Int, Sendable, CaseIterable {
        case accepted
        case malformed
        case untrusted
        case timedOut
    }

    /// Why connections of clients were closed, or refused, at once.
    package enum ConnectionRefusal: Int, Sendable, CaseIterable {
        case total
        case address
        case descriptors
    }

    package enum Side: Int, Sendable, CaseIterable {
        case downstream
        case upstream
    }

    /// What is timed.
    package enum Timing: Int, Sendable, CaseIterable {
        /// A request, from its head to the end of its answer.
        case request
        /// Making a connection to the origin.
        case upstreamConnect
        /// From the end of a request to the head of the origin's answer.
        case upstreamFirstByte
    }

    /// One counter: a class of its own, since atomics cannot be elements of an array.
    final class Counter: Sendable {
        private let cell = Atomic<UInt64>(0)

        var value: UInt64 { cell.load(ordering: .relaxed) }

        func add(_ count: UInt64) { cell.wrappingAdd(count, ordering: .relaxed) }
    }

    /// How many of something there are now.
    final class Level: Sendable {
        private let cell = Atomic<UInt64>(0)

        var value: UInt64 { cell.load(ordering: .relaxed) }

        func set(_ count: UInt64) { cell.store(count, ordering: .relaxed) }
    }

    /// A block of counters in one object, for tables that are large and mostly zero.
    final class CounterPage: Sendable {
        static let count = 64
        private let cells = InlineArray<64, Atomic<UInt64>> { _ in Atomic<UInt64>(0) }

        func value(at index: Int) -> UInt64 { cells[index].load(ordering: .relaxed) }

        func add(_ count: UInt64, at index: Int) { cells[index].wrappingAdd(count, ordering: .relaxed) }
    }

    /// Operation first, then outcome.
    let requests: [Counter]
    /// Rejection label first, then mode.
    private let rejections: [CounterPage]
    /// Algorithm, direction, result.
    let checks: [Counter]
    let gateAborts = Counter()
    /// Uploads in parts that are remembered now.
    let uploads = Level()
    /// Those that were forgotten for want of room.
    let uploadEvictions = Counter()
    /// Requests that wait for their turn at an origin.
    let upstreamWaiting = Level()
    let upstreamQueueRefusals = Counter()
    /// How often an origin was given up for a while.
    let originEjections = Counter()
    let requestBytes = Counter()
    let responseBytes = Counter()
    let upstreamFailures: [Counter]
    let handshakes: [Counter]
    let http2Abuses: [Counter]
    let proxyHeaders: [Counter]
    let connectionRefusals: [Counter]
    let malformedForwardedFor = Counter()
    /// Connections that were opened, by side, and those of them that are closed.
    let opened: [Counter]
    let closed: [Counter]
    let timings: [Histogram] = Timing.allCases.map { _ in Histogram() }

    init(operations: Int, rejectionLabels: Int) {
        func counters(_ count: Int) -> [Counter] { (0..<count).map { _ in Counter() } }
        requests = counters(operations * Outcome.count)
        let cells = rejectionLabels * RejectionRecord.Mode.allCases.count
        let pages = (cells + CounterPage.count - 1) / CounterPage.count
        rejections = (0..<pages).map { _ in CounterPage() }
        checks = counters(
            Algorithm.allCases.count * Direction.count * CheckResult.count)
        upstreamFailures = counters(UpstreamPhase.allCases.count)
        handshakes = counters(Handshake.allCases.count)
        http2Abuses = counters(HTTP2Abuse.allCases.count)
        proxyHeaders = counters(ProxyHeader.allCases.count)
        connectionRefusals = counters(ConnectionRefusal.allCases.count)
        opened = counters(Side.allCases.count)
        closed = counters(Side.allCases.count)
    }

    /// One request has ended; `operation` is an index of the registry's operations.
    package func ended(operation: Int, _ outcome: Outcome) {
        requests[operation * Outcome.count + outcome.rawValue].add(1)
    }

    /// A rule refused, or would have; `label` is an index of the registry's rejections.
    package func rejected(label: Int, mode: RejectionRecord.Mode) {
        let cell = label * 2 + (mode == .enforce ? 0 : 1)
        rejections[cell / CounterPage.count].add(1, at: cell % CounterPage.count)
    }

    /// What `rejected` has counted for a label.
    func rejections(label: Int, mode: RejectionRecord.Mode) -> UInt64 {
        let cell = label * 2 + (mode == .enforce ? 0 : 1)
        return rejections[cell / CounterPage.count].value(at: cell % CounterPage.count)
    }

    /// A digest was compared.
    package func checked(_ algorithm: Algorithm, _ direction: Direction, _ result: CheckResult) {
        let row = algorithm.rawValue * Direction.count + direction.rawValue
        checks[row * CheckResult.count + result.rawValue].add(1)
    }

    /// An upstream request was cut so that the origin stores nothing.
    package func gateAborted() { gateAborts.add(1) }

    package func remembers(uploads count: Int) { uploads.set(UInt64(clamping: count)) }

    package func evictedUploads(_ count: UInt64) { uploadEvictions.add(count) }

    package func upstreamWaits(_ count: Int) { upstreamWaiting.set(UInt64(clamping: count)) }

    package func upstreamQueueFull() { upstreamQueueRefusals.add(1) }

    package func originGivenUp() { originEjections.add(1) }

    /// Body bytes that came from a client.
    package func received(bytes: Int) { requestBytes.add(UInt64(bytes)) }

    /// Body bytes that went to a client.
    package func sent(bytes: Int) { responseBytes.add(UInt64(bytes)) }

    /// Something that is timed has come to its end.
    package func took(_ timing: Timing, nanoseconds: UInt64) {
        timings[timing.rawValue].add(microseconds: nanoseconds / 1000)
    }

    package func upstreamFailed(_ phase: UpstreamPhase) { upstreamFailures[phase.rawValue].add(1) }

    package func http2Abused(_ abuse: HTTP2Abuse) { http2Abuses[abuse.rawValue].add(1) }

    package func proxyHeaderEnded(_ result: ProxyHeader) { proxyHeaders[result.rawValue].add(1) }

    package func connectionRefused(_ reason: ConnectionRefusal) {
        connectionRefusals[reason.rawValue].add(1)
    }

    package func forwardedForMalformed() { malformedForwardedFor.add(1) }

    package func handshakeEnded(_ result: Handshake) { handshakes[result.rawValue].add(1) }

    package func connectionChanged(_ side: Side, isOpen: Bool) {
        if isOpen { connectionOpened(side) } else { connectionClosed(side) }
    }

    package func connectionOpened(_ side: Side) { opened[side.rawValue].add(1) }

    package func connectionClosed(_ side: Side) { closed[side.rawValue].add(1) }
}

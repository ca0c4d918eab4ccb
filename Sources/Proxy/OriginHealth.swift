/// When an origin is given up for a while, and tried again. Times are nanoseconds.
package struct OriginHealthSettings: Sendable, Equatable {
    /// Failures in a row after which an origin is passed by, if there is another one.
    package var failuresMax = 5
    /// For how long, the first time; each failed trial doubles it, up to four times.
    package var ejectionNanoseconds: UInt64 = 5_000_000_000
    /// Between probes of each origin; 0 for none.
    package var probeNanoseconds: UInt64 = 0
    /// The target that a probe asks for. Any answer below 500 says that the origin lives.
    package var probeTarget = "/"

    package init() {}
}

/// What one shard knows of the health of one origin: a circuit that opens after failures in a row, lets one request
/// through when its time is over, and closes when that succeeds. Only failures of the way count, never an answer: what
/// the service refuses or throttles is about the request. Pure; times are monotonic nanoseconds.
package struct OriginHealth: Sendable {
    private static let doublingsMax: UInt64 = 2

    private enum Circuit {
        case closed(failures: Int)
        case open(until: UInt64)
        /// One request has been let through; another one may, should nothing be heard of it.
        case trial(until: UInt64)
    }

    private let settings: OriginHealthSettings
    private var circuit = Circuit.closed(failures: 0)
    /// Of the time that it stays open.
    private var doublings: UInt64 = 0

    package init(_ settings: OriginHealthSettings) { self.settings = settings }

    /// Requests may go there; once the circuit has been open for its time, one of them as a trial.
    package func isAvailable(at now: UInt64) -> Bool {
        switch circuit {
        case .closed: true
        case .open(let until), .trial(let until): now >= until
        }
    }

    /// A request goes there.
    package mutating func begins(at now: UInt64) {
        if case .closed = circuit { return }
        if isAvailable(at: now) { circuit = .trial(until: now &+ ejection) }
    }

    package mutating func succeeded() {
        circuit = .closed(failures: 0)
        doublings = 0
    }

    /// True if the circuit opens with this failure, having been closed.
    package mutating func failed(at now: UInt64) -> Bool {
        switch circuit {
        case .closed(let failures) where failures + 1 < settings.failuresMax:
            circuit = .closed(failures: failures + 1)
            return false
        case .closed:
            circuit = .open(until: now &+ ejection)
            return true
        case .open:
            // A request that was under way when it opened: nothing new.
            return false
        case .trial:
            doublings = min(doublings + 1, Self.doublingsMax)
            circuit = .open(until: now &+ ejection)
            return false
        }
    }

    private var ejection: UInt64 { settings.ejectionNanoseconds &* (1 << doublings) }
}

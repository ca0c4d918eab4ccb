/// Whether one side of an exchange keeps up the minimum rate of a body. Only the time counts in which that side is waited
/// for: while the other one holds it up, the count is paused. Times are monotonic nanoseconds.
struct BodyRate {
    private var counted: UInt64 = 0
    /// nil while it is paused.
    private var since: UInt64?
    private var bytes: UInt64 = 0

    /// Counts from `now` on, or from when it is resumed.
    init(from now: UInt64?) { since = now }

    mutating func add(_ count: UInt64) { bytes &+= count }

    mutating func pause(at now: UInt64) {
        guard let start = since else { return }
        counted &+= now &- start
        since = nil
    }

    mutating func resume(at now: UInt64) { since = since ?? now }

    /// True if it fell behind in the window that has just ended; a new one begins when one has.
    mutating func isTooSlow(_ settings: ServerSettings, at now: UInt64) -> Bool {
        guard settings.bodyBytesPerSecondMin > 0 else { return false }
        let elapsed = counted &+ (since.map { now &- $0 } ?? 0)
        guard elapsed >= settings.rateWindowNanoseconds else { return false }
        let demanded = settings.bodyBytesPerSecondMin &* (elapsed / 1_000_000_000)
        defer {
            counted = 0
            since = since.map { _ in now }
            bytes = 0
        }
        return bytes < demanded
    }
}

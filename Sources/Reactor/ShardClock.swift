import Glibc
import Synchronization

/// Where the time of a shard comes from: the system, or a test that turns on the exact second.
package struct ShardClock: Sendable {
    package static let system = ShardClock(held: nil)

    private let held: HeldTime?

    private init(held: HeldTime?) { self.held = held }

    /// The wall clock stands where `time` says, and the monotonic one is ahead of the system's.
    package static func held(_ time: HeldTime) -> ShardClock { ShardClock(held: time) }

    func read() -> (monotonic: UInt64, unixSeconds: Int64) {
        let (monotonic, unixSeconds) = SystemClock.read()
        guard let held else { return (monotonic, unixSeconds) }
        return (monotonic &+ held.aheadNanoseconds, held.unixSeconds)
    }

    func unixMilliseconds() -> Int64 { held.map { $0.unixSeconds * 1000 } ?? SystemClock.unixMilliseconds() }
}

/// A clock in the hand of a test, shared by its shards.
package final class HeldTime: Sendable {
    private let unix: Atomic<Int64>
    private let ahead = Atomic<UInt64>(0)

    package init(unixSeconds: Int64) { unix = Atomic(unixSeconds) }

    package var unixSeconds: Int64 { unix.load(ordering: .acquiring) }
    fileprivate var aheadNanoseconds: UInt64 { ahead.load(ordering: .acquiring) }

    /// So many seconds pass at once: deadlines that fall into them are due in the shards' next round.
    package func advance(seconds: Int64) {
        unix.wrappingAdd(seconds, ordering: .releasing)
        ahead.wrappingAdd(UInt64(clamping: seconds) * 1_000_000_000, ordering: .releasing)
    }
}

/// The two clocks of the system.
enum SystemClock {
    static func read() -> (monotonic: UInt64, unixSeconds: Int64) {
        var monotonic = timespec()
        var real = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &monotonic)
        _ = unsafe clock_gettime(CLOCK_REALTIME_COARSE, &real)
        return (
            UInt64(monotonic.tv_sec) &* 1_000_000_000 &+ UInt64(monotonic.tv_nsec), Int64(real.tv_sec)
        )
    }

    static func unixMilliseconds() -> Int64 {
        var real = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &real)
        return Int64(real.tv_sec) * 1000 + Int64(real.tv_nsec) / 1_000_000
    }
}

/// The wall clock for those that live on no shard.
package enum SystemTime {
    package static var unixSeconds: Int64 { SystemClock.read().unixSeconds }
}

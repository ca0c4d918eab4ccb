/// Durations in buckets of fixed bounds: one shard adds, anybody may read. Bounds are those of what people wait for:
/// from half a millisecond to a minute.
final class Histogram: Sendable {
    /// Upper bounds in microseconds, and as they are written in seconds; a last bucket has none.
    static let bounds: [(microseconds: UInt64, seconds: String)] = [
        (500, "0.0005"), (1000, "0.001"), (2500, "0.0025"), (5000, "0.005"), (10_000, "0.01"),
        (25_000, "0.025"), (50_000, "0.05"), (100_000, "0.1"), (250_000, "0.25"), (500_000, "0.5"),
        (1_000_000, "1"), (2_500_000, "2.5"), (5_000_000, "5"), (10_000_000, "10"), (30_000_000, "30"),
        (60_000_000, "60"),
    ]

    private static let limits = bounds.map(\.microseconds)
    /// How many fell between a bound and the one before it, of each bucket; then the sum of all.
    private let cells = ShardMetrics.CounterPage()
    private static let sumIndex = bounds.count + 1

    func add(microseconds: UInt64) {
        var place = 0
        while place < Self.limits.count, microseconds > Self.limits[place] { place += 1 }
        cells.add(1, at: place)
        cells.add(microseconds, at: Self.sumIndex)
    }

    /// Of each bucket, the last included.
    var counts: [UInt64] { (0...Self.bounds.count).map { cells.value(at: $0) } }
    var sumMicroseconds: UInt64 { cells.value(at: Self.sumIndex) }
}

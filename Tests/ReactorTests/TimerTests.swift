import Testing

@testable import Reactor

@Suite struct BindAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), ("[::1]:0", "[::1]:0"), ("localhost:65535", "localhost:65535"),
        (":80", ":80"), ("unix:/run/x.sock", "unix:/run/x.sock"),
    ])
    func reads(text: String, expected: String) {
        #expect(BindAddress(text)?.description == expected)
    }

    @Test(arguments: ["", "host", "host:", "host:65536", "host:-1", "::1:80", "unix:", "host:x"])
    func refuses(text: String) {
        #expect(BindAddress(text) == nil)
    }

    @Test func refusesUnixPathsThatTheSystemCannotTake() {
        #expect(BindAddress("unix:/" + String(repeating: "a", count: 106)) != nil)
        #expect(BindAddress("unix:/" + String(repeating: "a", count: 107)) == nil)
    }
}

@Suite struct TimerWheelTests {
    private let tick = TimerWheel.tickNanoseconds

    @Test func firesOnceNeverEarlyAndWithinTwoTicks() async {
        let shard = Shard(index: 0)
        let log = await shard.run { core -> [UInt64] in
            var wheel = TimerWheel(now: 0)
            let deadline = Deadline(core) {}
            var fired: [UInt64] = []
            deadline.setForTest(instant: 1_000_000_000)
            wheel.insert(deadline)
            for step in UInt64(1)...100 {
                for due in wheel.advance(to: step * 20_000_000) where due === deadline {
                    fired.append(step * 20_000_000)
                    due.fire(at: step * 20_000_000)
                }
            }
            return fired
        }
        #expect(log.count == 1)
        #expect(log.first.map { $0 >= 1_000_000_000 && $0 <= 1_040_000_000 } == true)
        await shard.stop()
    }

    @Test func movingAndCancellingLeavesNoEntriesBehind() async {
        let shard = Shard(index: 0)
        let (fires, left) = await shard.run { core -> (Int, Int) in
            var wheel = TimerWheel(now: 0)
            let deadline = Deadline(core) {}
            var fires = 0
            var now: UInt64 = 0
            for turn in 0..<1000 {
                // Set far, then near, then cancel or let it fire: each leaves stale entries to be dropped.
                for span in [60_000_000_000, 30_000_000] as [UInt64] {
                    deadline.setForTest(instant: now + span)
                    if deadline.instant < deadline.queuedFor { wheel.insert(deadline) }
                }
                if turn.isMultiple(of: 2) { deadline.cancel() }
                now += 100_000_000
                for due in wheel.advance(to: now) {
                    fires += 1
                    due.fire(at: now)
                }
            }
            deadline.cancel()
            _ = wheel.advance(to: now + 120_000_000_000)
            return (fires, wheel.count)
        }
        #expect(fires == 500)
        #expect(left == 0)
        await shard.stop()
    }

    @Test func deadlinesBeyondOneRoundWaitForTheirRound() async {
        let shard = Shard(index: 0)
        let firedAt = await shard.run { core -> UInt64? in
            var wheel = TimerWheel(now: 0)
            let deadline = Deadline(core) {}
            deadline.setForTest(instant: 90_000_000_000)
            wheel.insert(deadline)
            for second in UInt64(1)...100 where !wheel.advance(to: second * 1_000_000_000).isEmpty {
                return second
            }
            return nil
        }
        #expect(firedAt == 90 || firedAt == 91)
        await shard.stop()
    }

    /// One that is due may close what the other belongs to: the other must not act any more.
    @Test func whatIsCancelledOrMovedInTheSameTurnDoesNotFire() async {
        let shard = Shard(index: 0)
        let acted = await shard.run { core -> [String] in
            var wheel = TimerWheel(now: 0)
            var acted: [String] = []
            let cancelled = Deadline(core) { acted.append("cancelled") }
            let moved = Deadline(core) { acted.append("moved") }
            let retired = Deadline(core) { acted.append("retired") }
            let first = Deadline(core) {
                acted.append("first")
                cancelled.cancel()
                moved.setForTest(instant: 900_000_000)
                retired.retire()
            }
            for deadline in [first, cancelled, moved, retired] {
                deadline.setForTest(instant: 100_000_000)
                wheel.insert(deadline)
            }
            let due = wheel.advance(to: 200_000_000)
            #expect(due.count == 4)
            for deadline in due { deadline.fire(at: 200_000_000) }
            moved.fire(at: 900_000_000)
            return acted
        }
        #expect(acted == ["first", "moved"])
        await shard.stop()
    }

    @Test func aShardsOwnTimerFires() async {
        let shard = Shard(index: 0)
        let elapsed = await withCheckedContinuation { continuation in
            Task {
                await shard.run { core in
                    let started = core.now
                    let deadline = Deadline(core) { [unowned core] in
                        continuation.resume(returning: core.now - started)
                    }
                    deadline.set(after: 60_000_000)
                }
            }
        }
        #expect(elapsed >= 60_000_000)
        await shard.stop()
    }
}

import CKernels
import Digest
import TestSupport
import Testing

/// Every kernel against OpenSSL, and the scheduler that feeds them.
@Suite struct MD5LanesTests {
    private static let scalar: Int32 = 0
    static let kernels: [Int32] = Array(0...ossgate_md5_best_kernel())

    /// Keeps what it is told.
    final class Listener: MD5Listener {
        private(set) var digests: [[UInt8]] = []
        var onReady: () -> Void = {}
        func md5Ready(_ digest: [UInt8]) {
            digests.append(digest)
            onReady()
        }
    }

    @Test(arguments: kernels) func everyLengthAlone(_ kernel: Int32) {
        let lanes = MD5Lanes(kernel: kernel)
        let bytes = Pattern.bytes(count: 300, seed: 3)
        for count in 0...300 {
            let lane = lanes.open()
            let listener = Listener()
            lane.update(bytes.span.extracting(0..<count))
            lane.finish(listener)
            lanes.work(isIdle: false)
            #expect(listener.digests == [MD5.hash(bytes.span.extracting(0..<count))], "\(count) bytes")
        }
        #expect(!lanes.isWaiting)
    }

    @Test(arguments: kernels) func anyNumberOfLanesOfAnyLength(_ kernel: Int32) {
        var generator = SystemRandomNumberGenerator()
        for laneCount in Array(1...18) + [31, 32, 33, 40] {
            let lanes = MD5Lanes(kernel: kernel)
            let bodies = (0..<laneCount).map { index in
                let around = 64 * Int.random(in: 0...70, using: &generator)
                let count = max(0, around + Int.random(in: -2...2, using: &generator))
                return Pattern.bytes(count: count, seed: UInt64(index))
            }
            let listeners = bodies.map { body in
                let listener = Listener()
                let lane = lanes.open()
                lane.update(body.span)
                lane.finish(listener)
                return listener
            }
            lanes.work(isIdle: false)
            for (body, listener) in zip(bodies, listeners) {
                #expect(listener.digests == [MD5.hash(body.span)], "\(body.count) of \(laneCount) lanes")
            }
            #expect(!lanes.isWaiting)
        }
    }

    /// A kernel must leave streams alone that it was not given, and do nothing for no blocks.
    @Test(arguments: kernels) func statesOfOtherStreamsStay(_ kernel: Int32) {
        let bytes = Pattern.bytes(count: 64 * 40, seed: 5)
        for streams in 1...16 {
            for blocks in [0, 1, 2, 7, 24] {
                let before = (0..<64).map { UInt32($0) &* 0x0101_0107 }
                var states = before
                var expected = before
                unsafe bytes.withUnsafeBufferPointer { buffer in
                    var sources = unsafe [UnsafePointer<UInt8>?]()
                    for stream in 0..<streams {
                        unsafe sources.append(buffer.baseAddress?.advanced(by: stream * 61))
                    }
                    unsafe ossgate_md5_by(kernel, &states, sources, streams, blocks)
                    unsafe ossgate_md5_by(Self.scalar, &expected, sources, streams, blocks)
                }
                #expect(states == expected, "\(streams) streams, \(blocks) blocks")
                #expect(states[(4 * streams)...] == before[(4 * streams)...])
                #expect((states == before) == (blocks == 0))
            }
        }
    }

    @Test(arguments: kernels) func splitsDoNotMatter(_ kernel: Int32) {
        var generator = SystemRandomNumberGenerator()
        let body = Pattern.bytes(count: 1_200_000, seed: 7)
        let expected = MD5.hash(body.span)
        for company in [0, 1, 20] {
            let lanes = MD5Lanes(kernel: kernel)
            let others = (0..<company).map { _ in lanes.open() }
            let lane = lanes.open()
            let listener = Listener()
            var start = 0
            while start < body.count {
                let most = Bool.random(using: &generator) ? 100 : 300_000
                let end = min(body.count, start + Int.random(in: 0...most, using: &generator))
                lane.update(body.span.extracting(start..<end))
                for other in others { other.update(body.span.extracting(0..<min(body.count, end - start))) }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    lanes.work(isIdle: Bool.random(using: &generator))
                }
                start = end
            }
            lane.finish(listener)
            while listener.digests.isEmpty { lanes.work(isIdle: false) }
            #expect(listener.digests == [expected])
            for other in others { other.cancel() }
        }
    }

    /// Uploads that begin, stall, leave and end at any time, as connections do.
    @Test func uploadsThatComeAndGo() {
        var generator = SystemRandomNumberGenerator()
        let lanes = MD5Lanes()
        let source = Pattern.bytes(count: 500_000, seed: 11)
        struct Upload {
            let lane: MD5Lane
            let listener: Listener
            let size: Int
            var sent = 0
            var isPaused = false
        }
        var running: [Upload] = []
        var ended: [Upload] = []
        var gone: [Upload] = []
        var turns = 0
        while ended.count < 150 {
            turns += 1
            while running.count < 24 {
                running.append(
                    Upload(
                        lane: lanes.open(), listener: Listener(),
                        size: Int.random(in: 0...source.count, using: &generator)))
            }
            for index in running.indices.reversed() {
                if Int.random(in: 0..<10, using: &generator) == 0 { running[index].isPaused.toggle() }
                if Int.random(in: 0..<60, using: &generator) == 0 {
                    running[index].lane.cancel()
                    gone.append(running.remove(at: index))
                    continue
                }
                guard !running[index].isPaused else { continue }
                let most = min(262_144, running[index].size - running[index].sent)
                let count = Int.random(in: 0...most, using: &generator)
                let start = running[index].sent
                running[index].lane.update(source.span.extracting(start..<(start + count)))
                running[index].sent += count
                if running[index].sent == running[index].size {
                    running[index].lane.finish(running[index].listener)
                    ended.append(running.remove(at: index))
                }
            }
            #expect(lanes.waitingBytes <= 32 * 330 * 1024)
            lanes.work(isIdle: turns % 5 == 0)
        }
        for upload in running { upload.lane.cancel() }
        while lanes.isWaiting { lanes.work(isIdle: true) }
        #expect(!lanes.isWaiting)
        #expect(gone.allSatisfy { $0.listener.digests.isEmpty })
        for upload in ended {
            #expect(upload.listener.digests == [MD5.hash(source.span.extracting(0..<upload.size))])
        }
    }

    @Test func whatStaysIsHashedWhenTheShardWouldWait() {
        let lanes = MD5Lanes()
        let body = Pattern.bytes(count: 1_000, seed: 13)
        let first = lanes.open()
        let second = lanes.open()
        first.update(body.span)
        second.update(body.span)
        lanes.work(isIdle: false)
        #expect(lanes.isWaiting)
        lanes.work(isIdle: true)
        #expect(!lanes.isWaiting)
        let listener = Listener()
        first.finish(listener)
        lanes.work(isIdle: false)
        #expect(listener.digests == [MD5.hash(body.span)])
        second.cancel()
        second.cancel()
    }

    /// A body that has come in one piece, and stays until its digest has been told.
    private final class Keeper: MD5Listener {
        let body: [UInt8]
        private(set) var lane: MD5Lane?
        private(set) var kept: [UInt8]?
        private(set) var digest: [UInt8]?
        private(set) var keeps: Bool

        init(_ lanes: MD5Lanes, _ body: [UInt8]) {
            self.body = body
            let lane = lanes.open()
            lane.update(body.span)
            keeps = lane.keepBytes()
            self.lane = lane
        }

        var isRight: Bool {
            let all = body
            let right = MD5.hash(all.span)
            return digest == right
        }

        func finish() { lane?.finish(self) }
        func leave() { lane = nil }

        func md5Ready(_ digest: [UInt8]) {
            self.digest = digest
            if keeps { lane?.withKeptBytes { kept = [UInt8]($0) } }
        }
    }

    @Test(arguments: kernels) func keptBytesStayUntilTheDigestIsTold(_ kernel: Int32) {
        let lanes = MD5Lanes(kernel: kernel)
        // Two lanes are open: what comes is copied and not hashed where it lies.
        let company = lanes.open()
        for (count, keeps) in [
            (0, false), (63, false), (64, true), (65, true), (127, true), (128, true), (5_000, true),
            (320 * 1024, true), (320 * 1024 + 1, false),
        ] {
            for isHashedBefore in [false, true] {
                let keeper = Keeper(lanes, Pattern.bytes(count: count, seed: UInt64(count)))
                #expect(keeper.keeps == keeps, "\(count) bytes")
                if isHashedBefore { lanes.work(isIdle: true) }
                keeper.finish()
                while keeper.digest == nil { lanes.work(isIdle: false) }
                #expect(keeper.isRight)
                #expect(keeper.kept == (keeps ? keeper.body : nil))
            }
        }
        #expect(!lanes.isWaiting)
        company.cancel()
    }

    /// A CRC-64 on the way is that of the bytes, in whatever pieces they come, and with other lanes or without.
    @Test(arguments: [false, true]) func aCRCOnTheWay(_ isAlone: Bool) {
        var generator = SystemRandomNumberGenerator()
        let body = Pattern.bytes(count: 900_000, seed: 23)
        let lanes = MD5Lanes()
        let company = isAlone ? nil : lanes.open()
        let lane = lanes.open()
        let listener = Listener()
        var crc = CRC64()
        var taken = 0
        while taken < body.count {
            let sizes = [1, 63, 64, 65, 1_000, 5_000, 70_000, 262_144]
            let count = min(sizes.randomElement(using: &generator) ?? 1, body.count - taken)
            lane.update(body.span.extracting(taken..<(taken + count)), crc: &crc)
            taken += count
            #expect(crc.value == CRC64.hash(body.span.extracting(0..<taken)))
            if Bool.random(using: &generator) { lanes.work(isIdle: true) }
        }
        lane.finish(listener)
        while lanes.isWaiting { lanes.work(isIdle: true) }
        #expect(listener.digests == [MD5.hash(body.span)])
        #expect(crc.value == CRC64.hash(body.span))
        company?.cancel()
    }

    /// Lanes that are full are hashed amid a turn; nobody hears of it before its end.
    @Test(arguments: kernels) func fullLanesAreHashedAheadAndToldLater(_ kernel: Int32) {
        let lanes = MD5Lanes(kernel: kernel)
        var keepers: [Keeper] = []
        func begin(_ count: Int) {
            for _ in 0..<count {
                let keeper = Keeper(lanes, Pattern.bytes(count: 5_000, seed: UInt64(keepers.count)))
                keeper.finish()
                keepers.append(keeper)
            }
        }
        begin(15)
        let before = lanes.waitingBytes
        lanes.workAhead()
        #expect(lanes.waitingBytes == before)
        begin(6)
        lanes.workAhead()
        #expect(lanes.waitingBytes < before)
        #expect(keepers.allSatisfy { $0.digest == nil && $0.keeps })
        #expect(lanes.isWaiting)
        lanes.work(isIdle: false)
        #expect(keepers.allSatisfy { $0.isRight && $0.kept == $0.body })
        #expect(!lanes.isWaiting)
    }

    /// Some buffers are there for other lanes, whatever those with kept bytes wait for.
    @Test func soManyLanesKeepTheirBytes() {
        let lanes = MD5Lanes()
        func some(_ count: Int) -> [Keeper] {
            (0..<count).map { Keeper(lanes, Pattern.bytes(count: 1_000, seed: UInt64($0))) }
        }
        let first = some(70)
        #expect(first.map(\.keeps) == (0..<70).map { $0 < 64 })
        lanes.work(isIdle: true)
        let others = some(40)
        #expect(others.allSatisfy { !$0.keeps })
        for keeper in first + others { keeper.finish() }
        while lanes.isWaiting { lanes.work(isIdle: false) }
        #expect((first + others).allSatisfy { $0.isRight })
        #expect(first.allSatisfy { !$0.keeps || $0.kept == $0.body })
        // Told, left and given up: all places are free again.
        let gone = some(64)
        #expect(gone.allSatisfy { $0.keeps })
        for keeper in gone.prefix(32) { keeper.lane?.cancel() }
        lanes.work(isIdle: true)
        for keeper in gone.suffix(32) { keeper.leave() }
        let last = some(65)
        #expect(last.map(\.keeps) == (0..<65).map { $0 < 64 })
        for keeper in last { keeper.finish() }
        while lanes.isWaiting { lanes.work(isIdle: true) }
        #expect(last.allSatisfy { $0.isRight })
    }

    @Test func listenersMayUseTheLanes() {
        let lanes = MD5Lanes()
        let first = Listener()
        let second = Listener()
        let doomed = lanes.open()
        let unheard = Listener()
        first.onReady = {
            doomed.cancel()
            lanes.open().finish(second)
            lanes.work(isIdle: true)
        }
        lanes.open().finish(first)
        doomed.finish(unheard)
        lanes.work(isIdle: false)
        lanes.work(isIdle: true)
        #expect(first.digests.count == 1)
        #expect(second.digests == [MD5.hash([UInt8]().span)])
        #expect(unheard.digests.isEmpty)
        #expect(!lanes.isWaiting)
    }

    @Test func selfTestCoversTheLanes() { #expect(Digest.selfTest()) }
}

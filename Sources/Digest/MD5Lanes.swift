import CKernels

/// The MD5s of one shard, computed up to sixteen at a time in lock-step, which costs one core little more than one
/// alone. Whoever runs the shard calls `work` at the end of each turn, as long as `isWaiting`, and `workAhead` amid it. The
/// first hashes a bounded piece of what waits, of all lanes side by side, when
/// - a lane is to be finished, or
/// - most lanes that are open have something, or there is much in all, or
/// - the shard would wait otherwise: nothing ever waits for lanes to fill, or for a time to pass.
///
/// Bounds: `bufferCountMax` buffers of 320 KiB; when all are lent, or one is full, hashing makes room at once, for which
/// no more than `keptCountMax` of them may be kept. When no lane is open they hold 5 MiB at most. A lane without a buffer
/// holds less than one block. It lives on one shard. Safe: the addresses in `sources` are of buffers that its lanes hold,
/// and are forgotten before the step that took them ends.
@safe
package final class MD5Lanes {
    static let bufferCountMax = keptCountMax + 16
    /// As many small uploads as a turn of a busy shard brings; without a kept buffer each would be copied elsewhere.
    private static let keptCountMax = 64
    /// If more buffers than these are not lent, only those that were used little stay.
    private static let freeCountMax = 32
    /// Pieces of this size are hashed where they lie if there is only one lane.
    static let directBytesMin = 64 * 1024
    /// One step hashes at most as many blocks of each lane: 16 lanes of 64 KiB, a fraction of a millisecond.
    private static let blocksPerStepMax = 1024
    /// One call of `work` hashes about as much.
    private static let bytesPerTurn = 1 << 20
    /// Below this it is worth waiting for the next turn's bytes, above the other for nothing any more.
    private static let bytesWorthRunning = 128 * 1024
    private static let bytesAlwaysRun = 4 << 20
    /// Of a buffer that stays while it is not needed as much may have been touched.
    private static let idleBytesMax = 64 * 1024

    private let kernel: Int32
    /// Lanes that are neither told nor cancelled.
    private(set) var openCount = 0
    private var waiting: [MD5Lane] = []
    private var done: [MD5Lane] = []
    private var free: [MD5Buffer] = []
    private var lentCount = 0
    private var keptCount = 0
    private var isTelling = false
    /// Of one step; kept for the next.
    private var stepping: [MD5Lane] = []
    private var states: [SIMD4<UInt32>] = []
    private var sources = unsafe [UnsafePointer<UInt8>?]()

    /// `kernel` is one of `OSSGATE_MD5_...`; without it the processor's best.
    package init(kernel: Int32? = nil) { self.kernel = kernel ?? ossgate_md5_best_kernel() }

    deinit { for buffer in free { buffer.deallocate() } }

    /// A new digest.
    package func open() -> MD5Lane {
        openCount += 1
        return MD5Lane(self)
    }

    /// Something is left for `work`.
    package var isWaiting: Bool { !waiting.isEmpty || !done.isEmpty }

    /// Bytes that wait to be hashed.
    package var waitingBytes: Int { waiting.reduce(0) { $0 + $1.waitingBytes } }

    /// Hashes what fills all lanes, while the processor's caches hold it; the rest, and telling, is for `work`: verdicts in
    /// a row make for writes in a row.
    package func workAhead() {
        var left = Self.bytesPerTurn
        while left > 0, waiting.count >= Int(OSSGATE_MD5_LANES_MAX), mustRun { left -= step() }
    }

    /// Hashes, as the type says, and tells the listeners of lanes that are done. `isIdle`: the shard would wait.
    package func work(isIdle: Bool) {
        var left = Self.bytesPerTurn
        while left > 0, !waiting.isEmpty, isIdle || mustRun { left -= step() }
        tell()
        guard !isTelling else { return }
        if free.count > Self.freeCountMax || isIdle && openCount == 0 { release() }
    }

    // MARK: For lanes

    func closed() { openCount -= 1 }

    func setWaiting(_ lane: MD5Lane) {
        guard lane.waitingIndex == nil else { return }
        lane.waitingIndex = waiting.count
        waiting.append(lane)
    }

    func clearWaiting(_ lane: MD5Lane) {
        guard let index = lane.waitingIndex else { return }
        lane.waitingIndex = nil
        let last = waiting.removeLast()
        guard last !== lane else { return }
        waiting[index] = last
        last.waitingIndex = index
    }

    /// Hashes until little waits in a lane whose buffer is full; tells nobody.
    func makeRoom(in lane: MD5Lane) { while lane.waitingBytes > MD5Buffer.bytesMax / 4 { _ = step() } }

    /// A buffer stays with its lane; false if too many do.
    func keep() -> Bool {
        guard keptCount < Self.keptCountMax else { return false }
        keptCount += 1
        return true
    }

    func unkeep() { keptCount -= 1 }

    func lend() -> MD5Buffer {
        // A step empties the shortest of its lanes, or takes much of all.
        while lentCount >= Self.bufferCountMax { _ = step() }
        lentCount += 1
        return free.popLast() ?? MD5Buffer(index: lentCount)
    }

    func takeBack(_ buffer: MD5Buffer) {
        lentCount -= 1
        var emptied = buffer
        emptied.removeAll()
        free.append(emptied)
    }

    /// One stream by itself; `bytes` are whole blocks.
    func hash(_ bytes: Span<UInt8>, state: inout SIMD4<UInt32>) {
        unsafe bytes.withUnsafeBufferPointer { source in
            var address = source.baseAddress
            unsafe withUnsafeMutableBytes(of: &state) { words in
                let first = unsafe words.baseAddress?.assumingMemoryBound(to: UInt32.self)
                unsafe ossgate_md5_by(kernel, first, &address, 1, source.count / 64)
            }
        }
    }

    // MARK: Helpers

    private var mustRun: Bool {
        if waiting.contains(where: { $0.phase == .finishing }) { return true }
        let bytes = waitingBytes
        guard bytes < Self.bytesAlwaysRun else { return true }
        let full = min(openCount, Int(OSSGATE_MD5_LANES_MAX))
        return bytes >= Self.bytesWorthRunning && 4 * waiting.count >= 3 * full
    }

    /// As many lanes as there are, as far as the shortest of them reaches; returns the bytes hashed.
    private func step() -> Int {
        let count = min(waiting.count, Int(OSSGATE_MD5_LANES_MAX))
        if waiting.count > count { preferFinishing() }
        stepping.append(contentsOf: waiting[..<count])
        let blocks = stepping.reduce(Self.blocksPerStepMax) { min($0, $1.blocks) }
        hash(blocks: blocks)
        for lane in stepping {
            lane.consume(blocks: blocks)
            if lane.isDone { done.append(lane) }
        }
        stepping.removeAll(keepingCapacity: true)
        return 64 * blocks * count
    }

    /// Puts lanes that are to be finished in front, then those with most to do.
    private func preferFinishing() {
        func rank(_ lane: MD5Lane) -> Int { lane.blocks + (lane.phase == .finishing ? 1 << 32 : 0) }
        waiting.sort { rank($0) > rank($1) }
        for (index, lane) in waiting.enumerated() { lane.waitingIndex = index }
    }

    private func hash(blocks: Int) {
        for lane in stepping {
            states.append(lane.state)
            unsafe sources.append(lane.buffer?.blocksAddress)
        }
        unsafe states.withUnsafeMutableBytes { words in
            let first = unsafe words.baseAddress?.assumingMemoryBound(to: UInt32.self)
            unsafe ossgate_md5_by(kernel, first, sources, stepping.count, blocks)
        }
        for (index, lane) in stepping.enumerated() { lane.state = states[index] }
        states.removeAll(keepingCapacity: true)
        unsafe sources.removeAll(keepingCapacity: true)
    }

    /// Listeners may open lanes and finish others.
    private func tell() {
        guard !isTelling else { return }
        isTelling = true
        var next = 0
        while next < done.count {
            let lane = done[next]
            if let (listener, digest) = lane.conclude() {
                listener.md5Ready(digest)
                lane.cancel()
            }
            next += 1
        }
        done.removeAll(keepingCapacity: true)
        isTelling = false
    }

    /// Uploads have ended, or there are far fewer than before: buffers that were much used go back to the system. Nobody looks
    /// at kept bytes any more then.
    private func release() {
        for buffer in free where buffer.touched > Self.idleBytesMax { buffer.deallocate() }
        free.removeAll { $0.touched > Self.idleBytesMax }
    }
}

/// Hears the digest that a lane was asked for.
package protocol MD5Listener: AnyObject {
    /// Comes once, after `MD5Lane.finish`, from the scheduler's `work`: 16 bytes.
    func md5Ready(_ digest: [UInt8])
}

/// One MD5 (RFC 1321) that is computed in lock-step with the others of its shard. Bytes are copied when they come and
/// hashed when the scheduler runs; see `MD5Lanes` for the bounds. It lives on one shard.
package final class MD5Lane {
    private let lanes: MD5Lanes
    /// The four words of the running digest.
    var state = SIMD4<UInt32>(0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
    /// The end of the bytes so far that fills no block; unused while there is a buffer.
    private var rest = SIMD64<UInt8>()
    private var restCount = 0
    private var total: UInt64 = 0
    /// Lent while at least one whole block waits; the lane is then among those that wait.
    private(set) var buffer: MD5Buffer?
    private(set) var phase = Phase.open
    private var listener: (any MD5Listener)?
    /// All bytes stay in the buffer until the digest has been told.
    private var keepsBytes = false
    /// Its place among the lanes that wait.
    var waitingIndex: Int?

    enum Phase {
        case open
        /// All bytes are in, the padding too.
        case finishing
        case closed
    }

    init(_ lanes: MD5Lanes) { self.lanes = lanes }

    deinit {
        guard phase != .closed else { return }
        if let buffer { lanes.takeBack(buffer) }
        if keepsBytes { lanes.unkeep() }
        lanes.closed()
    }

    /// Takes a piece of any size. It may run the scheduler, and so other lanes, but tells no listener.
    package func update(_ bytes: Span<UInt8>) {
        var none: CRC64?
        take(bytes, &none)
    }

    /// The same for a piece that goes into a CRC-64, too, which costs little while it is copied.
    package func update(_ bytes: Span<UInt8>, crc: inout CRC64) {
        var running: CRC64? = crc
        take(bytes, &running)
        if let running { crc = running }
    }

    private func take(_ bytes: Span<UInt8>, _ crc: inout CRC64?) {
        precondition(phase == .open, "bytes for a digest that has been asked for")
        total &+= UInt64(bytes.count)
        if buffer == nil, bytes.count >= MD5Lanes.directBytesMin, lanes.openCount == 1 {
            crc?.update(bytes)
            hashDirectly(bytes)
        } else {
            append(bytes, &crc)
        }
    }

    /// Has all bytes stay until the listener of the digest has heard it, who then need not have kept them. To be asked
    /// after the last `update`; false if they are not here any more, are too few, or if many lanes keep theirs.
    package func keepBytes() -> Bool {
        guard phase == .open, let buffer, buffer.start == 0, buffer.count == total,
            buffer.room >= Self.padding.count + 8, lanes.keep()
        else {
            return false
        }
        keepsBytes = true
        return true
    }

    /// What was kept, for the listener while it hears the digest.
    package func withKeptBytes(_ body: (Span<UInt8>) -> Void) {
        guard keepsBytes, let buffer else { preconditionFailure("bytes that were not kept are asked for") }
        buffer.withAll(Int(total), body)
    }

    /// Asks for the digest: `listener` hears it when the scheduler has come to it, and is held until then.
    package func finish(_ listener: any MD5Listener) {
        precondition(phase == .open, "a digest is asked for twice")
        let tail = Int(total % 64)
        let padding = Self.padding
        var none: CRC64?
        append(padding.span.extracting(0..<((tail < 56 ? 56 : 120) - tail)), &none)
        // RFC 1321, section 3.2: the count of bits modulo 2^64.
        let bits = (total &<< 3).littleEndian
        unsafe withUnsafeBytes(of: bits) { unsafe append(Span(_unsafeBytes: $0), &none) }
        self.listener = listener
        phase = .finishing
    }

    /// One bit, then as many zeros as can be needed.
    private static let padding: [UInt8] = [0x80] + [UInt8](repeating: 0, count: 119)

    /// Gives up: nobody hears anything. Harmless when the digest has been told.
    package func cancel() {
        guard phase != .closed else { return }
        returnBuffer()
        phase = .closed
        listener = nil
        lanes.closed()
    }

    // MARK: For the scheduler

    var blocks: Int { buffer?.blocks ?? 0 }
    var waitingBytes: Int { buffer?.count ?? 0 }

    /// `count` blocks have been hashed. When no whole block is left the buffer goes back, unless it is kept.
    func consume(blocks count: Int) {
        buffer?.dropFirst(64 * count)
        guard let left = buffer, left.blocks == 0 else { return }
        if keepsBytes { return lanes.clearWaiting(self) }
        restCount = left.count
        for index in 0..<restCount { rest[index] = left[index] }
        returnBuffer()
    }

    /// All is in and has been hashed.
    var isDone: Bool { phase == .finishing && blocks == 0 }

    /// The digest and who waits for it, if the lane was not given up meanwhile. It is to be closed, by `cancel`, when
    /// that has been told.
    func conclude() -> (any MD5Listener, [UInt8])? {
        guard isDone, let waiting = listener else { return nil }
        var digest: [UInt8] = []
        digest.reserveCapacity(16)
        for index in 0..<4 {
            for shift in [UInt32(0), 8, 16, 24] {
                digest.append(UInt8(truncatingIfNeeded: state[index] &>> shift))
            }
        }
        return (waiting, digest)
    }

    // MARK: Helpers

    /// Copies, running the scheduler whenever the buffer is full.
    private func append(_ bytes: Span<UInt8>, _ crc: inout CRC64?) {
        var taken = 0
        while taken < bytes.count {
            if buffer == nil {
                guard restCount + bytes.count - taken >= 64 else { break }
                borrow()
            }
            let count = min(buffer?.room ?? 0, bytes.count - taken)
            buffer?.append(bytes.extracting(taken..<(taken + count)), &crc)
            taken += count
            if blocks > 0 { lanes.setWaiting(self) }
            if taken < bytes.count { makeRoom() }
        }
        let left = bytes.extracting(taken..<bytes.count)
        crc?.update(left)
        keep(left)
    }

    /// Keeps what fills no block.
    private func keep(_ bytes: Span<UInt8>) {
        for index in 0..<bytes.count { rest[restCount + index] = bytes[index] }
        restCount += bytes.count
    }

    private func borrow() {
        var lent = lanes.lend()
        let kept = rest.prefix(restCount)
        // Those bytes are in every CRC that is wanted of them.
        var none: CRC64?
        lent.append(kept.span, &none)
        restCount = 0
        buffer = lent
    }

    /// The buffer is full: hashes until not much waits, and moves that to the front.
    private func makeRoom() {
        lanes.makeRoom(in: self)
        buffer?.compact()
    }

    /// The only lane that is open need not copy: no other could join it.
    private func hashDirectly(_ bytes: Span<UInt8>) {
        var position = 0
        if restCount > 0 {
            position = min(64 - restCount, bytes.count)
            keep(bytes.extracting(0..<position))
            guard restCount == 64 else { return }
            let block = rest.prefix(64)
            lanes.hash(block.span, state: &state)
            restCount = 0
        }
        let end = position + (bytes.count - position) / 64 * 64
        lanes.hash(bytes.extracting(position..<end), state: &state)
        keep(bytes.extracting(end..<bytes.count))
    }

    private func returnBuffer() {
        guard let lent = buffer else { return }
        buffer = nil
        if keepsBytes {
            keepsBytes = false
            lanes.unkeep()
        }
        lanes.clearWaiting(self)
        lanes.takeBack(lent)
    }
}

extension SIMD64 where Scalar == UInt8 {
    fileprivate func prefix(_ count: Int) -> [UInt8] { (0..<count).map { self[$0] } }
}

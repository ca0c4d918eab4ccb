/// A piece of memory that a lane fills and the kernels read. Whoever allocates it frees it, once, with `deallocate`.
///
/// @safe: every access is checked against `bytesMax`, which is what `init` allocates beyond the offset.
@safe struct MD5Buffer {
    /// One read of a connection fits beside what may stay from the turn before.
    static let bytesMax = 320 * 1024 + 128
    private static let alignment = 4_096
    /// Buffers of equal offset would use the same places of the L1 cache.
    private static let staggerBytes = 1_088
    private static let offsetMax = 16_384

    private let allocation: UnsafeMutableRawPointer
    private let bytes: UnsafeMutableRawPointer
    /// What waits to be hashed is `start..<end`.
    private(set) var start = 0
    private(set) var end = 0
    /// How far it has ever been filled: as much of it is resident.
    private(set) var touched = 0

    /// `index` tells buffers apart that are used together.
    init(index: Int) {
        unsafe allocation = .allocate(
            byteCount: Self.bytesMax + Self.offsetMax, alignment: Self.alignment)
        unsafe bytes = allocation + index * Self.staggerBytes % Self.offsetMax
    }

    func deallocate() { unsafe allocation.deallocate() }

    var count: Int { end - start }
    var room: Int { Self.bytesMax - end }
    var blocks: Int { count / 64 }

    /// With `crc` the piece goes into that, too.
    mutating func append(_ piece: Span<UInt8>, _ crc: inout CRC64?) {
        precondition(piece.count <= room, "a piece larger than its room")
        if var running = crc {
            unsafe running.update(piece, copyingTo: bytes + end)
            crc = running
        } else {
            unsafe piece.withUnsafeBytes { source in
                guard let base = source.baseAddress else { return }
                unsafe (bytes + end).copyMemory(from: base, byteCount: source.count)
            }
        }
        end += piece.count
        touched = max(touched, end)
    }

    mutating func dropFirst(_ count: Int) {
        precondition(count <= self.count, "more is dropped than there is")
        start += count
    }

    /// Moves what waits to the front.
    mutating func compact() {
        unsafe bytes.copyMemory(from: bytes + start, byteCount: count)
        end -= start
        start = 0
    }

    mutating func removeAll() {
        start = 0
        end = 0
    }

    /// A byte that waits.
    subscript(index: Int) -> UInt8 {
        precondition(index < count, "no such byte waits")
        return unsafe bytes.load(fromByteOffset: start + index, as: UInt8.self)
    }

    /// The first bytes since it was empty, hashed or not; it has not been compacted.
    func withAll(_ count: Int, _ body: (Span<UInt8>) -> Void) {
        precondition(count <= end, "no such bytes were filled in")
        unsafe body(Span(_unsafeBytes: UnsafeRawBufferPointer(start: bytes, count: count)))
    }

    /// Where the blocks that wait begin; good until the buffer changes.
    var blocksAddress: UnsafePointer<UInt8> {
        unsafe UnsafePointer((bytes + start).assumingMemoryBound(to: UInt8.self))
    }
}

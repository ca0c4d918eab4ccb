import Bytes

/// Bytes that a socket has not taken yet: one array read from the front. Its storage comes from the shard's
/// pool with the first byte and goes back with the last, so that an idle connection holds none.
struct OutputBuffer {
    private var storage: [UInt8] = []
    private var start = 0

    var count: Int { storage.count - start }
    var isEmpty: Bool { start == storage.count }

    mutating func append(_ bytes: Span<UInt8>, pool: BufferPool) {
        if storage.capacity == 0 { storage = pool.take() }
        storage.append(bytes)
    }

    /// The bytes in order.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        unsafe storage.withUnsafeBytes { raw in
            unsafe body(UnsafeRawBufferPointer(rebasing: raw[start...]))
        }
    }

    /// Drops `taken` bytes from the front.
    mutating func consume(_ taken: Int, pool: BufferPool) {
        start += taken
        if isEmpty {
            release(to: pool)
        } else if start > 256 * 1024, start > storage.count / 2 {
            storage.removeSubrange(..<start)
            start = 0
        }
    }

    mutating func release(to pool: BufferPool) {
        var emptied: [UInt8] = []
        swap(&emptied, &storage)
        start = 0
        pool.give(&emptied)
    }
}

/// Arrays kept for reuse by one shard: at most `countMax` of them, and of `bytesMax` together.
final class BufferPool {
    private static let countMax = 64
    private static let bytesMax = 4 << 20
    private var free: [[UInt8]] = []
    private var bytes = 0

    func take() -> [UInt8] {
        guard let array = free.popLast() else { return [] }
        bytes -= array.capacity
        return array
    }

    func give(_ array: inout [UInt8]) {
        guard array.capacity > 0, free.count < Self.countMax, bytes + array.capacity <= Self.bytesMax else {
            return
        }
        array.removeAll(keepingCapacity: true)
        bytes += array.capacity
        free.append(array)
    }
}

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
        var array: [UInt8] = []
        change { free in
            if let last = free.popLast() { array = last }
        }
        bytes -= array.capacity
        return array
    }

    func give(_ array: inout [UInt8]) {
        guard array.capacity > 0, bytes + array.capacity <= Self.bytesMax else { return }
        var emptied: [UInt8] = []
        swap(&emptied, &array)
        emptied.removeAll(keepingCapacity: true)
        change { free in
            guard free.count < Self.countMax else { return }
            bytes += emptied.capacity
            free.append(emptied)
        }
    }

    /// The list is taken out meanwhile: no access to it lasts while something is called.
    @inline(__always) private func change(_ change: (inout [[UInt8]]) -> Void) {
        var taken: [[UInt8]] = []
        swap(&taken, &free)
        change(&taken)
        swap(&taken, &free)
    }
}

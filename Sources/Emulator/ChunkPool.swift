import Synchronization

/// Chunks of removed bodies for those that come: memory that is given back to the system and taken again costs
/// as much as copying the bytes twice. Any thread may use it.
final class ChunkPool: Sendable {
    /// So many chunks are kept at most: 64 MiB.
    private static let countMax = 256

    private let free = Mutex<[[UInt8]]>([])

    /// A chunk without bytes that holds `MemoryBody.chunkBytes` without growing.
    func take() -> [UInt8] {
        var chunk = free.withLock { $0.popLast() } ?? []
        // Keeps the memory: nobody else has it by now.
        chunk.removeAll(keepingCapacity: true)
        chunk.reserveCapacity(MemoryBody.chunkBytes)
        return chunk
    }

    /// Keeps the full chunks of a body that is no more.
    func give(_ body: MemoryBody) {
        let full = body.fullChunks
        free.withLock { $0 += full.prefix(max(0, Self.countMax - $0.count)) }
    }
}

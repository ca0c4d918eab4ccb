/// Reads one piece of a body at any offset, for as long as it lives, whatever becomes of the piece.
final class BodyReader: Sendable {
    enum Source: Sendable {
        case nothing
        case memory(MemoryBody)
        case file(StoredFile)
    }

    private let source: Source
    /// Bytes of the piece.
    let size: UInt64

    /// The store makes readers.
    init(source: Source, size: UInt64) {
        self.source = source
        self.size = size
    }

    /// The bytes from `offset` on: `count` of them, fewer only where the piece ends.
    func read(at offset: UInt64, count: Int) throws(StorageFailure) -> [UInt8] {
        guard offset < size, count > 0 else { return [] }
        let count = Int(min(UInt64(count), size - offset))
        switch source {
        case .nothing: return []
        case .file(let file): return try file.read(at: offset, count: count)
        case .memory(let body): return try Self.read(body.chunks, at: Int(offset), count: count)
        }
    }

    /// A whole chunk in memory is not copied.
    private static func read(
        _ chunks: [MemoryBody.Chunk], at offset: Int, count: Int
    ) throws(StorageFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = offset
        while bytes.count < count, place / MemoryBody.chunkBytes < chunks.count {
            let start = place % MemoryBody.chunkBytes
            let wanted = count - bytes.count
            let taken: ArraySlice<UInt8>
            switch chunks[place / MemoryBody.chunkBytes] {
            case .memory(let chunk):
                if start == 0, bytes.isEmpty, chunk.count == count { return chunk }
                taken = chunk.dropFirst(start).prefix(wanted)
            case .spilled(let run):
                guard start < run.count else { return bytes }
                taken = try run.read(at: start, count: min(wanted, run.count - start))[...]
            }
            if taken.isEmpty { break }
            if bytes.isEmpty { bytes.reserveCapacity(count) }
            bytes += taken
            place += taken.count
        }
        return bytes
    }
}

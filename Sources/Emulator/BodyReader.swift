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
        case .file(let file), .memory(.spilled(let file)): return try file.read(at: offset, count: count)
        case .memory(.chunks(let chunks)): return Self.copy(chunks, at: Int(offset), count: count)
        }
    }

    private static func copy(_ chunks: [[UInt8]], at offset: Int, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var place = offset
        while bytes.count < count, place / MemoryBody.chunkBytes < chunks.count {
            let chunk = chunks[place / MemoryBody.chunkBytes]
            let start = place % MemoryBody.chunkBytes
            let taken = chunk.dropFirst(start).prefix(count - bytes.count)
            if taken.isEmpty { break }
            bytes += taken
            place += taken.count
        }
        return bytes
    }
}

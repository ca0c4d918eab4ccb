/// Writes one body. What is not finished leaves nothing behind: neither does a writer that met an error.
final class BodyWriter {
    /// A file that gets its final name when it is finished.
    struct Named {
        let place: BodyStore.Place
        let name: String
        let file: StoredFile
    }

    private enum State {
        case named(Named)
        /// Full chunks, and the one that is being filled, apart so that it grows in place.
        case memory
        case spilled(StoredFile)
        case closed
    }

    private let store: BodyStore
    private var state: State
    private var chunks: [[UInt8]] = []
    private var current: [UInt8] = []
    private var size: UInt64 = 0

    /// The store makes writers.
    init(store: BodyStore, named: Named?) {
        self.store = store
        state = named.map { .named($0) } ?? .memory
    }

    deinit { discard() }

    /// Appends bytes; after an error the writer is discarded.
    func append(_ bytes: Span<UInt8>) throws(StorageFailure) {
        do {
            try write(bytes)
        } catch {
            discard()
            throw error
        }
        size += UInt64(bytes.count)
    }

    private func write(_ bytes: Span<UInt8>) throws(StorageFailure) {
        switch state {
        case .closed: throw StorageFailure("this body was finished or discarded")
        case .named(let named): try named.file.write(bytes, at: size)
        case .spilled(let file): try file.write(bytes, at: size)
        case .memory:
            if size + UInt64(bytes.count) > UInt64(max(0, store.memoryBytesMax)) {
                try spill().write(bytes, at: size)
            } else {
                remember(bytes)
            }
        }
    }

    private func remember(_ bytes: Span<UInt8>) {
        var done = 0
        while done < bytes.count {
            if current.count == MemoryBody.chunkBytes {
                chunks.append(current)
                current = []
                // The first chunk grows as it is filled, for most bodies are small.
                current.reserveCapacity(MemoryBody.chunkBytes)
            }
            let count = min(MemoryBody.chunkBytes - current.count, bytes.count - done)
            current.append(copying: bytes.extracting(done..<done + count))
            done += count
        }
    }

    /// Moves what is in memory to a file.
    private func spill() throws(StorageFailure) -> StoredFile {
        let file = try StoredFile.unnamed()
        var offset: UInt64 = 0
        for chunk in chunks + [current] {
            try file.write(chunk.span, at: offset)
            offset += UInt64(chunk.count)
        }
        (chunks, current, state) = ([], [], .spilled(file))
        return file
    }

    /// Ends the body. With a directory it is durable when this returns; after an error the writer is discarded.
    func finish() throws(StorageFailure) -> BodyPiece {
        defer { discard() }
        switch state {
        case .closed: throw StorageFailure("this body was finished or discarded")
        case _ where size == 0: return BodyPiece(reference: .none, size: 0)
        case .named(let named):
            try publish(named)
            return BodyPiece(reference: .file(named.name), size: size)
        case .memory:
            let body = MemoryBody.chunks(chunks + [current])
            return BodyPiece(reference: store.add(body), size: size)
        case .spilled(let file): return BodyPiece(reference: store.add(.spilled(file)), size: size)
        }
    }

    /// Bytes first, then the name: a file under its final name is always whole.
    private func publish(_ named: Named) throws(StorageFailure) {
        guard let path = named.place.path(named.name) else {
            throw StorageFailure("\(named.name) is no name of a body")
        }
        try named.file.sync()
        try Files.rename(named.place.temporaryPath(named.name), to: path)
        do {
            try Files.syncDirectory(named.place.shelf(named.name))
        } catch {
            Files.remove(path)
            throw error
        }
    }

    /// Drops the body. After `finish` there is nothing to drop.
    func discard() {
        // Under the temporary name there is no file any more when the body was finished.
        if case .named(let named) = state { Files.remove(named.place.temporaryPath(named.name)) }
        (chunks, current, state) = ([], [], .closed)
    }
}

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
        /// Full chunks in `body`, and the one that is being filled, apart so that it grows in place.
        case memory
        case closed
    }

    private let store: BodyStore
    private var state: State
    private var body = MemoryBody()
    private var current: [UInt8] = []
    private var size: UInt64 = 0
    /// Bytes that it may have without asking the store for more room.
    private var room: UInt64 = 0
    private static let roomStep: UInt64 = 1 << 20

    /// The store makes writers.
    init(store: BodyStore, named: Named?) {
        self.store = store
        state = named.map { .named($0) } ?? .memory
    }

    deinit { discard() }

    /// Appends bytes; after an error the writer is discarded.
    func append(_ bytes: Span<UInt8>) throws(StorageFailure) {
        do throws(StorageFailure) {
            try takeRoom(size + UInt64(bytes.count))
            switch state {
            case .closed: throw StorageFailure("this body was finished or discarded")
            case .named(let named): try named.file.write(bytes, at: size)
            case .memory: try remember(bytes)
            }
        } catch {
            discard()
            throw error
        }
        size += UInt64(bytes.count)
    }

    /// Small bodies take what they need, large ones more at a time.
    private func takeRoom(_ needed: UInt64) throws(StorageFailure) {
        guard needed > room else { return }
        let step = max(needed - room, min(room, Self.roomStep))
        do throws(StorageFailure) {
            try store.takeRoom(step)
            room += step
        } catch  where step > needed - room {
            try store.takeRoom(needed - room)
            room = needed
        }
    }

    private func remember(_ bytes: Span<UInt8>) throws(StorageFailure) {
        var done = 0
        while done < bytes.count {
            if current.count == MemoryBody.chunkBytes {
                try seal()
                // The first chunk grows as it is filled, for most bodies are small.
                current = store.chunks.take()
            }
            let count = min(MemoryBody.chunkBytes - current.count, bytes.count - done)
            current.append(copying: bytes.extracting(done..<done + count))
            done += count
        }
    }

    /// Ends a chunk: in memory if this body may take more of it and there is room, else in a file.
    private func seal() throws(StorageFailure) {
        let mayStay = body.memoryBytes <= store.bodyMemoryBytesMax - current.count
        if mayStay, store.reserve(current.count) {
            body.append(.memory(current))
        } else {
            let chunk = current
            body.append(.spilled(try store.spillFiles.write(chunk.span)))
        }
        current = []
    }

    /// Ends the body. With a directory it is durable when this returns; after an error the writer is discarded.
    func finish() throws(StorageFailure) -> BodyPiece {
        defer { discard() }
        switch state {
        case .closed: throw StorageFailure("this body was finished or discarded")
        case _ where size == 0: return BodyPiece(reference: .none, size: 0)
        case .named(let named):
            try publish(named)
            keepRoom()
            return BodyPiece(reference: .file(named.name), size: size)
        case .memory:
            try seal()
            let whole = body
            // What was taken for it is the store's to give up.
            body = MemoryBody()
            keepRoom()
            return BodyPiece(reference: store.add(whole), size: size)
        }
    }

    /// What the body has is no longer the writer's to give back.
    private func keepRoom() { room -= size }

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
        if body.memoryBytes > 0 { store.release(body.memoryBytes) }
        if room > 0 { store.giveRoom(room) }
        room = 0
        (body, current, state) = (MemoryBody(), [], .closed)
    }
}

import Bytes
import Synchronization

/// Keeps the bytes of bodies: as files below a directory, which survive the process and the machine, or else in
/// memory as long as there is room for them, and in files without names beyond. Any thread may use it.
final class BodyStore: Sendable {
    /// Where files are and what keeps others away from them.
    struct Place: Sendable {
        let directory: String
        let lock: StoredFile

        var temporary: String { directory + "/temporary" }
        var objects: String { directory + "/objects" }

        func temporaryPath(_ name: String) -> String { temporary + "/" + name }

        /// The directory in which the finished file `name` lies: one of 256, after the name's first two digits.
        func shelf(_ name: String) -> String { objects + "/" + name.prefix(2) }

        /// nil when this is no name that the store gives, so that a damaged record reaches no other file.
        func path(_ name: String) -> String? {
            let isName = name.utf8.count == 32 && name.utf8.allSatisfy { Hex.value($0) != nil }
            return isName ? shelf(name) + "/" + name : nil
        }
    }

    private struct Table {
        var last: UInt64 = 0
        var bodies: [UInt64: MemoryBody] = [:]
        /// How many readers need each.
        var pins: [BodyReference: Int] = [:]
        /// Removed when its last reader is done; with its bytes.
        var doomed: [BodyReference: UInt64] = [:]
        /// Of all bodies together, those that are being written included.
        var memoryBytes = 0
        /// Of all bodies wherever they lie, with what writers have taken in advance.
        var totalBytes: UInt64 = 0
    }

    /// All bodies together take at most so much memory, not counting chunks that wait for others; not used with a
    /// directory.
    private let memoryBytesMax: Int
    /// And one body so much.
    let bodyMemoryBytesMax: Int
    /// All bodies together have at most so many bytes.
    private let totalBytesMax: UInt64
    let spillFiles = SpillFiles()
    let chunks = ChunkPool()
    /// nil when bodies are kept in memory.
    let place: Place?
    private let table = Mutex(Table())

    /// With a directory: takes it for this process, and removes what was not finished when the last one ended.
    init(
        directory: String?, memoryBytesMax: Int, bodyMemoryBytesMax: Int = .max, totalBytesMax: UInt64 = .max
    ) throws(StorageFailure) {
        self.totalBytesMax = totalBytesMax
        self.memoryBytesMax = memoryBytesMax
        self.bodyMemoryBytesMax = bodyMemoryBytesMax
        guard let directory else {
            place = nil
            return
        }
        try Files.makeDirectory(directory)
        let place = Place(directory: directory, lock: try Files.lock(directory + "/lock"))
        try Files.makeDirectory(place.temporary)
        try Files.makeDirectory(place.objects)
        for digits in UInt8.min...UInt8.max {
            try Files.makeDirectory(place.shelf(String(decoding: Hex.encode([digits]), as: UTF8.self)))
        }
        for name in try Files.names(in: place.temporary) { Files.remove(place.temporaryPath(name)) }
        try Files.syncDirectory(place.objects)
        try Files.syncDirectory(directory)
        self.place = place
    }

    /// Deletes the files that no record names: those of changes that were cut short. To be called before any writer
    /// begins.
    func removeUnreferenced(keeping: Set<String>) {
        guard let place else { return }
        for digits in UInt8.min...UInt8.max {
            let shelf = place.shelf(String(decoding: Hex.encode([digits]), as: UTF8.self))
            // A directory that cannot be read keeps its leftovers, which cost room and nothing else.
            for name in (try? Files.names(in: shelf)) ?? [] where !keeping.contains(name) {
                // Files that were put there by somebody else stay.
                if let path = place.path(name) { Files.remove(path) }
            }
        }
    }

    /// Begins a body.
    func begin() throws(StorageFailure) -> BodyWriter {
        guard let place else { return BodyWriter(store: self, named: nil) }
        let name = Files.randomName()
        let file = try StoredFile.create(place.temporaryPath(name))
        return BodyWriter(store: self, named: BodyWriter.Named(place: place, name: name, file: file))
    }

    /// Opens a piece for reading. The reader keeps its bytes even when the piece is removed meanwhile.
    func open(_ piece: BodyPiece) throws(StorageFailure) -> BodyReader {
        switch piece.reference {
        case .none: return BodyReader(source: .nothing, size: 0)
        case .memory(let number):
            guard let body = table.withLock({ $0.bodies[number] }) else {
                throw StorageFailure("body \(number) is not in memory")
            }
            return BodyReader(source: .memory(body), size: piece.size)
        case .file(let name):
            guard let path = place?.path(name) else {
                throw StorageFailure("there is no body of name \(name)")
            }
            return BodyReader(source: .file(try StoredFile.open(path)), size: piece.size)
        }
    }

    /// Removes bodies that no record names any more: at once, or when their readers are done.
    func remove(_ pieces: [BodyPiece]) {
        let free = table.withLock { table in
            pieces.filter { piece in
                guard table.pins[piece.reference] != nil else { return true }
                table.doomed[piece.reference] = piece.size
                return false
            }
        }
        for piece in free { drop(piece.reference, bytes: piece.size) }
    }

    /// Keeps bodies for a reader that opens them one after the other, until `unpin`.
    func pin(_ pieces: [BodyPiece]) {
        table.withLock { for piece in pieces { $0.pins[piece.reference, default: 0] += 1 } }
    }

    func unpin(_ pieces: [BodyPiece]) {
        let free = table.withLock { table in
            pieces.filter { piece in
                let left = (table.pins[piece.reference] ?? 1) - 1
                table.pins[piece.reference] = left > 0 ? left : nil
                return left == 0 && table.doomed.removeValue(forKey: piece.reference) != nil
            }
        }
        for piece in free { drop(piece.reference, bytes: piece.size) }
    }

    private func drop(_ reference: BodyReference, bytes: UInt64) {
        giveRoom(bytes)
        switch reference {
        case .none: break
        case .memory(let number):
            // What it holds may be given back to the system, which is not done under the lock.
            let body = table.withLock { table in
                let body = table.bodies.removeValue(forKey: number)
                table.memoryBytes -= body?.memoryBytes ?? 0
                return body
            }
            if let body { chunks.give(body) }
        case .file(let name): if let path = place?.path(name) { Files.remove(path) }
        }
    }

    /// Counts bytes that are to be stored; refuses them when there is no room for them.
    func takeRoom(_ bytes: UInt64) throws(StorageFailure) {
        let hasRoom = table.withLock { table in
            guard bytes <= totalBytesMax - min(totalBytesMax, table.totalBytes) else { return false }
            table.totalBytes += bytes
            return true
        }
        guard hasRoom else {
            throw StorageFailure(
                "all objects together would have more than \(totalBytesMax) bytes", isFull: true)
        }
    }

    /// Counts what was stored before, whether there is room for it or not.
    func countRoom(_ bytes: UInt64) { table.withLock { $0.totalBytes += bytes } }

    func giveRoom(_ bytes: UInt64) { table.withLock { $0.totalBytes -= min(bytes, $0.totalBytes) } }

    /// Takes room in memory; false when there is not enough.
    func reserve(_ count: Int) -> Bool {
        table.withLock { table in
            guard count <= memoryBytesMax - table.memoryBytes else { return false }
            table.memoryBytes += count
            return true
        }
    }

    /// Gives up room that was taken for a body that is none after all.
    func release(_ count: Int) { table.withLock { $0.memoryBytes -= count } }

    /// Gives a finished body of this process a number; the room that was taken for it is its own from now on.
    func add(_ body: MemoryBody) -> BodyReference {
        table.withLock {
            $0.last += 1
            $0.bodies[$0.last] = body
            return .memory($0.last)
        }
    }
}

/// A body that ends with the process: chunks of `chunkBytes` each, but for the last.
struct MemoryBody: Sendable {
    enum Chunk: Sendable {
        case memory([UInt8])
        case spilled(SpilledRun)
    }

    static let chunkBytes = 256 << 10

    private(set) var chunks: [Chunk] = []
    private(set) var memoryBytes = 0

    /// Those in memory that have all bytes that a chunk can have.
    var fullChunks: [[UInt8]] {
        chunks.compactMap { chunk in
            guard case .memory(let bytes) = chunk, bytes.count == Self.chunkBytes else { return nil }
            return bytes
        }
    }

    mutating func append(_ chunk: Chunk) {
        if case .memory(let bytes) = chunk { memoryBytes += bytes.count }
        chunks.append(chunk)
    }
}

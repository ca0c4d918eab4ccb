import Synchronization

/// Runs of bytes that memory has no room for, one behind the other in files without names. Any thread may use it.
final class SpillFiles: Sendable {
    /// A file that has got so many bytes is left to its runs, and the next one begun.
    private static let fileBytesMax: UInt64 = 1 << 30

    private struct Place {
        var file: StoredFile?
        var end: UInt64 = 0
    }

    private let place = Mutex(Place())

    func write(_ bytes: Span<UInt8>) throws(StorageFailure) -> SpilledRun {
        let count = UInt64(bytes.count)
        let (file, offset) = try place.withLock { place throws(StorageFailure) in
            if place.file == nil || place.end + count > Self.fileBytesMax {
                place = Place(file: try StoredFile.unnamed())
            }
            guard let file = place.file else { preconditionFailure("the file has just been made") }
            defer { place.end += count }
            return (file, place.end)
        }
        let run = SpilledRun(file: file, offset: offset, count: bytes.count)
        try file.write(bytes, at: offset)
        return run
    }
}

/// Some bytes of a file. When the last owner goes, so does the room that they take.
final class SpilledRun: Sendable {
    private let file: StoredFile
    private let offset: UInt64
    let count: Int

    fileprivate init(file: StoredFile, offset: UInt64, count: Int) {
        self.file = file
        self.offset = offset
        self.count = count
    }

    deinit { file.giveBack(at: offset, count: count) }

    /// `count` bytes from `start` on, which must be within the run.
    func read(at start: Int, count: Int) throws(StorageFailure) -> [UInt8] {
        try file.read(at: offset + UInt64(start), count: count)
    }
}

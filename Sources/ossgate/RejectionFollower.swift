import Explain
import Foundation

/// Reads a rejection log and waits for more. A rotation loses nothing: the old file is read to its end, then those
/// that were rotated away meanwhile, then the new one from its beginning.
struct RejectionFollower {
    private let files: RejectionFiles
    private let watch: DirectoryWatch
    private var current: FileHandle?

    /// The watch begins before anything is read, so that nothing is missed between.
    init(_ files: RejectionFiles) throws {
        self.files = files
        watch = try DirectoryWatch(
            URL(fileURLWithPath: files.path).deletingLastPathComponent().path)
    }

    /// Ends only with the process, or with an error.
    mutating func run(_ reader: inout RecordReader) async throws {
        let existing = (try? files.inOrder()) ?? []
        for path in existing where path != files.path {
            try reader.read(RejectionFiles.open(path))
            reader.endFile()
        }
        try readOn(&reader)
        for await _ in watch.changes { try readOn(&reader) }
    }

    private mutating func readOn(_ reader: inout RecordReader) throws {
        if let current {
            try reader.read(current)
            guard let open = identity(of: current) else { return }
            if open == identity(at: files.path) {
                // A file that shrank was emptied in place.
                if try current.offset() > size(of: current) {
                    try current.seek(toOffset: 0)
                    try reader.read(current)
                }
                return
            }
            // No new file yet: the old one may still be written to.
            guard let following = files(after: open) else { return }
            try reader.read(current)
            for file in following {
                reader.endFile()
                try reader.read(file)
            }
            self.current = following.last
            return
        }
        guard let opened = FileHandle(forReadingAtPath: files.path) else { return }
        current = opened
        try reader.read(opened)
    }

    /// The files that were rotated away after the one that was open until now, then the log itself; nil while there is no
    /// log. Opened first and looked up again after that, so that a rotation meanwhile neither hides nor repeats one.
    private func files(after open: Identity) -> [FileHandle]? {
        for _ in 0..<Self.rotationsMax {
            guard let log = FileHandle(forReadingAtPath: files.path) else { return nil }
            let rotated = rotated(after: open).compactMap { FileHandle(forReadingAtPath: $0) }
            let isSettled =
                rotated.map(identity(of:)) == self.rotated(after: open).map(identity(at:))
                && identity(of: log) == identity(at: files.path)
            if isSettled { return rotated + [log] }
        }
        return nil
    }

    /// So many rotations while files are opened, and the next change is waited for.
    private static let rotationsMax = 100

    private func rotated(after open: Identity) -> ArraySlice<String> {
        let rotated = ((try? files.inOrder()) ?? []).filter { $0 != files.path }
        guard let index = rotated.lastIndex(where: { identity(at: $0) == open }) else { return [] }
        return rotated[(index + 1)...]
    }

    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    private func identity(of handle: FileHandle) -> Identity? {
        identity(at: "/proc/self/fd/\(handle.fileDescriptor)")
    }

    /// Follows symbolic links, as opening does.
    private func identity(at path: String) -> Identity? {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let found = try? FileManager.default.attributesOfItem(atPath: resolved),
            let device = found[.systemNumber] as? NSNumber, let inode = found[.systemFileNumber] as? NSNumber
        else { return nil }
        return Identity(device: device.uint64Value, inode: inode.uint64Value)
    }

    private func size(of handle: FileHandle) throws -> UInt64 {
        let offset = try handle.offset()
        let end = try handle.seekToEnd()
        try handle.seek(toOffset: offset)
        return end
    }
}

import Dispatch
import Foundation
import Glibc

/// Hears of files in one directory that are written, made or renamed (inotify), or of whole ones alone. It owns the descriptor. Changes that
/// nobody has looked at yet are told as one.
final class DirectoryWatch {
    /// Why a directory cannot be watched.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let changes: AsyncStream<Void>
    private let handle: FileHandle
    private let source: any DispatchSourceRead

    /// With `wholeFiles` a file is told of when its writer has closed it, or when it has been renamed.
    init(_ directory: String, wholeFiles: Bool = false) throws(Failure) {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC))
        let mask = UInt32(
            wholeFiles ? IN_CLOSE_WRITE | IN_MOVED_TO : IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM)
        guard descriptor >= 0, unsafe inotify_add_watch(descriptor, directory, mask) >= 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw Failure(description: "cannot watch \(directory) for changes")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.handle = handle
        self.changes = changes
        source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "ossgate.directory"))
        source.setEventHandler {
            // What happened does not matter: whoever listens looks at the files themselves.
            _ = handle.availableData
            continuation.yield()
        }
        source.activate()
    }

    deinit { source.cancel() }
}

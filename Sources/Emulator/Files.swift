import Bytes
private import CKernels
import Glibc

/// An open file, closed when the last owner goes away. Reads and writes name their offsets, so that owners need not
/// agree on a position.
final class StoredFile: Sendable {
    /// For the words of errors only.
    let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// A new file for reading and writing; it is an error if there is one of this name.
    static func create(_ path: String) throws(StorageFailure) -> StoredFile {
        try open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, attempt: "cannot create")
    }

    /// A file that exists, for reading or also for writing.
    static func open(_ path: String, forWriting: Bool = false) throws(StorageFailure) -> StoredFile {
        try open(path, (forWriting ? O_RDWR : O_RDONLY) | O_NOFOLLOW, attempt: "cannot open")
    }

    /// A file without a name, which is gone when it is closed.
    static func unnamed() throws(StorageFailure) -> StoredFile {
        let file = try create("/tmp/ossgate-body-" + Files.randomName())
        if unsafe unlink(file.path) != 0 { throw Files.failure("cannot remove", file.path) }
        return file
    }

    /// A directory, or a lock file that is created if need be.
    fileprivate static func open(
        _ path: String, _ flags: Int32, attempt: String
    ) throws(StorageFailure) -> StoredFile {
        while true {
            let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOCTTY, 0o640)
            if descriptor >= 0 { return StoredFile(path: path, descriptor: descriptor) }
            guard errno == EINTR else { throw Files.failure(attempt, path) }
        }
    }

    /// Takes the file for this process until it is closed; false when somebody else has it.
    fileprivate func lock() throws(StorageFailure) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw Files.failure("cannot lock", path) }
        }
        return true
    }

    func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(StorageFailure) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[done...])
                return unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw Files.failure("cannot write", path, count == 0 ? EIO : errno)
            }
        }
    }

    /// The `count` bytes at `offset`; it is an error if the file ends before.
    func read(at offset: UInt64, count: Int) throws(StorageFailure) -> [UInt8] {
        var number: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
                let read = unsafe pread(descriptor, start, count - filled, off_t(offset) + off_t(filled))
                if read > 0 {
                    filled += read
                } else if read == 0 || errno != EINTR {
                    number = read == 0 ? 0 : errno
                    return
                }
            }
        }
        if bytes.count == count { return bytes }
        if number != 0 { throw Files.failure("cannot read", path, number) }
        throw StorageFailure("cannot read \(path): it is shorter than its record says")
    }

    /// Lets the file system have the room of some bytes again, which nobody reads any more. Where it cannot take it,
    /// the room is free when the file is.
    func giveBack(at offset: UInt64, count: Int) {
        _ = ossgate_punch_hole(descriptor, Int64(offset), Int64(count))
    }

    /// Waits until what was written survives a loss of power.
    func sync() throws(StorageFailure) {
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw Files.failure("cannot sync", path) }
        }
    }
}

/// Names in the file system.
enum Files {
    /// What was attempted with which file, and the system's reason.
    static func failure(_ attempt: String, _ path: String, _ number: Int32 = errno) -> StorageFailure {
        // strerror gives a text of this thread or a constant one; it is copied at once.
        StorageFailure("\(attempt) \(path): \(unsafe String(cString: strerror(number)))")
    }

    /// 128 random bits in hexadecimal, which no other file has for its name.
    static func randomName() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<16 { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        return String(decoding: Hex.encode(bytes), as: UTF8.self)
    }

    /// Creates a directory unless it is there. Not those above it: a disk that is not mounted, or a slip in a path,
    /// must not make data go where nobody looks for it.
    static func makeDirectory(_ path: String) throws(StorageFailure) {
        if unsafe mkdir(path, 0o750) != 0, errno != EEXIST { throw failure("cannot create", path) }
        // What exists may be no directory.
        _ = try StoredFile.open(path, O_RDONLY | O_DIRECTORY, attempt: "cannot open")
    }

    /// Takes `path` for this process as long as the result lives.
    static func lock(_ path: String) throws(StorageFailure) -> StoredFile {
        let file = try StoredFile.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, attempt: "cannot open")
        guard try file.lock() else {
            throw StorageFailure("cannot lock \(path): another emulator uses this directory")
        }
        return file
    }

    /// Waits until the names in a directory survive a loss of power.
    static func syncDirectory(_ path: String) throws(StorageFailure) {
        try StoredFile.open(path, O_RDONLY | O_DIRECTORY, attempt: "cannot open").sync()
    }

    static func rename(_ from: String, to: String) throws(StorageFailure) {
        if unsafe Glibc.rename(from, to) != 0 { throw failure("cannot rename", from) }
    }

    /// A file that cannot be removed costs room until the next start, never correctness.
    static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// The names in a directory but for `.` and `..`.
    static func names(in path: String) throws(StorageFailure) -> [String] {
        guard let directory = unsafe opendir(path) else { throw failure("cannot read", path) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { place in
                unsafe place.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

extension [UInt8] {
    /// Appends bytes in one copy.
    mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

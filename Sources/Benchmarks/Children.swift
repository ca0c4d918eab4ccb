import Foundation

/// A process that is measured or needed by a measurement: started with a pipe on one of its outputs, pinned to one
/// processor, ended with this object.
final class Child {
    private let process = Process()
    private let lines: FileHandle
    private var buffered = Data()

    /// `readsError` chooses which output the start line is on.
    init(_ arguments: [String], processor: Int, readsError: Bool) throws {
        let pipe = Pipe()
        lines = pipe.fileHandleForReading
        process.executableURL = URL(filePath: "/usr/bin/taskset")
        process.arguments = ["-c", "\(processor)"] + arguments
        if readsError {
            process.standardError = pipe
            process.standardOutput = FileHandle.nullDevice
        } else {
            process.standardOutput = pipe
        }
        try process.run()
    }

    /// The next line of its output; nil at the end.
    func line() -> String? {
        while true {
            if let end = buffered.firstIndex(of: 0x0A) {
                let text = String(decoding: buffered[..<end], as: UTF8.self)
                buffered = Data(buffered[buffered.index(after: end)...])
                return text
            }
            let more = lines.availableData
            guard !more.isEmpty else { return nil }
            buffered.append(more)
        }
    }

    /// User and system time so far, in seconds, at the resolution of the scheduler's own accounting.
    var cpuSeconds: Double {
        let path = "/proc/\(process.processIdentifier)/task"
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let nanoseconds = tasks.compactMap { task -> Double? in
            let text = try? String(contentsOfFile: "\(path)/\(task)/schedstat", encoding: .utf8)
            return text?.split(separator: " ").first.flatMap { Double($0) }
        }
        return nanoseconds.reduce(0, +) / 1e9
    }

    /// Resident memory in KiB.
    var residentKiB: Int {
        let text =
            (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Does not wait for its end: the run is over, and its name space ends with it.
    func stop() { process.terminate() }
}

import ArgumentParser
import Bytes
import Config
import Explain
import Foundation

/// The option `--log`, and the files that it or the configuration leads to.
struct RejectionLogOption: ParsableArguments {
    @Option(
        name: .customLong("log"),
        help: "The rejection log; - for the standard input. Else log.rejections of the configuration.")
    var file: String?

    @OptionGroup var source: ConfigurationOption

    /// The files to be read; nil for the standard input. Ends the process when there are none.
    func files() throws -> RejectionFiles? {
        if let file { return file == "-" ? nil : RejectionFiles(path: file) }
        guard let files = try configured() else {
            throw ExitCode.failing(
                .usage,
                "log.rejections of the configuration is no file; give one with --log, or - to read a pipe")
        }
        return files
    }

    /// As `files`, but nil when the log goes elsewhere and nobody named a file.
    func filesIfAny() throws -> RejectionFiles? {
        if let file { return RejectionFiles(path: file) }
        return try configured()
    }

    private func configured() throws -> RejectionFiles? {
        guard case .file(let path) = try source.load().log.rejections else { return nil }
        return RejectionFiles(path: path)
    }
}

/// A rejection log on disk: the file that is written now, and those that were rotated away as `PATH.1`, `PATH.2` and
/// so on, of which the highest number is the oldest.
struct RejectionFiles {
    let path: String

    /// Why a log cannot be read.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// All files that exist, oldest first. Fails when there is none.
    func inOrder() throws(Unreadable) -> [String] {
        var rotated: [String] = []
        while FileManager.default.fileExists(atPath: "\(path).\(rotated.count + 1)") {
            rotated.append("\(path).\(rotated.count + 1)")
        }
        let all = rotated.reversed() + (FileManager.default.fileExists(atPath: path) ? [path] : [])
        guard !all.isEmpty else { throw Unreadable(description: "there is no rejection log \(path)") }
        return all
    }

    static func open(_ path: String) throws(Unreadable) -> FileHandle {
        do {
            return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw Unreadable(description: "cannot read \(path): \(error.localizedDescription)")
        }
    }
}

/// Reads lines of one log after another and gives those that are records to `take`.
struct RecordReader {
    /// Lines that are no records.
    private(set) var malformed = 0
    private var splitter = LineSplitter()
    private var overlongBefore = 0
    let take: (LoggedRecord, ByteSlice) -> Void

    init(_ take: @escaping (LoggedRecord, ByteSlice) -> Void) { self.take = take }

    /// All that the handle has for now. A line without its end is kept until more comes.
    mutating func read(_ handle: FileHandle) throws {
        while let data = try handle.read(upToCount: 256 * 1024), !data.isEmpty {
            for line in splitter.take(Array(data)[...]) { look(at: line) }
        }
        malformed += splitter.overlong - overlongBefore
        overlongBefore = splitter.overlong
    }

    /// Nothing follows in this file: a last line without its end counts as well.
    mutating func endFile() {
        if let rest = splitter.takeRest() { look(at: rest) }
    }

    private mutating func look(at line: ByteSlice) {
        switch LoggedRecord.read(line) {
        case .record(let record): take(record, line)
        case .other: break
        case .malformed: malformed += 1
        }
    }
}

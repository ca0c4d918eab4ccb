import ArgumentParser
import Bytes
import Explain
import Foundation

/// `ossgate rejections`: the rejection log for a person or a program: all files of it in order, filtered, and if asked
/// for what comes from then on.
struct RejectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejections", abstract: "Show refused requests from the rejection log.")

    @Option(help: "Only from then on: 90s, 15m, 2h or 3d ago, or a time such as 2026-11-23T06:40:00Z.")
    var since: String?
    @Option(help: "Only this error code, such as InvalidDigest.")
    var code: String?
    @Option(help: "Only this rule, such as content-md5.")
    var rule: String?
    @Option(help: "Only this bucket.")
    var bucket: String?
    @Option(help: "Only this client address.")
    var client: String?
    @Flag(help: "Wait for further records, across rotations.")
    var follow = false
    @Flag(help: "Print the records as they are in the log.")
    var json = false

    @OptionGroup var log: RejectionLogOption

    func validate() throws {
        guard let since else { return }
        guard RecordFilter.since(since, nowMilliseconds: 0) != nil else {
            throw ValidationError(
                "--since \(since) is neither a span such as 15m nor a time such as 2026-11-23T06:40:00Z")
        }
    }

    func run() async throws {
        let filter = filter()
        let prints = json
        if !prints { Output.line(RecordTable.header) }
        var reader = RecordReader { record, line in
            guard filter.admits(record) else { return }
            if prints { Output.line(line) } else { Output.line(RecordTable.row(record)) }
        }
        do {
            if let files = try log.files() {
                try await read(files, &reader)
            } else {
                try reader.read(.standardInput)
                reader.endFile()
            }
        } catch let failure as ExitCode {
            throw failure
        } catch {
            throw ExitCode.failing(.inputOutput, "\(error)")
        }
        if reader.malformed > 0 { Operator.say("\(reader.malformed) lines are no records and were left out") }
    }

    private func read(_ files: RejectionFiles, _ reader: inout RecordReader) async throws {
        if follow {
            var follower = try RejectionFollower(files)
            return try await follower.run(&reader)
        }
        for path in try files.inOrder() {
            try reader.read(RejectionFiles.open(path))
            reader.endFile()
        }
    }

    private func filter() -> RecordFilter {
        var filter = RecordFilter()
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        filter.sinceMilliseconds = since.flatMap { RecordFilter.since($0, nowMilliseconds: now) }
        filter.code = code
        filter.rule = rule
        filter.bucket = bucket
        filter.client = client
        return filter
    }
}

/// Lines for the standard output, at once: whoever reads a pipe sees them as they come.
enum Output {
    static func line(_ text: String) { line(Array(text.utf8)[...]) }

    static func line(_ bytes: ByteSlice) {
        var data = Data(bytes)
        data.append(ASCII.lineFeed)
        FileHandle.standardOutput.write(data)
    }
}

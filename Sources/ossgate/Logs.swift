import ArgumentParser
import Config
import Foundation
import Telemetry

/// The logs of a serving process: opened before anything is bound, closed after everything else.
struct Logs {
    let rejections: LogSink?
    let access: AccessLog?

    /// Ends the process with a sentence when a file cannot be opened. A syslog server need not be there yet.
    init(_ log: Configuration.Log) throws {
        do {
            rejections = try log.rejections.map { try Self.sink("rejections", $0, .warning, log) }
            switch log.access {
            case .off: access = nil
            case .json: access = AccessLog(sink: try Self.accessSink(log), format: .json)
            case .combined: access = AccessLog(sink: try Self.accessSink(log), format: .combined)
            }
        } catch {
            throw ExitCode.failing(.inputOutput, "\(error)")
        }
    }

    /// Begins new files; says which cannot be opened, and goes on with the old ones.
    func reopen() {
        for sink in sinks {
            do { try sink.reopen() } catch { Operator.say("\(error)") }
        }
    }

    func close() {
        for sink in sinks { sink.close(flushMilliseconds: 2_000) }
    }

    private var sinks: [LogSink] { [rejections, access?.sink].compactMap(\.self) }

    private static func accessSink(_ log: Configuration.Log) throws(LogFile.Failure) -> LogSink {
        try sink("access", log.accessTo, .informational, log)
    }

    private static func sink(
        _ name: String, _ place: Configuration.LogPlace, _ severity: SyslogHeader.Severity,
        _ log: Configuration.Log
    ) throws(LogFile.Failure) -> LogSink {
        let rotation = LogRotation(bytesMax: UInt64(log.rotateBytes), kept: log.rotateKeep)
        let header = SyslogHeader(
            severity: severity, host: ProcessInfo.processInfo.hostName,
            processID: ProcessInfo.processInfo.processIdentifier, messageID: name)
        return switch place {
        case .stdout: try LogSink(name: name, path: nil)
        case .file(let path): try LogSink(name: name, path: path, rotation: rotation)
        case .syslogUDP(let host, let port):
            LogSink(name: name, syslog: .udp(host: host, port: port), header: header)
        case .syslogTCP(let host, let port):
            LogSink(name: name, syslog: .tcp(host: host, port: port), header: header)
        case .syslogUnix(let path): LogSink(name: name, syslog: .unix(path: path), header: header)
        }
    }
}

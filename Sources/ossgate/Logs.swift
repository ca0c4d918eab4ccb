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
            let format = AccessLog.Format(log.access)
            // Two writers to one place would cut each other's lines.
            let isShared = format != nil && log.rejections == log.accessTo && !log.accessTo.isSyslog
            let first = try log.rejections.map {
                try Self.sink(isShared ? "all" : "rejections", $0, .warning, log)
            }
            rejections = first
            if let format {
                let sink = try isShared ? first : Self.sink("access", log.accessTo, .informational, log)
                access = sink.map { AccessLog(sink: $0, format: format) }
            } else {
                access = nil
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

    /// Each once.
    private var sinks: [LogSink] {
        let second = access?.sink
        return [rejections, second === rejections ? nil : second].compactMap(\.self)
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

extension AccessLog.Format {
    /// nil for no access log.
    fileprivate init?(_ format: Configuration.AccessFormat) {
        switch format {
        case .off: return nil
        case .json: self = .json
        case .combined: self = .combined
        }
    }
}

extension Configuration.LogPlace {
    fileprivate var isSyslog: Bool {
        switch self {
        case .stdout, .file: false
        case .syslogUDP, .syslogTCP, .syslogUnix: true
        }
    }
}

import Bytes
import Glibc
import Synchronization

/// Where a syslog server listens.
package enum SyslogPlace: Sendable, Equatable, CustomStringConvertible {
    /// One datagram a message (RFC 5426).
    case udp(host: String, port: UInt16)
    /// Octet counting (RFC 6587, section 3.4.1).
    case tcp(host: String, port: UInt16)
    /// A socket of datagrams, such as `/dev/log`; or one of streams, with octet counting.
    case unix(path: String)

    package var description: String {
        func authority(_ host: String, _ port: UInt16) -> String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
        return switch self {
        case .udp(let host, let port): "syslog+udp://\(authority(host, port))"
        case .tcp(let host, let port): "syslog+tcp://\(authority(host, port))"
        case .unix(let path): "syslog+unix:\(path)"
        }
    }
}

/// The header of RFC 5424, section 6.2, for the messages of one log. Facility `local0`, no structured data.
package struct SyslogHeader: Sendable {
    private let priority: [UInt8]
    private let rest: [UInt8]

    /// As in RFC 5424, section 6.2.1.
    package enum Severity: Int, Sendable {
        case warning = 4
        case informational = 6
    }

    /// `messageID` names the kind of the messages.
    package init(severity: Severity, host: String, processID: Int32, messageID: String) {
        priority = Array("<\(16 * 8 + severity.rawValue)>1 ".utf8)
        let name = String(
            host.unicodeScalars.filter { (0x21...0x7E).contains($0.value) }.prefix(255).map(Character.init))
        rest = Array(" \(name.isEmpty ? "-" : name) ossgate \(processID) \(messageID) - ".utf8)
    }

    func bytes(at unixMilliseconds: Int64) -> [UInt8] {
        priority + RejectionRecord.timestamp(unixMilliseconds: unixMilliseconds) + rest
    }
}

/// A log that goes to a syslog server. It connects when there is something to say, and again when the connection is
/// lost; what the kernel had taken by then may be lost with it. Called on the queue of its log only.
final class SyslogOutput: LogOutput {
    private struct State {
        var socket: LogSocket?
        /// Frames for a stream that are not out yet, how far they are, and what they stand for.
        var frames: [UInt8] = []
        var framesOut = 0
        /// Where each frame ends, and where its line ends in what was to be delivered.
        var ends: [(frame: Int, line: Int)] = []
    }

    /// After a failed attempt, this passes before the next.
    private static let pauseMilliseconds = 1000
    /// Frames are put together up to about this size.
    private static let framesBytesMax = 64 * 1024

    private let place: SyslogPlace
    private let state = Mutex(State())

    init(_ place: SyslogPlace) { self.place = place }

    func reopen() throws(LogFile.Failure) {}

    func awaitRoom(milliseconds: Int32) {
        state.withLock { $0.socket }?.awaitRoom(milliseconds: milliseconds)
    }

    func deliver(_ lines: ByteSlice, startsLine: Bool) -> LogDelivery {
        state.withLock { state in
            if let socket = state.socket, socket.isStream, socket.hasEnded { disconnect(&state) }
            if state.socket == nil { state.socket = LogSocket.connect(to: place) }
            guard let socket = state.socket else { return .away(milliseconds: Self.pauseMilliseconds) }
            return socket.isStream
                ? sendFrames(of: lines, socket, &state) : sendDatagram(of: lines, socket, &state)
        }
    }

    /// One line, without its line feed.
    private func sendDatagram(of lines: ByteSlice, _ socket: LogSocket, _ state: inout State) -> LogDelivery {
        let end = lines.firstIndex(of: ASCII.lineFeed) ?? lines.endIndex
        switch socket.send(lines[..<end]) {
        case .bytes: return .bytes(min(end + 1, lines.endIndex) - lines.startIndex)
        case .full: return .full
        // No attempt could ever succeed with this one.
        case .failed(EMSGSIZE): return .failed
        case .failed:
            disconnect(&state)
            return .away(milliseconds: Self.pauseMilliseconds)
        }
    }

    private func sendFrames(of lines: ByteSlice, _ socket: LogSocket, _ state: inout State) -> LogDelivery {
        if state.frames.isEmpty { frame(lines, &state) }
        while state.framesOut < state.frames.count {
            switch socket.send(state.frames[state.framesOut...]) {
            case .bytes(let count): state.framesOut += count
            case .full: return .full
            case .failed:
                // Lines that went out whole are not sent again.
                let done = state.ends.last { $0.frame <= state.framesOut }
                disconnect(&state)
                return done.map { .bytes($0.line) } ?? .away(milliseconds: Self.pauseMilliseconds)
            }
        }
        let count = state.ends.last?.line ?? lines.count
        forgetFrames(&state)
        return .bytes(count)
    }

    private func frame(_ lines: ByteSlice, _ state: inout State) {
        var start = lines.startIndex
        while start < lines.endIndex, state.frames.count < Self.framesBytesMax {
            let end = lines[start...].firstIndex(of: ASCII.lineFeed) ?? lines.endIndex
            Decimal.append(UInt64(end - start), to: &state.frames)
            state.frames.append(ASCII.space)
            state.frames.append(contentsOf: lines[start..<end])
            start = min(end + 1, lines.endIndex)
            state.ends.append((state.frames.count, start - lines.startIndex))
        }
    }

    private func disconnect(_ state: inout State) {
        state.socket = nil
        forgetFrames(&state)
    }

    private func forgetFrames(_ state: inout State) {
        state.frames = []
        state.framesOut = 0
        state.ends = []
    }
}

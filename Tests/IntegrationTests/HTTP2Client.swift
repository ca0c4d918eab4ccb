import Bytes
import CNghttp2
import HTTPModel
import TLS
import TestSupport

/// A client that speaks HTTP/2 in frames of its own making, so that a test can send what no library would. Field lists
/// are sent uncompressed; nghttp2 reads those of answers. Every wait is bounded by the socket.
///
/// @safe: `inflater` is made by `init`, used by methods of this object one at a time, and freed once, in `deinit`.
@safe final class HTTP2Client {
    enum FrameType: UInt8 {
        case data = 0
        case headers
        case priority
        case reset
        case settings
        case pushPromise
        case ping
        case goAway
        case windowUpdate
        case continuation
    }

    struct Frame {
        let type: UInt8
        let flags: UInt8
        let stream: UInt32
        let payload: [UInt8]
    }

    /// What has come on one stream.
    struct Stream {
        var status = 0
        var interim: [Int] = []
        var fields = Fields()
        var body: [UInt8] = []
        var hasEnded = false
        var resetCode: UInt32?
        var window = 65_535
    }

    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4
    static let ack: UInt8 = 1

    let wire: RawClient
    private(set) var streams: [UInt32: Stream] = [:]
    private(set) var goAway: (lastStream: UInt32, code: UInt32)?
    private(set) var settings: [UInt16: UInt32] = [:]
    private(set) var pings: [[UInt8]] = []
    private(set) var isClosed = false
    private var input: [UInt8] = []
    private var connectionWindow = 65_535
    private var initialWindow = 65_535
    private var inflater: OpaquePointer?
    /// Gives back the window of what it reads.
    var takesBodies = true

    /// Sends the preface and settings unless a test wants to.
    init(port: UInt16, tls: TLSClientContext? = nil, greets: Bool = true) throws {
        wire = try RawClient(port: port, tls: tls)
        unsafe nghttp2_hd_inflate_new(&inflater)
        if greets {
            wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            send(.settings, payload: [])
        }
    }

    deinit { unsafe nghttp2_hd_inflate_del(inflater) }

    // MARK: Sending

    @discardableResult
    func send(_ type: FrameType, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8]) -> Bool {
        wire.send(Self.frame(type.rawValue, flags, stream, payload))
    }

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
            + bytes(stream) + payload
    }

    static func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }

    /// Literal fields without indexing (RFC 7541, section 6.2.2).
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + text(Array(name.utf8)) + text(Array(value.utf8)) }
    }

    private static func text(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var rest = bytes.count - 127
        var length: [UInt8] = [127]
        while rest >= 128 {
            length.append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + bytes
    }

    static func request(
        _ method: String = "GET", _ path: String = "/k", _ further: [(String, String)] = []
    ) -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":path", path), (":authority", Upload.host)] + further
    }

    func request(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = true) {
        send(
            .headers, flags: Self.endHeaders | (ends ? Self.endStream : 0), stream: stream,
            payload: Self.block(fields))
    }

    /// Data in frames of at most 16 KiB, as the windows allow. Stops when the stream is answered to its end.
    func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = true) throws {
        var start = 0
        repeat {
            let count = min(16_384, bytes.count - start)
            while count > 0, windowLeft(stream) < count {
                if streams[stream]?.hasEnded == true || streams[stream]?.resetCode != nil || isClosed {
                    return
                }
                try read()
            }
            streams[stream, default: fresh()].window -= count
            connectionWindow -= count
            let isLast = start + count == bytes.count
            send(
                .data, flags: isLast && ends ? Self.endStream : 0, stream: stream,
                payload: Array(bytes[start..<(start + count)]))
            start += count
        } while start < bytes.count
    }

    private func fresh() -> Stream {
        var stream = Stream()
        stream.window = initialWindow
        return stream
    }

    /// What may be sent on a stream now.
    func window(_ stream: UInt32) -> Int { windowLeft(stream) }

    private func windowLeft(_ stream: UInt32) -> Int {
        if streams[stream] == nil { streams[stream] = fresh() }
        return min(connectionWindow, streams[stream]?.window ?? 0)
    }

    // MARK: Receiving

    /// Reads until the stream has its answer, or is reset, or the connection is over.
    func answer(_ stream: UInt32) throws -> RawClient.Answer? {
        while streams[stream]?.hasEnded != true, streams[stream]?.resetCode == nil, !isClosed { try read() }
        guard let found = streams[stream], found.hasEnded else { return nil }
        return RawClient.Answer(
            head: ResponseHead(status: found.status, version: .http2, fields: found.fields), body: found.body)
    }

    /// Reads until something is so.
    func read(until isSo: (HTTP2Client) -> Bool) throws {
        while !isSo(self), !isClosed { try read() }
    }

    /// One piece of what has come; at its end `isClosed` is set.
    func read() throws {
        guard let piece = try wire.piece() else {
            isClosed = true
            return
        }
        input += piece
        while input.count >= 9 {
            let count = Int(input[0]) << 16 | Int(input[1]) << 8 | Int(input[2])
            guard input.count >= 9 + count else { return }
            let frame = Frame(
                type: input[3], flags: input[4], stream: Self.number(input[5..<9]) & 0x7FFF_FFFF,
                payload: Array(input[9..<(9 + count)]))
            input.removeSubrange(..<(9 + count))
            try handle(frame)
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func handle(_ frame: Frame) throws {
        let payload = frame.payload
        switch FrameType(rawValue: frame.type) {
        case .settings where frame.flags & Self.ack == 0:
            for start in stride(from: 0, to: payload.count, by: 6) {
                let identifier = UInt16(payload[start]) << 8 | UInt16(payload[start + 1])
                settings[identifier] = Self.number(payload[(start + 2)..<(start + 6)])
            }
            if let window = settings[4] {
                let change = Int(window) - initialWindow
                initialWindow = Int(window)
                for stream in streams.keys { streams[stream]?.window += change }
            }
            send(.settings, flags: Self.ack, payload: [])
        case .windowUpdate:
            let count = Int(Self.number(payload[0..<4]))
            if frame.stream == 0 {
                connectionWindow += count
            } else {
                streams[frame.stream, default: fresh()].window += count
            }
        case .headers: try fields(frame)
        case .data:
            streams[frame.stream, default: fresh()].body += payload
            if frame.flags & Self.endStream != 0 { streams[frame.stream]?.hasEnded = true }
            if takesBodies, !payload.isEmpty {
                send(.windowUpdate, payload: Self.bytes(UInt32(payload.count)))
                if frame.flags & Self.endStream == 0 {
                    send(.windowUpdate, stream: frame.stream, payload: Self.bytes(UInt32(payload.count)))
                }
            }
        case .reset: streams[frame.stream, default: fresh()].resetCode = Self.number(payload[0..<4])
        case .ping where frame.flags & Self.ack == 0: send(.ping, flags: Self.ack, payload: payload)
        case .ping: pings.append(payload)
        case .goAway: goAway = (Self.number(payload[0..<4]), Self.number(payload[4..<8]))
        default: break
        }
    }

    private func fields(_ frame: Frame) throws {
        var fields = Fields()
        var status = 0
        for (name, value) in try inflate(frame.payload) {
            if name == ":status" {
                status = Int(value) ?? 0
            } else {
                fields.append(name: Array(name.utf8)[...], value: Array(value.utf8)[...])
            }
        }
        if (100..<200).contains(status) {
            streams[frame.stream, default: fresh()].interim.append(status)
        } else if status > 0 {
            streams[frame.stream, default: fresh()].status = status
            streams[frame.stream]?.fields = fields
        }
        if frame.flags & Self.endStream != 0 { streams[frame.stream, default: fresh()].hasEnded = true }
    }

    private func inflate(_ block: [UInt8]) throws -> [(String, String)] {
        var found: [(String, String)] = []
        var start = 0
        while true {
            var pair = unsafe nghttp2_nv()
            var flags: Int32 = 0
            let taken = unsafe block[start...].withUnsafeBufferPointer { bytes in
                unsafe nghttp2_hd_inflate_hd2(inflater, &pair, &flags, bytes.baseAddress, bytes.count, 1)
            }
            guard taken >= 0 else { throw RawClient.Failure(description: "a field list that is none") }
            start += Int(taken)
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                let name = unsafe UnsafeBufferPointer(start: pair.name, count: pair.namelen)
                let value = unsafe UnsafeBufferPointer(start: pair.value, count: pair.valuelen)
                found.append(
                    (
                        unsafe String(decoding: name, as: UTF8.self),
                        unsafe String(decoding: value, as: UTF8.self)
                    ))
            }
            if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                unsafe nghttp2_hd_inflate_end_headers(inflater)
                return found
            }
            if taken == 0 { return found }
        }
    }
}

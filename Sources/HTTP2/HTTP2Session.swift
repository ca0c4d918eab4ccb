import Bytes
import CNghttp2
import HTTPModel

/// The server's side of one HTTP/2 connection over nghttp2: bytes in, events out, and bytes to be sent. Callbacks only
/// record; whoever owns the session acts on the events after `receive` has returned, and on those of `send` when it takes
/// them. It knows no socket and no clock,
/// and belongs to one shard.
///
/// Bounds: field lists by `HTTP2Limits.fieldListBytesMax`, bodies by the windows, responses by what the owner sends
/// while `pendingBytes` is above the mark, and what attackers do by the counters of `HTTP2Abuse`.
///
/// @safe: `session` comes from `nghttp2_session_server_new2`, is used only by methods of this object, one at a time, and
/// freed once, in `deinit`; its user data is this object, which outlives it.
@safe package final class HTTP2Session {
    package let limits: HTTP2Limits
    private var session: OpaquePointer?
    var events: [HTTP2Event] = []
    /// Where the input of the running `receive` begins, for ranges of it.
    private var inputStart: UnsafeRawPointer?
    private var collecting = FieldList()
    private var bodies: [Int32: ResponseBody] = [:]
    /// Streams whose request has come whole.
    private var complete: Set<Int32> = []
    private var meter = AbuseMeter()
    private var isBroken = false

    package init(limits: HTTP2Limits) {
        self.limits = limits
        unsafe session = HTTP2Callbacks.makeSession(userData: Unmanaged.passUnretained(self).toOpaque())
        let settings = [
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: limits.streamsMax),
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: limits.streamWindowBytes),
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: limits.fieldListBytesMax)),
        ]
        _ = unsafe nghttp2_submit_settings(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
        _ = unsafe nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, limits.connectionWindowBytes)
    }

    deinit { unsafe nghttp2_session_del(session) }

    /// Codes for `reset` (RFC 9113, section 7).
    package static let internalError = UInt32(NGHTTP2_INTERNAL_ERROR.rawValue)
    package static let noError = UInt32(NGHTTP2_NO_ERROR.rawValue)
    package static let cancel = UInt32(NGHTTP2_CANCEL.rawValue)

    // MARK: Input

    /// Takes what has come, all of it; ranges of `.data` events are of `input`. After a failure nothing more is taken,
    /// but there may be a last word to send.
    package func receive(_ input: Span<UInt8>) -> [HTTP2Event] {
        guard !isBroken else { return [] }
        unsafe input.withUnsafeBytes { bytes in
            unsafe inputStart = bytes.baseAddress
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let taken = unsafe nghttp2_session_mem_recv(session, start, bytes.count)
            unsafe inputStart = nil
            if taken < 0 || taken != bytes.count { fail() }
        }
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// What sending has brought about: streams that are gone with the end of their answer.
    package func takeEvents() -> [HTTP2Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// Nothing is wanted of the client any more, and nothing is left for it.
    package var isOver: Bool {
        hasFailed && !wantsToSend
    }

    /// The client's bytes cannot be understood, or not be borne.
    package var hasFailed: Bool {
        let wantsToRead = unsafe nghttp2_session_want_read(session) != 0
        return isBroken || !wantsToRead
    }

    package var wantsToSend: Bool { unsafe nghttp2_session_want_write(session) != 0 }

    private func fail() { isBroken = true }

    /// A field list has begun and not ended.
    package var isInFieldList: Bool { collecting.isOpen }

    /// Body bytes have found their place: the client may send as many more.
    package func consume(stream: Int32, count: Int) {
        _ = unsafe nghttp2_session_consume(session, stream, count)
    }

    /// Body bytes that nobody wants: only the connection's window is given back.
    package func consumeConnection(count: Int) {
        _ = unsafe nghttp2_session_consume_connection(session, count)
    }

    // MARK: Output

    /// Appends what is to be sent to `output` until that has `bytesMax` or there is no more.
    package func send(to output: inout [UInt8], bytesMax: Int) {
        while output.count < bytesMax {
            var start: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &start)
            if count > 0, let bytes = unsafe start {
                unsafe output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
            } else if count < 0 {
                return fail()
            } else {
                return
            }
        }
    }

    /// The final head of a response. Without `hasBody` it ends the stream.
    package func respond(stream: Int32, status: Int, fields: [(name: [UInt8], value: [UInt8])], hasBody: Bool)
    {
        let all = [(name: Array(":status".utf8), value: Array(String(status).utf8))] + fields
        bodies[stream] = hasBody ? ResponseBody() : nil
        unsafe NameValues(all).withPointers { pairs in
            unsafe withProvider { provider in
                _ = unsafe nghttp2_submit_response(
                    session, stream, pairs.baseAddress, pairs.count, hasBody ? provider : nil)
            }
        }
    }

    /// `100 Continue`.
    package func respondContinue(stream: Int32) {
        unsafe NameValues([(name: Array(":status".utf8), value: Array("100".utf8))]).withPointers { pairs in
            _ = unsafe nghttp2_submit_headers(
                session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, nil, pairs.baseAddress, pairs.count, nil)
        }
    }

    /// A piece of a response's body.
    package func send(stream: Int32, body: Span<UInt8>) {
        guard bodies[stream] != nil else { return }
        bodies[stream]?.bytes.append(body)
        pendingBytes += body.count
        _ = unsafe nghttp2_session_resume_data(session, stream)
    }

    /// The response is complete.
    package func finish(stream: Int32, trailers: [(name: [UInt8], value: [UInt8])]) {
        guard bodies[stream] != nil else { return }
        bodies[stream]?.isComplete = true
        bodies[stream]?.trailers = trailers
        _ = unsafe nghttp2_session_resume_data(session, stream)
    }

    /// As below, of all streams.
    package private(set) var pendingBytes = 0

    /// Response bytes that wait for the client's window or for the connection.
    package func pendingBytes(stream: Int32) -> Int { bodies[stream]?.pendingCount ?? 0 }

    /// Cuts a stream, one that has been answered with `noError` (RFC 9113, section 8.1).
    package func reset(stream: Int32, code: UInt32) {
        _ = unsafe nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code)
    }

    /// Begins a graceful end: the client is told to make no further requests, and asked to say when it knows.
    package func announceEnd() {
        _ = unsafe nghttp2_submit_shutdown_notice(session)
        _ = unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }

    /// No request after those that have come is taken.
    package func end() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        _ = unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
    }

    /// Ends at once, with an error that tells the client to calm down.
    package func endForAbuse() {
        _ = unsafe nghttp2_session_terminate_session(session, UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue))
    }

    private func withProvider(_ body: (UnsafePointer<nghttp2_data_provider>) -> Void) {
        var provider = unsafe nghttp2_data_provider(
            source: nghttp2_data_source(), read_callback: HTTP2Callbacks.readBody)
        unsafe body(&provider)
    }
}

// MARK: What callbacks record

extension HTTP2Session {
    /// True when the frame goes on being read.
    func frameBegins(type: UInt8) -> Bool {
        guard type == UInt8(NGHTTP2_CONTINUATION.rawValue) else {
            collecting.frames = 0
            return true
        }
        collecting.frames += 1
        guard collecting.frames > limits.continuationsMax else { return true }
        record(.continuations)
        return false
    }

    func fieldsBegin(stream: Int32) { collecting = FieldList(isOpen: true) }

    /// False when no more of the list is wanted.
    func field(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
        collecting.size += name.count + value.count + 32
        guard collecting.size <= limits.fieldListBytesMax else {
            collecting.isTooLarge = true
            return collecting.size <= 4 * limits.fieldListBytesMax
        }
        unsafe collecting.append(name, value)
        return true
    }

    func headReceived(stream: Int32, isRequest: Bool, endsStream: Bool) {
        let list = collecting
        collecting = FieldList()
        if endsStream { complete.insert(stream) }
        if isRequest {
            events.append(
                .head(stream: stream, list.fields, isTooLarge: list.isTooLarge, endsStream: endsStream))
            if endsStream { events.append(.end(stream: stream, trailers: Fields())) }
        } else if endsStream, !list.isTooLarge {
            events.append(.end(stream: stream, trailers: list.fields))
        } else {
            events.append(.misplacedFields(stream: stream))
        }
    }

    func dataReceived(stream: Int32, _ data: UnsafePointer<UInt8>, _ count: Int) {
        guard let start = unsafe inputStart else { return }
        let offset = unsafe UnsafeRawPointer(data) - start
        meter.dataCame(count)
        events.append(.data(stream: stream, offset..<(offset + count)))
    }

    func dataFrameReceived(stream: Int32, count: Int, endsStream: Bool) {
        if endsStream {
            complete.insert(stream)
            events.append(.end(stream: stream, trailers: Fields()))
        } else if count == 0 {
            idleFrame()
        }
    }

    func idleFrame() {
        meter.idleFrames += 1
        if meter.idleFrames > limits.idleFramesMax { record(.idleFrames) }
    }

    func pingAnswered() { events.append(.pingAnswered) }

    /// The client has reset a stream before it had its answer.
    func resetReceived() {
        meter.resets += 1
        if meter.resets > limits.resetsMax { record(.resets) }
    }

    func fieldListRefused() {
        collecting = FieldList()
        meter.fieldLists += 1
        if meter.fieldLists > 16 { record(.fieldLists) }
    }

    func streamClosed(stream: Int32, code: UInt32) {
        pendingBytes -= pendingBytes(stream: stream)
        bodies[stream] = nil
        if complete.remove(stream) != nil, code == 0 { meter.requestEnded() }
        events.append(.closed(stream: stream, code: code))
    }

    /// An abuse has been recorded.
    var isOverrun: Bool { meter.isOver }

    private func record(_ abuse: HTTP2Abuse) {
        guard !meter.isOver else { return }
        meter.isOver = true
        events.append(.abuse(abuse))
    }

    /// Fills a DATA frame; nil when there is nothing for now.
    func fill(
        stream: Int32, _ buffer: UnsafeMutableBufferPointer<UInt8>, isLast: inout Bool,
        hasTrailers: inout Bool
    ) -> Int? {
        guard let isComplete = bodies[stream]?.isComplete else { return nil }
        let count = unsafe bodies[stream]?.take(into: buffer) ?? 0
        pendingBytes -= count
        guard count > 0 || isComplete else { return nil }
        if isComplete, bodies[stream]?.pendingCount == 0 {
            isLast = true
            if let trailers = bodies[stream]?.trailers, !trailers.isEmpty {
                hasTrailers = true
                unsafe NameValues(trailers).withPointers { pairs in
                    _ = unsafe nghttp2_submit_trailer(session, stream, pairs.baseAddress, pairs.count)
                }
            }
        }
        return count
    }
}

/// The field list that is being received.
private struct FieldList {
    var isOpen = false
    var isTooLarge = false
    var size = 0
    var frames = 0
    private var bytes: [UInt8] = []
    private var entries: [Fields.Entry] = []

    init(isOpen: Bool = false) { self.isOpen = isOpen }

    var fields: Fields { Fields(bytes: bytes, entries: entries) }

    mutating func append(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let start = bytes.count
        unsafe bytes.append(contentsOf: name)
        let middle = bytes.count
        unsafe bytes.append(contentsOf: value)
        entries.append(Fields.Entry(name: start..<middle, value: middle..<bytes.count, of: bytes.span))
    }
}

/// What of a response's body the client's window has not let through.
private struct ResponseBody {
    var bytes: [UInt8] = []
    private var start = 0
    var isComplete = false
    var trailers: [(name: [UInt8], value: [UInt8])] = []

    var pendingCount: Int { bytes.count - start }

    mutating func take(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let count = min(buffer.count, pendingCount)
        let from = start
        unsafe bytes.withUnsafeBufferPointer { source in
            _ = unsafe buffer.update(fromContentsOf: source[from..<(from + count)])
        }
        start += count
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 64 * 1024)
            start = 0
        } else if start > 256 * 1024 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        return count
    }
}

/// Counts what attackers do, less what useful requests make up for. No clock: a long connection that is of use never
/// comes near the limits.
private struct AbuseMeter {
    var resets = 0
    var idleFrames = 0
    var fieldLists = 0
    var isOver = false
    private var dataBytes = 0

    mutating func requestEnded() {
        resets = max(0, resets - 1)
        idleFrames = max(0, idleFrames - 20)
    }

    mutating func dataCame(_ count: Int) {
        dataBytes += count
        guard dataBytes >= 16 * 1024 else { return }
        idleFrames = max(0, idleFrames - dataBytes / (16 * 1024))
        dataBytes %= 16 * 1024
    }
}

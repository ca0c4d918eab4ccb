import CNghttp2

/// The functions that nghttp2 calls. Each finds its session in the user data and records; none calls back into nghttp2,
/// but for trailers, which it asks for here.
enum HTTP2Callbacks {
    /// A session of a server with our callbacks and options. Only exhausted memory makes it fail.
    static func makeSession(userData: UnsafeMutableRawPointer) -> OpaquePointer {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0, unsafe nghttp2_option_new(&options) == 0
        else {
            preconditionFailure("no memory for an HTTP/2 session")
        }
        defer {
            unsafe nghttp2_session_callbacks_del(callbacks)
            unsafe nghttp2_option_del(options)
        }
        unsafe register(callbacks)
        // Windows are given back when bytes have found their place, not when they come.
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        // Messages are checked by us: nghttp2 would drop some faulty fields in silence, and answer none of them.
        unsafe nghttp2_option_set_no_http_messaging(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_max_reserved_remote_streams(options, 0)
        unsafe nghttp2_option_set_max_settings(options, 32)
        // Above our own bound of frames that carry nothing, which tells the client why it is sent away.
        unsafe nghttp2_option_set_max_outbound_ack(options, 2000)
        var session: OpaquePointer?
        guard unsafe nghttp2_session_server_new2(&session, callbacks, userData, options) == 0,
            let made = unsafe session
        else { preconditionFailure("no memory for an HTTP/2 session") }
        return unsafe made
    }

    private static func behind(_ userData: UnsafeMutableRawPointer?) -> HTTP2Session? {
        unsafe userData.map { unsafe Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let failure = Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)

    private static func register(_ callbacks: OpaquePointer?) {
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, head, userData in
            guard let head = unsafe head, let session = unsafe HTTP2Callbacks.behind(userData) else {
                return HTTP2Callbacks.failure
            }
            return session.frameBegins(type: unsafe head.pointee.type) ? 0 : HTTP2Callbacks.failure
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, userData in
            guard let frame = unsafe frame, let session = unsafe HTTP2Callbacks.behind(userData) else {
                return HTTP2Callbacks.failure
            }
            session.fieldsBegin(stream: unsafe frame.pointee.hd.stream_id)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, _, name, nameCount, value, valueCount, _, userData in
            guard let session = unsafe HTTP2Callbacks.behind(userData) else { return HTTP2Callbacks.failure }
            let isWanted = unsafe session.field(
                name: UnsafeBufferPointer(start: name, count: nameCount),
                value: UnsafeBufferPointer(start: value, count: valueCount))
            guard !isWanted else { return 0 }
            session.fieldListRefused()
            return Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, userData in
            guard let frame = unsafe frame, let session = unsafe HTTP2Callbacks.behind(userData) else {
                return HTTP2Callbacks.failure
            }
            unsafe HTTP2Callbacks.received(frame, session)
            // What follows in the same read would be answered too.
            return session.isOverrun ? HTTP2Callbacks.failure : 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, stream, data, count, userData in
            guard let data = unsafe data, let session = unsafe HTTP2Callbacks.behind(userData) else {
                return HTTP2Callbacks.failure
            }
            unsafe session.dataReceived(stream: stream, data, count)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) {
            _, stream, code, userData in
            guard let session = unsafe HTTP2Callbacks.behind(userData) else { return HTTP2Callbacks.failure }
            session.streamClosed(stream: stream, code: code)
            return 0
        }
    }

    private static let endStream = UInt8(NGHTTP2_FLAG_END_STREAM.rawValue)

    private static func received(_ frame: UnsafePointer<nghttp2_frame>, _ session: HTTP2Session) {
        let head = unsafe frame.pointee.hd
        let (stream, flags) = (head.stream_id, head.flags)
        switch UInt32(head.type) {
        case NGHTTP2_HEADERS.rawValue:
            let isRequest = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
            session.headReceived(stream: stream, isRequest: isRequest, endsStream: flags & endStream != 0)
        case NGHTTP2_DATA.rawValue:
            let count = unsafe head.length - frame.pointee.data.padlen
            session.dataFrameReceived(stream: stream, count: count, endsStream: flags & endStream != 0)
        case NGHTTP2_RST_STREAM.rawValue: session.resetReceived()
        case NGHTTP2_PING.rawValue:
            if flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
                session.pingAnswered()
            } else {
                session.idleFrame()
            }
        case NGHTTP2_SETTINGS.rawValue, NGHTTP2_PRIORITY.rawValue: session.idleFrame()
        default: break
        }
    }

    static let readBody: nghttp2_data_source_read_callback = {
        _, stream, buffer, count, flags, _, userData in
        guard let buffer = unsafe buffer, let flags = unsafe flags, let session = unsafe behind(userData)
        else {
            return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
        }
        var isLast = false
        var hasTrailers = false
        let room = unsafe UnsafeMutableBufferPointer(start: buffer, count: count)
        guard
            let written = unsafe session.fill(
                stream: stream, room, isLast: &isLast, hasTrailers: &hasTrailers)
        else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        if isLast { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        if hasTrailers { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue }
        return written
    }
}

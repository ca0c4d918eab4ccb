import COpenSSL

/// The two ends of a session's transport in memory: what has come and is not yet read, and what is to be sent. OpenSSL
/// reads and writes it through a BIO of our own, so that bytes are copied once each way.
///
/// @safe: `input` points into the buffer of one call of `TLSSession.receive` and is emptied before that returns. It
/// belongs to one session, whose calls into OpenSSL are the only ones that reach it.
@safe final class TLSBytes {
    private var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// What the session wants sent, in order.
    var output: [UInt8] = []

    /// Offers bytes to OpenSSL for the duration of `body`.
    func offering<R>(_ bytes: UnsafeRawBufferPointer, _ body: () -> R) -> R {
        unsafe input = bytes
        defer { unsafe input = UnsafeRawBufferPointer(start: nil, count: 0) }
        return body()
    }

    /// Nothing that was offered is left.
    var isDrained: Bool { unsafe input.isEmpty }

    fileprivate func read(_ count: Int, to buffer: UnsafeMutableRawPointer) -> Int {
        let taken = unsafe min(count, input.count)
        guard taken > 0, let start = unsafe input.baseAddress else { return 0 }
        unsafe buffer.copyMemory(from: start, byteCount: taken)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[taken...])
        return taken
    }

    fileprivate func write(_ buffer: UnsafeRawBufferPointer) {
        unsafe output.append(contentsOf: buffer)
    }

    /// A BIO that leads here, owned by whoever takes it. It must not outlive this object.
    func makeBIO() -> OpaquePointer? {
        guard let bio = unsafe BIO_new(OpaquePointer(bitPattern: Self.methodAddress)) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    /// The kind of our BIOs, made once and never freed.
    private static let methodAddress: UInt = makeMethod()

    private static func makeMethod() -> UInt {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = unsafe BIO_meth_new(kind, "ossgate") else {
            preconditionFailure("OpenSSL cannot make a kind of BIO")
        }
        _ = unsafe BIO_meth_set_read(method) { bio, buffer, count in
            guard let bio = unsafe bio, let buffer = unsafe buffer, let end = unsafe TLSBytes.behind(bio)
            else {
                return -1
            }
            unsafe ossgate_bio_clear_retry(bio)
            let taken = unsafe end.read(Int(count), to: UnsafeMutableRawPointer(buffer))
            guard taken > 0 else {
                unsafe ossgate_bio_set_retry_read(bio)
                return -1
            }
            return Int32(taken)
        }
        _ = unsafe BIO_meth_set_write(method) { bio, buffer, count in
            guard let bio = unsafe bio, let buffer = unsafe buffer, let end = unsafe TLSBytes.behind(bio)
            else {
                return -1
            }
            unsafe ossgate_bio_clear_retry(bio)
            unsafe end.write(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
            return count
        }
        _ = unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
            // Nothing is ever kept back here, so flushing has nothing to do.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return UInt(bitPattern: method)
    }

    private static func behind(_ bio: OpaquePointer) -> TLSBytes? {
        guard let data = unsafe BIO_get_data(bio) else { return nil }
        return unsafe Unmanaged<TLSBytes>.fromOpaque(data).takeUnretainedValue()
    }
}

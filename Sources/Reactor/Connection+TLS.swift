import Bytes
import TLS

/// How bytes pass through the TLS layer of a connection that has one.
extension Connection {
    /// A client speaks first.
    func begin(_ layer: SecureLayer) {
        var hello = core.pool.take()
        let progress = layer.session.start(output: &hello)
        transmit(hello.span)
        core.pool.give(&hello)
        if case .failed(let failure) = progress { failLater(Self.error(failure)) }
    }

    /// Small pieces are held until the end of the round, so that they become one record.
    func send(_ bytes: Span<UInt8>, _ layer: SecureLayer) {
        let isEstablished = layer.session.isEstablished
        if !isEstablished || layer.held.count + bytes.count <= Self.gatherBytesMax {
            if layer.held.capacity == 0 { layer.held = core.pool.take() }
            layer.held.append(bytes)
            if isEstablished, !state.isWriteBlocked { markUnflushed() }
        } else {
            seal(layer, bytes)
        }
        if pendingBytes > Self.highMark { state.isCongested = true }
    }

    /// Encrypts what is held, then `bytes`, and writes both.
    func seal(_ layer: SecureLayer, _ bytes: Span<UInt8>) {
        var sealed = core.pool.take()
        var held: [UInt8] = []
        swap(&held, &layer.held)
        layer.session.send(held.span, output: &sealed)
        core.pool.give(&held)
        layer.session.send(bytes, output: &sealed)
        transmit(sealed.span)
        core.pool.give(&sealed)
    }

    /// Everything that was sent is on its way, and after it the word that nothing follows.
    func sealEnd() {
        guard let layer, isOpen, pendingError == nil else { return }
        guard layer.session.isEstablished else { return layer.held.removeAll() }
        if !layer.held.isEmpty { seal(layer, [UInt8]().span) }
        var end = core.pool.take()
        layer.session.close(output: &end)
        transmit(end.span)
        core.pool.give(&end)
    }

    private func transmit(_ sealed: Span<UInt8>) {
        guard !sealed.isEmpty, isOpen, pendingError == nil else { return }
        if state.isWriteBlocked { append(sealed) } else { writeThrough(sealed) }
    }

    func receive(_ bytes: UnsafeRawBufferPointer, _ layer: SecureLayer) {
        let session = layer.session
        let wasEstablished = session.isEstablished
        var answer = core.pool.take()
        let data = unsafe core.dataBuffer
        let (count, progress) = unsafe session.receive(bytes, into: data, output: &answer)
        transmit(answer.span)
        core.pool.give(&answer)
        if !wasEstablished, session.isEstablished {
            handler?.connectionEstablished()
            if !layer.held.isEmpty { markUnflushed() }
        }
        if count > 0, isOpen {
            let received = unsafe UnsafeRawBufferPointer(rebasing: data[..<count])
            unsafe handler?.connectionReceived(Span(_unsafeBytes: received))
        }
        guard isOpen else { return }
        switch progress {
        case .open: break
        case .ended: if state.isReadPaused { layer.endIsWaiting = true } else { endInput() }
        case .failed(let failure): fail(Self.error(failure))
        }
    }

    /// Why the end of the socket's input is not an end of the stream. A client that ends so has still said all that its
    /// framing says; an origin's answer could be cut short, since the end may be all that frames it (RFC 9112,
    /// section 9.8).
    func cutOff(_ layer: SecureLayer) -> TransportError? {
        guard layer.session.isEstablished else {
            return TransportError(
                "connection lost", detail: "closed during the TLS handshake", isSecurity: true)
        }
        guard isOutgoing else { return nil }
        return TransportError(
            "connection lost", detail: "the end of the TLS stream is missing", isSecurity: true)
    }

    private static func error(_ failure: TLSFailure) -> TransportError {
        TransportError("no secure connection", detail: failure.description, isSecurity: true)
    }
}

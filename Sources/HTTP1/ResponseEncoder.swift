import Bytes
package import HTTPModel

/// Writes response heads for a client from the model. Pure. See `FieldWriter` for what cannot get through.
package enum ResponseEncoder {
    /// How a body of this framing goes to a client of this version: one of HTTP/1.0 knows no chunks, so its
    /// response ends with the connection.
    package static func framing(_ framing: BodyFraming, for version: HTTPVersion) -> BodyFraming {
        framing == .chunked && version == .http10 ? .untilClose : framing
    }

    /// Appends the head, always as HTTP/1.1: the reason as received (the registered one if it is empty), the
    /// fields in order, byte for byte, without hop-by-hop fields and those that Connection names.
    ///
    /// The framing field stands where the received one stood, else at the end. With `.none` a received
    /// Content-Length passes unchanged (the answer to HEAD, 304); where there is none, `Content-Length: 0` keeps a
    /// client from waiting for a body, unless the status has no body or `answersHead`. 1xx and 204 never have a
    /// length. `Connection` says `keep-alive` or `close`, the latter also when the body ends with the connection.
    package static func append(
        head: ResponseHead, isPersistent: Bool, requestVersion: HTTPVersion, answersHead: Bool = false,
        to bytes: inout [UInt8]
    ) {
        precondition((100..<1000).contains(head.status), "a status has three digits")
        bytes.reserveCapacity(bytes.count + head.fields.bytes.count + 64)
        appendStatusLine(head, to: &bytes)
        let framing = framing(head.framing, for: requestVersion)
        let length = length(framing, head, answersHead: answersHead)
        let connection: Literal? =
            head.status < 200 ? nil : connectionLine(isPersistent && framing != .untilClose)
        FieldWriter.append(
            head.fields, length: length, side: .response(connection: connection), to: &bytes)
        bytes.append("\r\n")
    }

    /// The interim response that lets a client send its body.
    package static func appendContinue(to bytes: inout [UInt8]) {
        bytes.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    private static func appendStatusLine(_ head: ResponseHead, to bytes: inout [UInt8]) {
        let reason = head.reason.span
        if head.status == 200, reason.isEmpty || ("OK" as Literal).matches(reason) {
            return bytes.append("HTTP/1.1 200 OK\r\n")
        }
        bytes.append("HTTP/1.1 ")
        Decimal.append(UInt64(head.status), to: &bytes)
        bytes.append(ASCII.space)
        if reason.isEmpty || reason.firstControl(in: 0..<reason.count) != nil {
            bytes.append(ReasonPhrase.registered(head.status))
        } else {
            bytes.append(reason)
        }
        bytes.append("\r\n")
    }

    private static func connectionLine(_ stays: Bool) -> Literal {
        stays ? "Connection: keep-alive\r\n" : "Connection: close\r\n"
    }

    private static func length(
        _ framing: BodyFraming, _ head: ResponseHead, answersHead: Bool
    ) -> FieldWriter.Length {
        if head.status < 200 || head.status == 204 { return .nothing }
        switch framing {
        case .none:
            let hasLength = head.fields.contains("content-length")
            return hasLength || answersHead || head.status == 304 ? .asReceived : .contentLength(0)
        case .length(let count): return .contentLength(count)
        case .chunked: return .chunked
        case .untilClose: return .nothing
        }
    }
}

import Bytes
package import HTTPModel

/// Writes request heads for an origin from the model. Pure. See `FieldWriter` for what cannot get through.
package enum RequestEncoder {
    /// Appends the head as HTTP/1.1: method and `originTarget` byte for byte, then the fields in order, byte for
    /// byte, without hop-by-hop fields, those that Connection names, and `Expect`. `framing` is written in the
    /// place of the received Content-Length or Transfer-Encoding, else at the end; `.none` keeps a received
    /// `Content-Length: 0`. A request without Host gets the authority of its target. A byte of method or
    /// target that no decoder lets through (blank, control, not ASCII) is percent-encoded.
    package static func append(head: RequestHead, framing: BodyFraming, to bytes: inout [UInt8]) {
        precondition(framing != .untilClose, "a request cannot end with its connection")
        bytes.reserveCapacity(bytes.count + head.fields.bytes.count + 64)
        if case .other(let token) = head.method {
            append(visible: token.span, to: &bytes)
        } else {
            head.method.append(to: &bytes)
        }
        bytes.append(ASCII.space)
        append(visible: head.originTarget.span, to: &bytes)
        bytes.append(" HTTP/1.1\r\n")
        if !head.fields.contains("host") {
            var host = Fields()
            host.append("Host", head.targetAuthority ?? [])
            FieldWriter.append(host.entries[0], of: host.bytes.span, to: &bytes)
        }
        let length = length(framing, head.fields)
        FieldWriter.append(head.fields, length: length, side: .request, to: &bytes)
        bytes.append("\r\n")
    }

    private static func length(_ framing: BodyFraming, _ fields: Fields) -> FieldWriter.Length {
        switch framing {
        case .none, .untilClose: fields.first("content-length")?.decimal == 0 ? .contentLength(0) : .nothing
        case .length(let count): .contentLength(count)
        case .chunked: .chunked
        }
    }

    private static func append(visible text: Span<UInt8>, to bytes: inout [UInt8]) {
        var index = 0
        while index < text.count, text[index] &- 0x21 < 0x5E { index += 1 }
        bytes.append(text.extracting(0..<index))
        while index < text.count {
            let byte = text[index]
            if byte &- 0x21 < 0x5E {
                bytes.append(byte)
            } else {
                bytes.append(ASCII.percent)
                bytes.append(Hex.digit(byte &>> 4, upper: true))
                bytes.append(Hex.digit(byte & 15, upper: true))
            }
            index += 1
        }
    }
}

import Bytes
import HTTPModel

/// The first line of a request (RFC 9112, section 3): where its parts lie in the head.
struct RequestLine {
    let method: Range<Int>
    let target: Range<Int>
    let version: HTTPVersion
    /// Where the field lines begin.
    let end: Int

    init(_ bytes: Span<UInt8>, limits: HTTP1Limits) throws(DecodeError) {
        var index = bytes.endOfToken(from: 0)
        guard bytes[index] == ASCII.space, index > 0 else { throw .malformed("invalid method") }
        method = 0..<index
        if index > limits.methodBytesMax { throw DecodeError(status: 501, reason: "method too long") }

        let targetStart = index + 1
        index = targetStart
        while Self.isTargetByte(bytes[index]) { index += 1 }
        target = targetStart..<index
        guard bytes[index] == ASCII.space, !target.isEmpty else {
            throw Self.targetError(bytes[index], isEmpty: target.isEmpty)
        }
        if target.count > limits.targetBytesMax {
            throw DecodeError(status: 414, reason: "request-target too long")
        }

        let versionStart = index + 1
        guard let stop = bytes.firstControl(in: versionStart..<bytes.count) else {
            throw .malformed("request line without an end")
        }
        try FieldSection.expectLineEnd(bytes, at: stop)
        version = try Self.version(bytes.extracting(versionStart..<stop))
        end = stop + 2
    }

    /// `HTTP/1.0` or `HTTP/1.1`; another version number is 505, anything else is malformed.
    static func version(_ text: Span<UInt8>) throws(DecodeError) -> HTTPVersion {
        guard text.count == 8, ("HTTP/" as Literal).matches(text.extracting(0..<5)), ASCII.isDigit(text[5]),
            text[6] == ASCII.dot, ASCII.isDigit(text[7])
        else { throw .malformed("invalid protocol version") }
        if text[5] == UInt8(ascii: "1") {
            if text[7] == UInt8(ascii: "1") { return .http11 }
            if text[7] == UInt8(ascii: "0") { return .http10 }
        }
        throw DecodeError(status: 505, reason: "protocol version other than 1.0 and 1.1")
    }

    /// Visible ASCII but `#`, which begins what is never sent. More than RFC 3986 allows, for clients that do not
    /// encode all they should; what comes is forwarded as it came.
    private static func isTargetByte(_ byte: UInt8) -> Bool { byte &- 0x21 < 0x5E && byte != 0x23 }

    private static func targetError(_ byte: UInt8, isEmpty: Bool) -> DecodeError {
        if byte == ASCII.carriageReturn { return .malformed("request line without a protocol version") }
        if byte == 0x23 { return .malformed("fragment in the request-target") }
        return .malformed(isEmpty ? "empty request-target" : "invalid byte in the request-target")
    }
}

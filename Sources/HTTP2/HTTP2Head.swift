import Bytes
package import HTTP1
package import HTTPModel

/// Makes the model's head of a request's field list, by the checks of HTTP/1.1: what HTTP/2 adds is checked here (RFC
/// 9113, section 8.2 and 8.3), then the head is put into the form of HTTP/1.1 and read as such, so that no rule about
/// targets, hosts, lengths and expectations exists twice, and nothing means one thing here and another at the origin.
package enum HTTP2Head {
    /// The pseudo-header fields of a request, each at most once and before all others.
    private struct Pseudo {
        var method: ByteSlice?
        var scheme: ByteSlice?
        var path: ByteSlice?
        var authority: ByteSlice?
    }

    /// `fields` is the list as it was decoded, pseudo-header fields among them. `endsStream`: no body follows.
    package static func request(
        _ fields: Fields, endsStream: Bool, limits: HTTP1Limits
    ) throws(DecodeError) -> RequestHead {
        let (pseudo, first) = try pseudoFields(fields)
        guard let method = pseudo.method, let path = pseudo.path, let scheme = pseudo.scheme else {
            throw malformed("missing pseudo-header field")
        }
        guard isToken(method) else { throw malformed("invalid :method") }
        guard scheme.matchesIgnoringCase("https") || scheme.matchesIgnoringCase("http") else {
            throw malformed("scheme other than http and https")
        }
        guard path.first == ASCII.slash || path.elementsEqual([UInt8(ascii: "*")]) else {
            throw malformed("invalid :path")
        }
        if path.count > limits.targetBytesMax {
            throw DecodeError(status: 414, reason: "request-target too long")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.bytes.count + 4 * fields.count + 32)
        bytes.append(contentsOf: method)
        bytes.append(ASCII.space)
        guard !path.contains(where: { $0 <= ASCII.space || $0 >= 0x7F }) else {
            throw malformed("invalid byte in the request-target")
        }
        bytes.append(contentsOf: path)
        bytes.append(" HTTP/1.1\r\n")
        try appendHost(pseudo.authority, fields, from: first, to: &bytes)
        try appendRegular(fields, from: first, to: &bytes)
        bytes.append("\r\n")
        var head = try RequestHead(gathered: bytes, limits: limits)
        head.version = .http2
        try frame(&head, endsStream: endsStream)
        return head
    }

    /// Trailers, by the same rules; pseudo-header fields have no place in them.
    package static func trailers(_ fields: Fields, limits: HTTP1Limits) throws(DecodeError) -> Fields {
        guard fields.count <= limits.fieldsMax else {
            throw DecodeError(status: 431, reason: "too many fields")
        }
        for index in fields.entries.indices {
            try checkField(fields.name(at: index), fields.value(at: index))
            guard !TrailerRule.isForbidden(fields.name(at: index)) else {
                throw malformed("field that cannot be a trailer")
            }
        }
        return fields
    }

    private static func pseudoFields(_ fields: Fields) throws(DecodeError) -> (Pseudo, first: Int) {
        var pseudo = Pseudo()
        var index = 0
        while index < fields.count, fields.name(at: index).first == ASCII.colon {
            let value = fields.value(at: index)
            if fields.name(at: index).elementsEqual(":method".utf8), pseudo.method == nil {
                pseudo.method = value
            } else if fields.name(at: index).elementsEqual(":scheme".utf8), pseudo.scheme == nil {
                pseudo.scheme = value
            } else if fields.name(at: index).elementsEqual(":path".utf8), pseudo.path == nil {
                pseudo.path = value
            } else if fields.name(at: index).elementsEqual(":authority".utf8), pseudo.authority == nil {
                pseudo.authority = value
            } else {
                throw malformed("unknown or repeated pseudo-header field")
            }
            index += 1
        }
        return (pseudo, index)
    }

    /// `:authority` becomes Host; a Host that is there as well must say the same (RFC 9113, section 8.3.1).
    private static func appendHost(
        _ authority: ByteSlice?, _ fields: Fields, from first: Int, to bytes: inout [UInt8]
    ) throws(DecodeError) {
        guard let authority else { return }
        guard !authority.contains(where: { $0 <= ASCII.space || $0 >= 0x7F }) else {
            throw malformed("invalid :authority")
        }
        if let host = fields.first("host") {
            guard host.count == authority.count,
                zip(host, authority).allSatisfy({ ASCII.lowercased($0) == ASCII.lowercased($1) })
            else { throw malformed("Host differs from :authority") }
            return
        }
        append("host", authority, to: &bytes)
    }

    private static func appendRegular(
        _ fields: Fields, from first: Int, to bytes: inout [UInt8]
    ) throws(DecodeError) {
        // Crumbs of a cookie become one field again (RFC 9113, section 8.2.3).
        var cookie: [UInt8]?
        for index in first..<fields.count {
            let (name, value) = (fields.name(at: index), fields.value(at: index))
            try checkField(name, value)
            if name.elementsEqual("cookie".utf8) {
                cookie = (cookie.map { $0 + [UInt8(ascii: ";"), ASCII.space] } ?? []) + value
            } else {
                append(name, value, to: &bytes)
            }
        }
        if let cookie { append("cookie", cookie[...], to: &bytes) }
    }

    /// RFC 9113, sections 8.2.1 and 8.2.2. What nghttp2 would drop in silence is refused here.
    private static func checkField(_ name: ByteSlice, _ value: ByteSlice) throws(DecodeError) {
        guard isToken(name), !name.contains(where: { (0x41...0x5A).contains($0) }) else {
            throw malformed("invalid field name")
        }
        let isClean = !value.contains { $0 < ASCII.space && $0 != ASCII.tab || $0 == 0x7F }
        guard isClean, value.first.map(ASCII.isBlank) != true, value.last.map(ASCII.isBlank) != true else {
            throw malformed("invalid byte in a field value")
        }
        if name.elementsEqual("te".utf8) {
            guard value.elementsEqual("trailers".utf8) else { throw malformed("TE other than trailers") }
        } else if HopByHop.isConnectionSpecific(name) {
            throw malformed("connection-specific field")
        }
    }

    /// Without Content-Length the end of the stream is all that frames a body; that there is none has to be said of an upload
    /// in HTTP/1.1 (RFC 9110, section 8.6). A length must fit what follows.
    private static func frame(_ head: inout RequestHead, endsStream: Bool) throws(DecodeError) {
        switch head.framing {
        case .length(let count):
            guard !endsStream || count == 0 else { throw malformed("Content-Length without a body") }
            head.expectsContinue = head.fields.contains("expect") && count > 0
        default:
            let isUpload = head.method == .put || head.method == .post
            head.framing = !endsStream ? .chunked : isUpload ? .length(0) : .none
            head.expectsContinue = head.fields.contains("expect") && !endsStream
        }
    }

    private static func append(_ name: ByteSlice, _ value: ByteSlice, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name)
        bytes.append(": ")
        bytes.append(contentsOf: value)
        bytes.append("\r\n")
    }

    private static func append(_ name: Literal, _ value: ByteSlice, to bytes: inout [UInt8]) {
        bytes.append(name)
        bytes.append(": ")
        bytes.append(contentsOf: value)
        bytes.append("\r\n")
    }

    private static func isToken(_ bytes: ByteSlice) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(ASCII.isToken)
    }

    private static func malformed(_ reason: String) -> DecodeError {
        DecodeError(status: 400, reason: reason)
    }
}

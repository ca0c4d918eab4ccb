import Bytes
package import HTTPModel

extension RequestHead {
    /// Parses a head that HTTP/2 has put into the form of HTTP/1.1, from its request line to its empty line.
    package init(gathered bytes: [UInt8], limits: HTTP1Limits) throws(DecodeError) {
        try self.init(bytes, limits: limits)
    }

    /// Parses a head that a `SectionReader` has gathered; the target and the fields are ranges of `bytes`.
    init(_ bytes: [UInt8], limits: HTTP1Limits) throws(DecodeError) {
        let span = bytes.span
        let line = try RequestLine(span, limits: limits)
        let section = try FieldSection(span, from: line.end, fieldsMax: limits.fieldsMax)
        if section.hasLookAlike { throw .malformed("field name with _ in place of -") }
        let method = Method(span.extracting(line.method))
        if case .other(let name) = method, ("CONNECT" as Literal).matches(name.span) {
            throw DecodeError(status: 501, reason: "CONNECT is not served")
        }
        let target = bytes[line.target]
        let parts = try RequestTarget(target, method: method)
        try Self.checkHost(section, span, version: line.version, targetAuthority: parts.authority)
        let framing = try MessageFraming.read(
            section, span, version: line.version, acceptsRepeatedLength: false)
        let options = try ConnectionOptions(section, span, strict: true)
        let expectsContinue = try Self.readExpect(section, span)
        self.init(
            method: method, target: target, originTarget: parts.origin, targetAuthority: parts.authority,
            version: line.version, fields: Fields(bytes: bytes, entries: section.entries, areDecoded: true),
            framing: framing ?? .none, isPersistent: options.isPersistent(line.version),
            expectsContinue: expectsContinue && line.version == .http11 && framing?.isEmpty == false)
    }

    /// RFC 9112, section 3.2: exactly one Host in HTTP/1.1, of valid form; an absolute-form target must say the
    /// same, so that no two parts of this program can believe in different ones.
    private static func checkHost(
        _ section: FieldSection, _ bytes: Span<UInt8>, version: HTTPVersion, targetAuthority: ByteSlice?
    ) throws(DecodeError) {
        guard section.host.count > 0 else {
            if version == .http10 { return }
            throw .malformed("no Host field")
        }
        guard section.host.count == 1 else { throw .malformed("several Host fields") }
        let host = bytes.extracting(section.entries[section.host.first].value)
        guard Authority.isValid(host) else { throw .malformed("invalid Host field") }
        guard let targetAuthority else { return }
        guard targetAuthority.span.isEqualIgnoringCase(to: host) else {
            throw .malformed("Host differs from the request-target")
        }
    }

    /// True for `100-continue`, the only expectation there is (RFC 9110, section 10.1.1).
    private static func readExpect(
        _ section: FieldSection, _ bytes: Span<UInt8>
    ) throws(DecodeError) -> Bool {
        guard section.expect.count > 0 else { return false }
        let value = bytes.extracting(section.entries[section.expect.first].value)
        guard section.expect.count == 1, ("100-continue" as Literal).matchesIgnoringCase(value) else {
            throw DecodeError(status: 417, reason: "expectation other than 100-continue")
        }
        return true
    }
}

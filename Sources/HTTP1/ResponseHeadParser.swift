import Bytes
import HTTPModel

extension ResponseHead {
    /// Parses a head that a `SectionReader` has gathered; the reason and the fields are ranges of `bytes`.
    init(_ bytes: [UInt8], requestMethod: Method, limits: HTTP1Limits) throws(DecodeError) {
        let span = bytes.span
        let line = try StatusLine(span)
        let section = try FieldSection(span, from: line.end, fieldsMax: limits.fieldsMax)
        let options = try ConnectionOptions(section, span, strict: false)
        let framing = try Self.framing(section, span, line, requestMethod: requestMethod)
        self.init(
            status: line.status, reason: bytes[line.reason], version: line.version,
            fields: Fields(bytes: bytes, entries: section.entries, areDecoded: true), framing: framing,
            isPersistent: framing != .untilClose && options.isPersistent(line.version))
    }

    /// RFC 9112, section 6.3.
    private static func framing(
        _ section: FieldSection, _ bytes: Span<UInt8>, _ line: StatusLine, requestMethod: Method
    ) throws(DecodeError) -> BodyFraming {
        if line.status < 200 { return .none }
        if requestMethod == .head || line.status == 204 || line.status == 304 {
            // It frames nothing here, but is passed on, so it must make sense.
            _ = try MessageFraming.contentLength(section, bytes, acceptsRepeated: true)
            return .none
        }
        let framing = try MessageFraming.read(
            section, bytes, version: line.version, acceptsRepeatedLength: true)
        return framing ?? .untilClose
    }
}

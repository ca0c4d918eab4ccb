import Bytes
import HTTPModel

/// The first line of a response (RFC 9112, section 4): where its parts lie in the head.
struct StatusLine {
    let version: HTTPVersion
    let status: Int
    let reason: Range<Int>
    /// Where the field lines begin.
    let end: Int

    init(_ bytes: Span<UInt8>) throws(DecodeError) {
        guard let stop = bytes.firstControl(in: 0..<bytes.count) else {
            throw .malformed("status line without an end")
        }
        try FieldSection.expectLineEnd(bytes, at: stop)
        guard stop >= 12, bytes[8] == ASCII.space else { throw .malformed("invalid status line") }
        version = try RequestLine.version(bytes.extracting(0..<8))
        guard let code = Decimal.parse(bytes.extracting(9..<12)), (100..<600).contains(code) else {
            throw .malformed("invalid status code")
        }
        status = Int(code)
        // A status line without a reason lacks, from some origins, the blank before it too.
        guard stop == 12 || bytes[12] == ASCII.space else { throw .malformed("invalid status code") }
        reason = min(13, stop)..<stop
        end = stop + 2
    }
}

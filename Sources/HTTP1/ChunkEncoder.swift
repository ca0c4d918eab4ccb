import Bytes
package import HTTPModel

/// Writes the chunked coding (RFC 9112, section 7.1): header, data, end for each chunk, then the last one. Pure.
package enum ChunkEncoder {
    /// The last chunk, without trailers.
    package static let last: [UInt8] = Array("0\r\n\r\n".utf8)

    /// Appends the line that announces `count` bytes of data; a chunk of none would end the body, so `count` is
    /// at least 1.
    package static func appendHeader(count: Int, to bytes: inout [UInt8]) {
        precondition(count > 0, "a chunk has data")
        var shift = (UInt64.bitWidth - UInt64(count).leadingZeroBitCount - 1) / 4 * 4
        while shift >= 0 {
            bytes.append(Hex.digit(UInt8(truncatingIfNeeded: count &>> shift) & 15, upper: false))
            shift -= 4
        }
        bytes.append("\r\n")
    }

    /// Appends the CRLF after the data of a chunk.
    package static func appendEnd(to bytes: inout [UInt8]) {
        bytes.append("\r\n")
    }

    /// Appends one whole chunk; nothing if there is no data.
    package static func append(chunk data: Span<UInt8>, to bytes: inout [UInt8]) {
        guard !data.isEmpty else { return }
        appendHeader(count: data.count, to: &bytes)
        bytes.append(data)
        appendEnd(to: &bytes)
    }

    /// Appends the last chunk and the trailers, without those that may not be trailers.
    package static func appendLast(trailers: Fields = Fields(), to bytes: inout [UInt8]) {
        bytes.append("0\r\n")
        let source = trailers.bytes.span
        for (index, entry) in trailers.entries.enumerated()
        where !TrailerRule.isForbidden(trailers.name(at: index)) {
            FieldWriter.append(entry, of: source, to: &bytes)
        }
        bytes.append("\r\n")
    }
}

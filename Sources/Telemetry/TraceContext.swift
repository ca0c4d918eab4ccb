package import Bytes

/// The ids of `traceparent` (W3C Trace Context, section 3.2): what a record tells so that it can be found from a trace.
package struct TraceContext: Sendable, Equatable {
    /// 32 and 16 lower-case hexadecimal digits.
    package let traceID: ByteSlice
    package let spanID: ByteSlice

    /// nil when the value is malformed, which a reader has to ignore.
    package init?(traceparent value: ByteSlice) {
        let parts = value.trimmingBlanks().split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16,
            parts[3].count == 2, parts.prefix(4).allSatisfy({ $0.allSatisfy(Self.isLowerHex) }),
            !parts[0].matches("ff"), parts.count == 4 || !parts[0].matches("00"),
            parts[1].contains(where: { $0 != ASCII.zero }), parts[2].contains(where: { $0 != ASCII.zero })
        else { return nil }
        traceID = parts[1]
        spanID = parts[2]
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

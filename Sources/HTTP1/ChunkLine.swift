import Bytes

/// The line before the data of a chunk (RFC 9112, section 7.1): a size, and extensions, which are checked and
/// dropped.
enum ChunkLine {
    /// The size that `line`, given without its CRLF, announces.
    static func size(_ line: Span<UInt8>) throws(DecodeError) -> UInt64 {
        var index = 0
        var size: UInt64 = 0
        while index < line.count, let digit = Hex.value(line[index]) {
            guard index < 16 else { throw .malformed("chunk size with too many digits") }
            size = size &<< 4 | UInt64(digit)
            index += 1
        }
        guard index > 0 else { throw .malformed("chunk line without a size") }
        guard size <= UInt64(Int64.max) else { throw .malformed("chunk size too large") }
        while index < line.count { try skipExtension(line, &index) }
        return size
    }

    /// `BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ]`
    private static func skipExtension(_ line: Span<UInt8>, _ index: inout Int) throws(DecodeError) {
        skipBlanks(line, &index)
        guard index < line.count, line[index] == ASCII.semicolon else { throw invalid }
        index += 1
        skipBlanks(line, &index)
        try skipToken(line, &index)
        var ahead = index
        skipBlanks(line, &ahead)
        guard ahead < line.count, line[ahead] == ASCII.equals else { return }
        index = ahead + 1
        skipBlanks(line, &index)
        if index < line.count, line[index] == ASCII.quote {
            try skipQuoted(line, &index)
        } else {
            try skipToken(line, &index)
        }
    }

    private static func skipBlanks(_ line: Span<UInt8>, _ index: inout Int) {
        while index < line.count, ASCII.isBlank(line[index]) { index += 1 }
    }

    private static func skipToken(_ line: Span<UInt8>, _ index: inout Int) throws(DecodeError) {
        let start = index
        while index < line.count, ASCII.isToken(line[index]) { index += 1 }
        guard index > start else { throw invalid }
    }

    private static func skipQuoted(_ line: Span<UInt8>, _ index: inout Int) throws(DecodeError) {
        index += 1
        while index < line.count, line[index] != ASCII.quote {
            if line[index] == ASCII.backslash { index += 1 }
            guard index < line.count, !ASCII.isControl(line[index]) || line[index] == ASCII.tab else {
                throw invalid
            }
            index += 1
        }
        guard index < line.count else { throw invalid }
        index += 1
    }

    private static var invalid: DecodeError { .malformed("invalid chunk line") }
}

import Bytes

/// Walks the members of a comma-separated list (RFC 9110, section 5.6.1) without copying: blanks around a member
/// are left out, empty members come as empty ranges.
struct ListCursor {
    private var next = 0

    /// The range of the next member in `list`; nil after the last.
    mutating func member(of list: Span<UInt8>) -> Range<Int>? {
        guard next <= list.count else { return nil }
        var start = next
        var end = list.firstIndex(of: ASCII.comma, in: start..<list.count) ?? list.count
        next = end + 1
        while start < end, ASCII.isBlank(list[start]) { start += 1 }
        while end > start, ASCII.isBlank(list[end - 1]) { end -= 1 }
        return start..<end
    }
}

/// True for a `token` of RFC 9110, section 5.6.2.
func isToken(_ bytes: Span<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.endOfToken(from: 0) == bytes.count
}

package import Bytes

/// The boundary of a form, from the value of its Content-Type.
package enum FormBoundary {
    /// 1 to 70 characters (RFC 2046, section 5.1.1).
    static let bytesMax = 70

    /// The first boundary parameter of `multipart/form-data`, quoted or not; nil when the media type is another, or
    /// the boundary is absent, empty, too long, or has a byte that no line of a body can have. Characters are not
    /// held to the grammar: clients send unquoted what should be quoted.
    package static func parse(_ contentType: ByteSlice) -> ByteSlice? {
        let items = contentType.split(separator: ASCII.semicolon, omittingEmptySubsequences: false)
        guard let type = items.first, type.trimmingBlanks().matchesIgnoringCase("multipart/form-data") else {
            return nil
        }
        for item in items.dropFirst() {
            let item = item.trimmingBlanks()
            guard item.hasPrefixIgnoringCase("boundary=") else { continue }
            var value = item.dropFirst(9)
            if value.first == ASCII.quote, value.last == ASCII.quote, value.count >= 2 {
                value = value.dropFirst().dropLast()
            }
            guard (1...bytesMax).contains(value.count), !value.contains(where: { ASCII.isControl($0) }) else {
                return nil
            }
            return value
        }
        return nil
    }
}

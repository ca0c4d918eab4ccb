import Bytes
import HTTPModel

/// The form of a request-target (RFC 9112, section 3.2) and what of it goes to an origin.
struct RequestTarget {
    let origin: ByteSlice
    let authority: ByteSlice?

    /// `text` is the target, not empty and without blanks or control bytes.
    init(_ text: ByteSlice, method: Method) throws(DecodeError) {
        if text.first == ASCII.slash {
            origin = text
            authority = nil
        } else if text.first == UInt8(ascii: "*"), text.count == 1 {
            guard method == .options else { throw .malformed("asterisk target without OPTIONS") }
            origin = text
            authority = nil
        } else {
            guard let start = Self.authorityStart(text) else { throw .malformed("invalid request-target") }
            let end = text[start...].firstIndex { $0 == ASCII.slash || $0 == ASCII.question } ?? text.endIndex
            let named = text[start..<end]
            guard !named.isEmpty, named.first != ASCII.colon, Authority.isValid(named.span) else {
                throw .malformed("invalid authority in the request-target")
            }
            authority = named
            origin = Self.origin(text[end...], method: method)
        }
    }

    /// Where the authority begins, if the text is an http or https URI.
    private static func authorityStart(_ text: ByteSlice) -> Int? {
        for scheme in ["http://", "https://"] as [Literal] where text.hasPrefixIgnoringCase(scheme) {
            return text.startIndex + scheme.count
        }
        return nil
    }

    /// RFC 9112, sections 3.2.1 and 3.2.4: an empty path is `/`, and `*` for an OPTIONS without a query.
    private static func origin(_ rest: ByteSlice, method: Method) -> ByteSlice {
        if rest.first == ASCII.slash { return rest }
        if rest.isEmpty { return method == .options ? [UInt8(ascii: "*")] : [ASCII.slash] }
        return [ASCII.slash] + rest
    }
}

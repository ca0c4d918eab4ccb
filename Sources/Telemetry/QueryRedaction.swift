package import Bytes
import HTTPModel

/// Takes secrets out of a query before it is written anywhere.
package enum QueryRedaction {
    /// Parameters whose value opens something; their names stay, so that a reader sees they were there.
    private static let secret: [Literal] = [
        "signature", "x-oss-signature", "security-token", "x-oss-security-token", "policy", "x-oss-policy",
        "x-amz-signature", "x-amz-security-token",
    ]

    /// A reference such as that of Referer, whose query is redacted; without its fragment.
    package static func redactedReference(_ reference: ByteSlice) -> [UInt8] {
        let whole = reference.prefix { $0 != UInt8(ascii: "#") }
        guard let question = whole.firstIndex(of: ASCII.question) else { return Array(whole) }
        return Array(whole[...question]) + redacted(whole[(question + 1)...])
    }

    /// The query with the value of each secret parameter replaced by `REDACTED`. Names are compared decoded and
    /// without regard to case, so that an odd spelling hides no secret from this function.
    package static func redacted(_ query: ByteSlice) -> [UInt8] {
        var out: [UInt8] = []
        for parameter in QueryParameters(query) {
            if !out.isEmpty { out.append(ASCII.ampersand) }
            out.append(contentsOf: parameter.name)
            guard let value = parameter.value else { continue }
            out.append(ASCII.equals)
            let name = parameter.decodedName[...].trimmingBlanks()
            if !value.isEmpty, secret.contains(where: { name.matchesIgnoringCase($0) }) {
                out.append("REDACTED")
            } else {
                out.append(contentsOf: value)
            }
        }
        return out
    }
}

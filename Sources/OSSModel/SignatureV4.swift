package import Bytes
import Digest
package import HTTPModel

/// The fourth signature of OSS (pages "add V4 signatures to headers" and "to URLs"): HMAC-SHA256 with a key derived
/// for a day, a region and a product. Pure functions; `bucket` and `key` are decoded, `bucket` is nil at service
/// level and `key` empty at bucket level.
package enum SignatureV4 {
    /// The canonical request of a signature in the `Authorization` field.
    package static func canonicalRequest(
        _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, additionalHeaders: [[UInt8]]
    ) -> [UInt8] {
        let payload = (head.fields.first("x-oss-content-sha256") ?? []).trimmingBlanks()
        return canonicalRequest(
            head, bucket: bucket, key: key, additionalHeaders: additionalHeaders,
            payload: payload.isEmpty ? Array("UNSIGNED-PAYLOAD".utf8) : Array(payload))
    }

    /// The canonical request of a signature in the URL, where no hash of the body can be stated.
    package static func canonicalRequestOfURL(
        _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, additionalHeaders: [[UInt8]]
    ) -> [UInt8] {
        canonicalRequest(
            head, bucket: bucket, key: key, additionalHeaders: additionalHeaders,
            payload: Array("UNSIGNED-PAYLOAD".utf8))
    }

    /// `dateText` is the time as the request writes it: `x-oss-date`, or of clients that send none, `Date`.
    package static func stringToSign(
        canonicalRequest: [UInt8], dateText: [UInt8], credential: V4Credential
    ) -> [UInt8] {
        var out = Array("OSS4-HMAC-SHA256\n".utf8)
        out += dateText
        out.append(ASCII.lineFeed)
        for part in [credential.date, credential.region, credential.product] {
            out += part
            out.append(ASCII.slash)
        }
        out.append("aliyun_v4_request\n")
        out += Hex.encode(SHA256.hash(canonicalRequest.span))
        return out
    }

    /// The key for one day, region and product. It opens nothing else, so it may be kept for that day.
    package static func signingKey(secret: [UInt8], credential: V4Credential) -> [UInt8] {
        var key = Array("aliyun_v4".utf8) + secret
        for part in [credential.date, credential.region, credential.product, Array("aliyun_v4_request".utf8)]
        {
            key = HMAC.sha256(key: key.span, message: part.span)
        }
        return key
    }

    /// Lower-case hexadecimal of the HMAC-SHA256; also the signature of the policy of a form.
    package static func signature(of stringToSign: [UInt8], signingKey: [UInt8]) -> [UInt8] {
        Hex.encode(HMAC.sha256(key: signingKey.span, message: stringToSign.span))
    }

    private static func canonicalRequest(
        _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, additionalHeaders: [[UInt8]],
        payload: [UInt8]
    ) -> [UInt8] {
        let additional = additionalHeaders.filter { !isAlwaysSigned($0) }
        var out: [UInt8] = []
        head.method.append(to: &out)
        out.append(ASCII.lineFeed)
        out += PercentEncoding.encode(SignatureText.resource(bucket: bucket, key: key), keepingSlash: true)
        out.append(ASCII.lineFeed)
        appendQuery(QueryParameters(head.query), to: &out)
        out.append(ASCII.lineFeed)
        SignatureText.appendFields(head.fields, to: &out) { isAlwaysSigned($0) || additional.contains($0) }
        out.append(ASCII.lineFeed)
        out += additional.joined(separator: [ASCII.semicolon])
        out.append(ASCII.lineFeed)
        out += payload
        return out
    }

    /// Clients spell the same query differently on the wire, so each parameter is decoded and encoded anew, then
    /// sorted. The signature itself is left out.
    private static func appendQuery(_ query: QueryParameters, to out: inout [UInt8]) {
        let encoded = query.map { parameter in
            (
                name: PercentEncoding.encode(parameter.decodedName, keepingSlash: false),
                value: PercentEncoding.encode(parameter.decodedValue, keepingSlash: false)
            )
        }
        let sorted = encoded.filter { !$0.name[...].matches("x-oss-signature") }.sorted {
            $0.name == $1.name
                ? $0.value.lexicographicallyPrecedes($1.value) : $0.name.lexicographicallyPrecedes($1.name)
        }
        for (index, parameter) in sorted.enumerated() {
            if index > 0 { out.append(ASCII.ampersand) }
            SignatureText.appendParameter(parameter.name, parameter.value, to: &out)
        }
    }

    private static func isAlwaysSigned(_ name: [UInt8]) -> Bool {
        let name = name[...]
        return name.hasPrefix("x-oss-") || name.matches("content-type") || name.matches("content-md5")
    }
}

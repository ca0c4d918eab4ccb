package import Bytes
import Digest
package import HTTPModel

/// What became of the signature of a request.
package enum SignatureVerdict: Sendable, Equatable {
    case valid(accessKeyID: [UInt8])
    /// The request carries no signature at all.
    case missing
    /// A part without which nothing can be verified is missing or unreadable; a V4 time whose day is not that of
    /// the credential counts as such.
    case malformed
    /// V2, or the scheme of another service.
    case otherScheme
    /// A signature in a field, but no time that can be read beside it.
    case noValidDate
    case skewed(requestSeconds: Int64)
    /// The URL was good until then.
    case expired(expiredSeconds: Int64)
    case invalidAccessKeyID([UInt8])
    case mismatch(SignatureMismatch)
}

/// Everything that OSS tells a client about a signature that is not its own.
package struct SignatureMismatch: Sendable, Equatable {
    package let accessKeyID: [UInt8]
    package let signatureProvided: [UInt8]
    package let stringToSign: [UInt8]
    /// Of V4 only.
    package let canonicalRequest: [UInt8]?

    /// `stringToSign` in hexadecimal, a blank between bytes: the element `StringToSignBytes`.
    package var stringToSignBytes: [UInt8] { Self.spacedHex(stringToSign) }

    private static func spacedHex(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.map { Hex.encode([$0], upper: true) }.joined(separator: [ASCII.space]))
    }
}

/// Verifies the signature of a request in every form that carries one before the body.
package enum SignatureCheck {
    /// How far the time of a request may be from the time here.
    package static let skewSecondsMax: Int64 = 900
    /// The longest life of a V4 URL: seven days.
    package static let expiresSecondsMax: UInt64 = 604_800

    /// `bucket` and `key` are decoded, nil and empty where the request names none; `now` is in Unix seconds;
    /// `secret` is asked once, for the secret of an id, and answers nil for an unknown one. Time is judged before
    /// identity, and both before the signature.
    package static func verify(
        _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, now: Int64, secret: ([UInt8]) -> [UInt8]?
    ) -> SignatureVerdict {
        let credentials = Credentials(head)
        if let refusal = refusalOfTime(credentials, head, now: now) { return refusal }
        guard let accessKeyID = credentials.accessKeyID else { return .malformed }
        guard let secret = secret(accessKeyID) else { return .invalidAccessKeyID(accessKeyID) }
        guard let expected = expectation(credentials, head, bucket: bucket, key: key, secret: secret) else {
            return .malformed
        }
        let provided = expected.provided
        let signature = expected.signature
        if constantTimeEqual(signature.span, provided.span) { return .valid(accessKeyID: accessKeyID) }
        return .mismatch(
            SignatureMismatch(
                accessKeyID: accessKeyID, signatureProvided: provided, stringToSign: expected.stringToSign,
                canonicalRequest: expected.canonicalRequest))
    }

    /// The time that a signature in a field refers to, as written: `x-oss-date`, else `Date`.
    package static func dateText(_ head: RequestHead) -> [UInt8] {
        Array((head.fields.first("x-oss-date") ?? head.fields.first("date") ?? []).trimmingBlanks())
    }

    /// Unix seconds of that time: RFC 1123 or basic ISO 8601.
    package static func parseDate(_ text: [UInt8]) -> Int64? {
        OSSTime.parseBasic(text[...]) ?? OSSTime.parseHTTPDate(text[...])
    }

    /// What the signature should have been, beside what it is.
    private struct Expectation {
        var provided: [UInt8]
        var stringToSign: [UInt8]
        var signature: [UInt8]
        var canonicalRequest: [UInt8]?
    }

    /// nil when there is nothing to compare.
    private static func expectation(
        _ credentials: Credentials, _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, secret: [UInt8]
    ) -> Expectation? {
        switch credentials {
        case .anonymous, .otherScheme, .malformed:
            return nil
        case .v1Header(_, let provided):
            return v1(provided, SignatureV1.stringToSign(head, bucket: bucket, key: key), secret)
        case .v1URL(_, let expires, let provided, _):
            return v1(
                provided, SignatureV1.stringToSign(head, bucket: bucket, key: key, expires: expires), secret)
        case .v4Header(let credential):
            let canonicalRequest = SignatureV4.canonicalRequest(
                head, bucket: bucket, key: key, additionalHeaders: credential.additionalHeaders)
            return v4(credential, canonicalRequest, dateText: dateText(head), secret)
        case .v4URL(let credential, let dateText, _, _):
            let canonicalRequest = SignatureV4.canonicalRequestOfURL(
                head, bucket: bucket, key: key, additionalHeaders: credential.additionalHeaders)
            return v4(credential, canonicalRequest, dateText: dateText, secret)
        }
    }

    private static func v1(_ provided: [UInt8], _ stringToSign: [UInt8], _ secret: [UInt8]) -> Expectation {
        Expectation(
            provided: provided, stringToSign: stringToSign,
            signature: SignatureV1.signature(of: stringToSign, secret: secret))
    }

    private static func v4(
        _ credential: V4Credential, _ canonicalRequest: [UInt8], dateText: [UInt8], _ secret: [UInt8]
    ) -> Expectation {
        let stringToSign = SignatureV4.stringToSign(
            canonicalRequest: canonicalRequest, dateText: dateText, credential: credential)
        let key = SignatureV4.signingKey(secret: secret, credential: credential)
        return Expectation(
            provided: credential.signature, stringToSign: stringToSign,
            signature: SignatureV4.signature(of: stringToSign, signingKey: key),
            canonicalRequest: canonicalRequest)
    }

    /// nil when the time is no reason to refuse.
    private static func refusalOfTime(
        _ credentials: Credentials, _ head: RequestHead, now: Int64
    ) -> SignatureVerdict? {
        switch credentials {
        case .anonymous: return .missing
        case .otherScheme: return .otherScheme
        case .malformed: return .malformed
        case .v1Header, .v4Header:
            guard let seconds = parseDate(dateText(head)) else { return .noValidDate }
            if case .v4Header(let credential) = credentials, OSSTime.basicDay(seconds) != credential.date {
                return .malformed
            }
            let allowed = (seconds - skewSecondsMax)...(seconds + skewSecondsMax)
            return allowed.contains(now) ? nil : .skewed(requestSeconds: seconds)
        case .v1URL(_, let expires, _, _):
            guard let expires = expires[...].decimal.flatMap({ Int64(exactly: $0) }) else {
                return .malformed
            }
            return now > expires ? .expired(expiredSeconds: expires) : nil
        case .v4URL(let credential, let dateText, let expiresSeconds, _):
            guard let seconds = OSSTime.parseBasic(dateText[...]), expiresSeconds <= expiresSecondsMax,
                OSSTime.basicDay(seconds) == credential.date
            else { return .malformed }
            let end = seconds + Int64(expiresSeconds)
            return now > end ? .expired(expiredSeconds: end) : nil
        }
    }
}

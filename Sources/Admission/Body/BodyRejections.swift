package import Bytes
package import OSSModel

/// The names of the rules that a body can fail; the stages that read bodies raise them through the constructors of
/// `Rejection` here.
package enum BodyRules {
    package static let contentMD5: Literal = "content-md5"
    package static let crc64: Literal = "crc64"
    package static let incompleteBody: Literal = "incomplete-body"
    package static let requestTimeout: Literal = "request-timeout"
    package static let bodyTooLarge: Literal = "body-too-large"
    package static let bodyMalformed: Literal = "body-malformed"

    package static let names: [String] = [
        contentMD5, crc64, incompleteBody, requestTimeout, bodyTooLarge, bodyMalformed,
    ].map(\.description)
}

extension Rejection {
    /// `Content-MD5` is the digest of other bytes than those of the body. Both values are Base64.
    package static func digestMismatch(client: ByteSlice, computed: [UInt8]) -> Rejection {
        let server = String(decoding: computed, as: UTF8.self)
        return Rejection(
            phase: .body, rule: BodyRules.contentMD5,
            error: CatalogueRow.contentMD5Invalid.with("ClientComputedContentMD5", client.text)
                .with("ServerComputedContentMD5", server),
            expected: client.text, actual: server,
            hint: "the body was changed on its way, or the digest was made of other bytes")
    }

    /// The operator demands `Content-MD5` of every upload, and there is none.
    package static func contentMD5Missing() -> Rejection {
        Rejection(
            phase: .head, rule: "content-md5-required", error: CatalogueRow.contentMD5Invalid.error,
            expected: "Content-MD5",
            hint: "integrity.contentMD5 is \"require\" in the gateway's configuration")
    }

    /// `x-oss-hash-crc64ecma` is the CRC of other bytes than those of the body.
    package static func crc64Mismatch(client: ByteSlice, computed: UInt64) -> Rejection {
        Rejection(
            phase: .body, rule: BodyRules.crc64, error: CatalogueRow.crc64Mismatch.error,
            expected: client.text, actual: "\(computed)",
            hint: "the body was changed on its way, or the CRC was made of other bytes")
    }

    /// The client ended its side too early. `expected` is the Content-Length, nil for a chunked body.
    package static func incompleteBody(expected: UInt64?, received: UInt64) -> Rejection {
        Rejection(
            phase: .body, rule: BodyRules.incompleteBody, error: CatalogueRow.incompleteBody.error,
            expected: expected.map { "\($0) bytes" } ?? "the last chunk", actual: "\(received) bytes")
    }

    /// Nothing of the body came for the idle time, or less than the minimum rate.
    package static func requestTimeout(received: UInt64, waitedSeconds: UInt64) -> Rejection {
        Rejection(
            phase: .body, rule: BodyRules.requestTimeout, error: CatalogueRow.requestTimeout.error,
            expected: "the body within \(waitedSeconds) s", actual: "\(received) bytes, then silence")
    }

    /// A body that was not declared too large has grown past the limit of its operation, in bytes.
    package static func bodyTooLarge(_ operation: OSSOperation?, limit: UInt64) -> Rejection {
        Rejection(
            phase: .body, rule: BodyRules.bodyTooLarge, error: BodyLimit.row(for: operation).error,
            expected: "at most \(limit) bytes", actual: "more")
    }

    /// The chunked coding of the body is malformed, or the body cannot be read for another reason in `reason`.
    package static func malformedBody(_ reason: String) -> Rejection {
        Rejection(
            phase: .body, rule: BodyRules.bodyMalformed, error: CatalogueRow.gatewayMalformedRequest.error,
            expected: "a well-formed body", actual: reason)
    }
}

/// How large bodies may be and what is said of larger ones.
package enum BodyLimit {
    /// The most bytes that the body of an operation may have; nil when there is no limit of the service.
    package static func bytes(of operation: OSSOperation, limits: AdmissionLimits) -> UInt64? {
        switch operation.bodyPlan {
        case .none: nil
        // What a function computes for a GET is as large as it likes.
        case .opaque: operation == .writeGetObjectResponse ? nil : limits.uploadBytesMax
        case .document(let limit): limit
        case .form: limits.uploadBytesMax
        }
    }

    /// A data upload is InlineDataTooLarge, a form InvalidArgument, an XML document MalformedXML (the page of
    /// DeleteMultipleObjects, and EC 0016-00000615), any other document EntityTooLarge.
    static func row(for operation: OSSOperation?) -> CatalogueRow {
        guard let operation else { return .inlineDataTooLarge }
        switch operation.bodyPlan {
        case .form: return .postBodyTooLarge
        case .document: return operation.hasOtherDocument ? .entityTooLargePost : .malformedXML
        case .opaque, .none: return .inlineDataTooLarge
        }
    }
}

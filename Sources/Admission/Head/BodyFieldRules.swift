import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// A form comes as `multipart/form-data` with a boundary ("PostObject" page; RFC 2046, section 5.1.1).
    static let formMediaType = HeadRule(
        "request-is-not-multipart", on: [.postObject],
        check: { view throws(Refusal) in
            let field: Literal = "content-type"
            let value = try view.sole(field, orRefuse: .requestIsNotMultipart) ?? []
            guard FormBoundary.parse(value) == nil else { return }
            throw Refusal(
                .requestIsNotMultipart, expected: "multipart/form-data with a boundary of 1 to 70 characters",
                actual: value.text)
        })

    /// A data upload says how long it is, or comes chunked. Over HTTP/2 the end of the stream says it.
    static let contentLengthPresent = HeadRule(
        "missing-content-length", on: uploads,
        applies: { $0.head.framing == .none },
        check: { _ throws(Refusal) in
            throw Refusal(
                .missingContentLength, expected: "Content-Length or Transfer-Encoding: chunked",
                actual: "neither")
        })

    /// A declared length is within the limit of the operation; AppendObject adds what is there already.
    static let contentLengthLimit = HeadRule(
        "content-length-limit", on: withBody,
        check: { view throws(Refusal) in
            guard case .length(let length) = view.head.framing, let operation = view.operation,
                let limit = BodyLimit.bytes(of: operation, limits: view.settings.limits)
            else { return }
            let position = operation == .appendObject ? view.query.value("position")?.decimal ?? 0 : 0
            let (total, overflow) = length.addingReportingOverflow(position)
            guard overflow || total > limit else { return }
            let actual = position > 0 ? "\(length) bytes at \(position)" : "\(length) bytes"
            throw Refusal(
                BodyLimit.row(for: operation), expected: "at most \(limit) bytes", actual: actual)
        })

    /// `Content-MD5` is the Base64 form of exactly 16 bytes (RFC 1864, section 2). The hexadecimal digest, or its
    /// Base64 form, is the classic mistake.
    static let contentMD5Form = HeadRule(
        "content-md5-form", on: withBody, about: "content-md5",
        check: { view throws(Refusal) in
            guard let value = try view.sole("content-md5", orRefuse: .contentMD5Invalid),
                Base64.decodedCount(value) != 16
            else { return }
            throw Refusal(
                CatalogueRow.contentMD5Invalid.with("ClientComputedContentMD5", value.text),
                expected: "the Base64 form of 16 bytes", actual: value.text,
                hint: "encode the digest itself, not its hexadecimal form")
        })

    /// `x-oss-hash-crc64ecma` is an unsigned decimal number below 2^64; anything else cannot match.
    static let crc64Form = HeadRule(
        "crc64-form", on: uploads, about: "x-oss-hash-crc64ecma",
        check: { view throws(Refusal) in
            guard let value = try view.sole("x-oss-hash-crc64ecma", orRefuse: .crc64Mismatch),
                value.decimal == nil
            else { return }
            throw Refusal(
                .crc64Mismatch, expected: "an unsigned decimal number below 2^64", actual: value.text)
        })

    /// The operations that take a body, so that fields about a body mean something.
    private static let withBody = OperationSet(OSSOperation.allCases.filter { $0.bodyPlan != .none })

    private static let uploads: OperationSet = [.putObject, .appendObject, .uploadPart, .postObject]
}

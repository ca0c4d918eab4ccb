package import Bytes
package import HTTPModel
package import OSSModel

/// One refused request, as the rejection log tells it. Field names follow the OpenTelemetry semantic conventions,
/// with `oss.*` and `ossgate.*` for what they have no name for. It holds no secret: the values of signature, token
/// and policy parameters are left out when it is written, and header fields are not part of it.
package struct RejectionRecord: RequestRecord, Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        /// The client got the refusal.
        case enforce
        /// The request went on; the rule only reports.
        case report
    }

    package enum Phase: String, Sendable, CaseIterable {
        /// Before a byte of the body was needed.
        case head
        /// While or after the body was read.
        case body
        /// When the origin answered.
        case origin
    }

    /// When the refusal was decided.
    package var unixMilliseconds: Int64
    /// Our id of the request, as the client was given it.
    package var requestID: RequestID
    /// The origin's own id, when it has answered.
    package var originRequestID: ByteSlice?
    package var trace: TraceContext?
    package var clientAddress: String
    package var userAgent: ByteSlice?
    /// The subject of the client's TLS certificate.
    package var clientSubject: String?
    package var method: Method
    /// The path as received, percent-encoded.
    package var path: ByteSlice
    /// The query as received, without its question mark.
    package var query: ByteSlice?
    /// The name of the operation, if the request was routed.
    package var operation: String?
    package var bucket: ByteSlice?
    /// The decoded key.
    package var key: ByteSlice?
    package var code: String
    package var status: Int
    package var ec: String?
    package var rule: String
    package var mode: Mode
    package var phase: Phase
    /// What the rule asked for, such as a digest. Never a signature of ours.
    package var expected: String?
    /// What the request had instead.
    package var actual: String?
    /// Body bytes received until the refusal.
    package var bodyBytesSeen: UInt64
    /// From the first byte of the head to the refusal.
    package var durationMicroseconds: UInt64
    /// For the operator: what to do about it.
    package var hint: String?
    /// Equal refusals that this one stands for, itself included.
    package var count: UInt64 = 1
    /// Of the operator's policy in force; nil when there is none.
    package var policyHash: String?

    package init(
        unixMilliseconds: Int64, requestID: RequestID, clientAddress: String, method: Method, path: ByteSlice,
        query: ByteSlice? = nil, error: OSSError, rule: String, mode: Mode, phase: Phase
    ) {
        self.unixMilliseconds = unixMilliseconds
        self.requestID = requestID
        self.clientAddress = clientAddress
        self.method = method
        self.path = path
        self.query = query
        code = error.code
        status = error.status
        ec = error.ec
        self.rule = rule
        self.mode = mode
        self.phase = phase
        bodyBytesSeen = 0
        durationMicroseconds = 0
    }

    /// The record as one line of NDJSON with its line feed: at most `lineBytesMax` bytes, whatever was received.
    package func line() -> [UInt8] {
        var line = beginLine()
        line.field("error.type", text: code, bytesMax: 64)
        line.field("oss.code", text: code, bytesMax: 64)
        line.field("http.response.status_code", number: UInt64(clamping: status))
        line.field("oss.ec", text: ec, bytesMax: 64)
        line.field("ossgate.rule", text: rule, bytesMax: 64)
        line.field("ossgate.mode", text: mode.rawValue)
        line.field("ossgate.phase", text: phase.rawValue)
        line.field("ossgate.expected", text: expected, bytesMax: 512)
        line.field("ossgate.actual", text: actual, bytesMax: 512)
        line.field("ossgate.body.bytes_seen", number: bodyBytesSeen)
        line.field("ossgate.duration", secondsOfMicroseconds: durationMicroseconds)
        line.field("ossgate.hint", text: hint, bytesMax: 512)
        line.field("ossgate.policy.hash", text: policyHash, bytesMax: 64)
        line.field("user_agent.original", bytes: userAgent, bytesMax: 512)
        if let clientSubject { line.field("tls.client.subject", text: clientSubject, bytesMax: 512) }
        if count > 1 { line.field("ossgate.count", number: count) }
        return line.ended()
    }

    /// RFC 3339 in UTC with milliseconds: `2012-02-23T07:01:34.056Z`.
    static func timestamp(unixMilliseconds: Int64) -> [UInt8] {
        let (seconds, rest) = max(0, unixMilliseconds).quotientAndRemainder(dividingBy: 1000)
        var text = OSSTime.extended(seconds)
        text.removeLast(4)
        JSONText.appendDigits(UInt64(rest), count: 3, to: &text)
        text.append("Z")
        return text
    }

    static let eventName = "ossgate.rejection"

    /// No line is longer; the bounds of the single fields keep it so.
    package static let lineBytesMax = 8192

    /// Every field name in the order of the line.
    package static let fieldNames =
        RequestFields.names + [
            "error.type", "oss.code",
            "http.response.status_code", "oss.ec", "ossgate.rule", "ossgate.mode", "ossgate.phase",
            "ossgate.expected", "ossgate.actual", "ossgate.body.bytes_seen", "ossgate.duration",
            "ossgate.hint",
            "ossgate.policy.hash", "user_agent.original", "tls.client.subject", "ossgate.count",
        ]
}

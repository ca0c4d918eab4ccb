package import Bytes
package import HTTPModel
package import OSSModel

/// One request and how it ended, as the access log tells it. Names are those of the rejection log where both have a
/// field. It holds no secret, for the same reasons.
package struct AccessRecord: RequestRecord, Sendable {
    /// When the request ended.
    package var unixMilliseconds: Int64
    package var requestID: RequestID
    package var originRequestID: ByteSlice?
    package var trace: TraceContext?
    package var clientAddress: String
    package var method: Method
    package var version: HTTPVersion
    /// As received, percent-encoded.
    package var path: ByteSlice
    package var query: ByteSlice?
    package var operation: String?
    package var bucket: ByteSlice?
    /// The decoded key.
    package var key: ByteSlice?
    /// What the client was answered; nil if it was answered nothing.
    package var status: Int?
    /// The code of an error that the gateway itself answered.
    package var code: String?
    /// The rule that refused.
    package var rule: String?
    package var outcome: ShardMetrics.Outcome
    package var requestBytes: UInt64 = 0
    package var responseBytes: UInt64 = 0
    /// From the first byte of the head to the end.
    package var durationMicroseconds: UInt64 = 0
    /// From the end of the request to the head of the origin's answer.
    package var originMicroseconds: UInt64?
    /// Of the operator's policy in force; nil when there is none.
    package var policyHash: String?
    package var userAgent: ByteSlice?
    package var referer: ByteSlice?

    package init(
        unixMilliseconds: Int64, requestID: RequestID, clientAddress: String, method: Method,
        version: HTTPVersion, path: ByteSlice, query: ByteSlice?, outcome: ShardMetrics.Outcome
    ) {
        self.unixMilliseconds = unixMilliseconds
        self.requestID = requestID
        self.clientAddress = clientAddress
        self.method = method
        self.version = version
        self.path = path
        self.query = query
        self.outcome = outcome
    }

    /// The record as one line of NDJSON with its line feed.
    package func json() -> [UInt8] {
        var line = beginLine()
        line.field("http.response.status_code", number: status.map { UInt64(clamping: $0) })
        line.field("oss.code", text: code, bytesMax: 64)
        line.field("ossgate.rule", text: rule, bytesMax: 64)
        line.field("ossgate.outcome", text: outcome.label)
        line.field("http.request.body.size", number: requestBytes)
        line.field("http.response.body.size", number: responseBytes)
        line.field("ossgate.duration", secondsOfMicroseconds: durationMicroseconds)
        if let originMicroseconds {
            line.field("ossgate.origin.duration", secondsOfMicroseconds: originMicroseconds)
        }
        line.field("ossgate.policy.hash", text: policyHash, bytesMax: 64)
        line.field("user_agent.original", bytes: userAgent, bytesMax: 512)
        return line.ended()
    }

    /// The record in the combined log format of web servers. Text from the network is in quotes, in which quotes,
    /// backslashes and what is not printable ASCII are escaped as `\xHH`.
    package func combined() -> [UInt8] {
        var line = Array(clientAddress.utf8.prefix(128))
        line.append(" - - [")
        appendTime(to: &line)
        line.append("] \"")
        Self.append(Array(method.text.utf8.prefix(64))[...], to: &line)
        line.append(ASCII.space)
        Self.append(path.prefix(JSONLine.valueBytesMax), to: &line)
        if let query {
            line.append(ASCII.question)
            Self.append(QueryRedaction.redacted(query).prefix(JSONLine.valueBytesMax), to: &line)
        }
        line.append(version == .http2 ? " HTTP/2.0\" " : version == .http10 ? " HTTP/1.0\" " : " HTTP/1.1\" ")
        // 499 is what web servers write when the client left before an answer.
        Decimal.append(UInt64(clamping: status ?? 499), to: &line)
        line.append(ASCII.space)
        Decimal.append(responseBytes, to: &line)
        Self.appendQuoted(referer.map { QueryRedaction.redactedReference($0)[...] }, to: &line)
        Self.appendQuoted(userAgent, to: &line)
        line.append(ASCII.lineFeed)
        return line
    }

    static let eventName = "ossgate.access"

    /// Every field name of the JSON form in the order of the line.
    package static let fieldNames =
        RequestFields.names + [
            "http.response.status_code", "oss.code", "ossgate.rule", "ossgate.outcome",
            "http.request.body.size",
            "http.response.body.size", "ossgate.duration", "ossgate.origin.duration", "ossgate.policy.hash",
            "user_agent.original",
        ]

    /// `23/Nov/2026:06:40:00 +0000`, cut out of `Mon, 23 Nov 2026 06:40:00 GMT`.
    private func appendTime(to line: inout [UInt8]) {
        let date = OSSTime.httpDate(max(0, unixMilliseconds) / 1000)
        line.append(contentsOf: date[5..<7])
        line.append(UInt8(ascii: "/"))
        line.append(contentsOf: date[8..<11])
        line.append(UInt8(ascii: "/"))
        line.append(contentsOf: date[12..<16])
        line.append(ASCII.colon)
        line.append(contentsOf: date[17..<25])
        line.append(" +0000")
    }

    private static func appendQuoted(_ value: ByteSlice?, to line: inout [UInt8]) {
        line.append(" \"")
        if let value { append(value.prefix(512), to: &line) } else { line.append(UInt8(ascii: "-")) }
        line.append(ASCII.quote)
    }

    private static func append(_ value: ByteSlice, to line: inout [UInt8]) {
        for byte in value {
            if (0x20..<0x7F).contains(byte), byte != ASCII.quote, byte != ASCII.backslash {
                line.append(byte)
            } else {
                line.append("\\x")
                line.append(Hex.digit(byte &>> 4, upper: true))
                line.append(Hex.digit(byte & 15, upper: true))
            }
        }
    }
}

/// The access log: its sink and the form of its lines.
package struct AccessLog: Sendable {
    package enum Format: String, Sendable {
        case json
        case combined
    }

    package let sink: LogSink
    package let format: Format

    package init(sink: LogSink, format: Format) {
        self.sink = sink
        self.format = format
    }

    package func write(_ record: AccessRecord) {
        sink.enqueue(
            format == .json ? record.json() : record.combined(), at: record.unixMilliseconds)
    }
}

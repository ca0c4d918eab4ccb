import Bytes
import HTTPModel
import OSSModel

/// What the records of both logs tell of a request in the same way.
protocol RequestRecord {
    static var eventName: String { get }
    var unixMilliseconds: Int64 { get }
    var requestID: RequestID { get }
    var originRequestID: ByteSlice? { get }
    var trace: TraceContext? { get }
    var clientAddress: String { get }
    var method: Method { get }
    var path: ByteSlice { get }
    var query: ByteSlice? { get }
    var operation: String? { get }
    var bucket: ByteSlice? { get }
    var key: ByteSlice? { get }
}

/// The fields that lines of both logs begin with.
enum RequestFields {
    static let names = [
        "time", "event.name", "ossgate.request_id", "oss.request_id", "trace_id", "span_id", "client.address",
        "http.request.method", "url.path", "url.query", "oss.operation", "oss.bucket", "oss.key",
    ]
}

extension RequestRecord {
    /// A line that has these fields; those without a value are left out.
    func beginLine() -> JSONLine {
        var line = JSONLine()
        line.field("time", bytes: RejectionRecord.timestamp(unixMilliseconds: unixMilliseconds)[...])
        line.field("event.name", text: Self.eventName)
        line.field("ossgate.request_id", bytes: requestID.bytes[...])
        line.field("oss.request_id", bytes: originRequestID, bytesMax: 64)
        line.field("trace_id", bytes: trace?.traceID)
        line.field("span_id", bytes: trace?.spanID)
        line.field("client.address", text: clientAddress, bytesMax: 128)
        line.field("http.request.method", text: method.text, bytesMax: 64)
        line.field("url.path", bytes: path)
        line.field("url.query", bytes: query.map { QueryRedaction.redacted($0)[...] })
        line.field("oss.operation", text: operation, bytesMax: 64)
        line.field("oss.bucket", bytes: bucket, bytesMax: 256)
        line.field("oss.key", bytes: key)
        return line
    }
}

import Bytes
import Digest

/// One kind of request, sent again and again.
struct Workload: Sendable {
    let name: String
    let head: [UInt8]
    /// Sent as so many equal bytes.
    let bodyBytes: Int
    /// Of the request or of its answer, whichever carries the object.
    let objectBytes: Int
    let connections: Int
    let requests: Int
    /// Over TLS.
    var isSecure = false
    /// Each request has a connection of its own, with a full handshake.
    var reconnects = false

    private static let host = "Host: bench.oss-cn-hangzhou.aliyuncs.com\r\n"
    static let largeBytes = 64 << 20
    /// Bodies of less are not passed on as pages.
    static let lendableBytes = 1 << 20

    static func get(_ name: String, _ bytes: Int, connections: Int, requests: Int) -> Workload {
        Workload(
            name: name, head: Array("GET /\(bytes) HTTP/1.1\r\n\(host)\r\n".utf8), bodyBytes: 0,
            objectBytes: bytes, connections: connections, requests: requests)
    }

    /// With the digests that the client claims of the body; proxies that check nothing pass them by.
    static func put(
        _ name: String, _ bytes: Int, connections: Int, requests: Int, md5: Bool, crc: Bool
    ) -> Workload {
        var head = "PUT /object HTTP/1.1\r\n\(host)Content-Length: \(bytes)\r\n"
        let body = md5 || crc ? [UInt8](repeating: 0x61, count: bytes) : []
        if md5 {
            head += "Content-MD5: \(String(decoding: Base64.encode(MD5.hash(body.span)), as: UTF8.self))\r\n"
        }
        if crc { head += "x-oss-hash-crc64ecma: \(CRC64.hash(body.span))\r\n" }
        return Workload(
            name: name, head: Array("\(head)\r\n".utf8), bodyBytes: bytes, objectBytes: bytes,
            connections: connections, requests: requests)
    }

    /// The same with another number of requests, for a warm-up.
    func limited(to count: Int) -> Workload {
        Workload(
            name: name, head: head, bodyBytes: bodyBytes, objectBytes: objectBytes, connections: connections,
            requests: count, isSecure: isSecure, reconnects: reconnects)
    }

    /// The same over TLS.
    func secure(reconnecting: Bool = false) -> Workload {
        var made = self
        made.isSecure = true
        made.reconnects = reconnecting
        return made
    }
}

/// What a load came to.
struct LoadResult: Sendable {
    var seconds: Double
    var requests: Int
    var failures: Int
    var bodyBytesSent: UInt64
    /// Of single requests, ascending.
    var nanoseconds: [UInt64]

    func percentile(_ part: Double) -> Double {
        guard !nanoseconds.isEmpty else { return 0 }
        return Double(nanoseconds[min(nanoseconds.count - 1, Int(Double(nanoseconds.count) * part))])
    }
}

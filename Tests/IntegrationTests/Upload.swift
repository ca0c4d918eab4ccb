import Bytes
import Digest
import Glibc
import TestSupport

/// An upload as a client sends it, and what is wrong with it.
struct Upload: Sendable {
    enum Framing: String, Sendable, CaseIterable {
        case length
        case chunked
    }

    /// A framing over a transport.
    struct Carriage: Sendable, CustomStringConvertible {
        let transport: Transport
        let framing: Framing

        static let all = Transport.allCases.flatMap { transport in
            Framing.allCases.map { Carriage(transport: transport, framing: $0) }
        }

        var description: String { "\(transport)-\(framing)" }
    }

    enum Operation: String, Sendable, CaseIterable {
        case put
        case append
        case part
    }

    enum Fault: String, Sendable, CaseIterable {
        case none
        /// One bit of the body is not what Content-MD5 was made of.
        case flippedBit
        case wrongMD5
        case wrongCRC64
        /// The client ends its side in the middle.
        case truncated
        /// The client resets its connection in the middle.
        case reset
    }

    let framing: Framing
    let operation: Operation
    let fault: Fault
    let size: Int
    /// The object; by default one of its own for each case.
    var name: String?
    /// Where an append begins.
    var position = 0
    var uploadID = "0004B9B2D2F7815C432C9057C03134D4"

    static let host = "bucket.oss-cn-hangzhou.aliyuncs.com"

    /// The code of the answer; nil for a good upload, and where there is none to hear an answer.
    var code: String? {
        switch fault {
        case .none, .reset: nil
        case .flippedBit, .wrongMD5: "InvalidDigest"
        case .wrongCRC64: "InvalidCRC64"
        case .truncated: "IncompleteBody"
        }
    }

    /// A body without bits has none to flip, and a length of nothing cannot be cut.
    var exists: Bool {
        switch fault {
        case .flippedBit: size > 0
        case .truncated, .reset: size > 0 || framing == .chunked
        case .none, .wrongMD5, .wrongCRC64: true
        }
    }

    var key: String { "\(operation)-\(framing)-\(fault)-\(size)" }

    var target: String {
        switch operation {
        case .put: "/\(name ?? key)"
        case .append: "/\(name ?? key)?append&position=\(position)"
        case .part: "/\(name ?? key)?partNumber=1&uploadId=\(uploadID)"
        }
    }

    /// What the digests are made of, and what a good upload sends.
    var intended: [UInt8] { Pattern.bytes(count: size, seed: UInt64(size) &+ 7) }

    /// What goes over the wire before coding.
    var sent: [UInt8] {
        var bytes = intended
        if fault == .flippedBit { bytes[size * 2 / 3] ^= 0x10 }
        return bytes
    }

    /// What the digests are claimed to be.
    private func claims(_ body: [UInt8]) -> (md5: String, crc: UInt64) {
        var md5 = MD5.hash(body.span)
        if fault == .wrongMD5 { md5[3] ^= 1 }
        var crc = CRC64.hash(body.span)
        if fault == .wrongCRC64 { crc ^= 1 << 40 }
        return (String(decoding: Base64.encode(md5), as: UTF8.self), crc)
    }

    /// The field list for HTTP/2.
    func fields() -> [(String, String)] {
        let (md5, crc) = claims(intended)
        let length = framing == .length ? [("content-length", "\(size)")] : []
        return HTTP2Client.request(operation == .append ? "POST" : "PUT", target, length)
            + [("content-md5", md5), ("x-oss-hash-crc64ecma", "\(crc)")]
    }

    func head(_ body: [UInt8]) -> [UInt8] {
        let (md5, crc) = claims(body)
        let length = framing == .length ? "Content-Length: \(size)" : "Transfer-Encoding: chunked"
        return Array(
            ("\(operation == .append ? "POST" : "PUT") \(target) HTTP/1.1\r\nHost: \(Self.host)\r\n\(length)\r\n"
                + "Content-MD5: \(md5)\r\n"
                + "x-oss-hash-crc64ecma: \(crc)\r\n\r\n").utf8)
    }

    /// The message as it goes over the wire, cut short for the faults that are.
    func message() -> [UInt8] {
        let head = head(intended)
        let body = sent
        var coded = body
        if framing == .chunked { coded = Self.chunked(body) }
        switch fault {
        case .truncated, .reset:
            // Half of it; of chunked coding at least the end of the last chunk is missing.
            let kept = size < 2 && framing == .chunked ? coded.count - 5 : coded.count / 2
            return head + coded[..<max(kept, 0)]
        default: return head + coded
        }
    }

    static func chunked(_ body: [UInt8], chunkBytes: Int = 100_000) -> [UInt8] {
        var coded: [UInt8] = []
        coded.reserveCapacity(body.count + body.count / chunkBytes * 16 + 32)
        var position = 0
        while position < body.count {
            let end = min(position + chunkBytes, body.count)
            coded.append(contentsOf: "\(String(end - position, radix: 16))\r\n".utf8)
            coded.append(contentsOf: body[position..<end])
            coded.append(contentsOf: "\r\n".utf8)
            position = end
        }
        coded.append(contentsOf: "0\r\n\r\n".utf8)
        return coded
    }
}

import Bytes
import Digest
import TestSupport

/// A form as a client sends it, and what is wrong with it.
struct FormUpload: Sendable {
    enum Fault: String, Sendable, CaseIterable {
        case none
        case wrongMD5
        case wrongCRC64
        /// One byte more than its policy allows.
        case tooLarge
        /// One byte less than its policy asks for.
        case tooSmall
        case secondFile
        case notClosed
        /// The client ends its side in the middle.
        case truncated
        /// The client resets its connection in the middle.
        case reset
        /// A condition of its policy does not hold.
        case condition
    }

    let framing: Upload.Framing
    let fault: Fault
    let size: Int

    /// What the target says is ignored by forms, and tells the origin's requests apart.
    var target: String { "/?form-\(framing)-\(fault)-\(size)" }

    /// The code of the answer; nil for a good form, and where there is none to hear an answer.
    var code: String? {
        switch fault {
        case .none, .reset: nil
        case .wrongMD5: "InvalidDigest"
        case .wrongCRC64: "InvalidCRC64"
        case .tooLarge: "EntityTooLarge"
        case .tooSmall: "EntityTooSmall"
        case .secondFile: "IncorrectNumberOfFilesInPOSTRequest"
        case .notClosed: "MalformedPOSTRequest"
        case .truncated: "IncompleteBody"
        case .condition: "AccessDenied"
        }
    }

    /// Decided on the fields before the file, however large that is.
    var isDecidedByFields: Bool { fault == .condition }

    private var content: [UInt8] { Pattern.bytes(count: size, seed: UInt64(size) &+ 11) }

    /// The body before its coding.
    var body: [UInt8] {
        let range: (min: Int, max: Int) =
            switch fault {
            case .tooLarge: (0, size - 1)
            case .tooSmall: (size + 1, size + 2)
            default: (size, size)
            }
        let key = fault == .condition ? "other" : "k"
        var form = FormBody()
        form.field("key", "k")
        form.field("x-oss-meta-long", String(repeating: "m", count: 5_000))
        form.policy(
            "{\"expiration\":\"2099-12-31T12:00:00Z\",\"conditions\":[[\"eq\",\"$key\",\"\(key)\"],"
                + "[\"content-length-range\",\(range.min),\(range.max)]]}")
        form.file(content)
        if fault == .secondFile { form.file(Array("b".utf8)) }
        form.field("submit", "Upload")
        return form.bytes(closed: fault != .notClosed)
    }

    /// The message as it goes over the wire, cut short for the faults that are.
    func message() -> [UInt8] {
        let body = body
        var md5 = MD5.hash(body.span)
        if fault == .wrongMD5 { md5[5] ^= 1 }
        let file = content
        var crc = CRC64.hash(file.span)
        if fault == .wrongCRC64 { crc ^= 1 }
        let length = framing == .length ? "Content-Length: \(body.count)" : "Transfer-Encoding: chunked"
        let head =
            "POST \(target) HTTP/1.1\r\nHost: \(Upload.host)\r\nContent-Type: \(FormBody().contentType)\r\n"
            + "Content-MD5: \(String(decoding: Base64.encode(md5), as: UTF8.self))\r\n"
            + "x-oss-hash-crc64ecma: \(crc)\r\n\(length)\r\n\r\n"
        let coded = framing == .chunked ? Upload.chunked(body) : body
        let isCut = fault == .truncated || fault == .reset
        return Array(head.utf8) + coded.prefix(isCut ? coded.count / 2 : coded.count)
    }
}

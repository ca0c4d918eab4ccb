import Bytes
import Foundation
import HTTPModel
import OSSModel

/// A request head from text, with the resource that it names.
struct SignedRequest {
    var head: RequestHead
    var bucket: ByteSlice?
    var key: ByteSlice

    init(head: RequestHead, bucket: String?, key: String) {
        self.head = head
        self.bucket = bucket.map { Array($0.utf8)[...] }
        self.key = Array(key.utf8)[...]
    }

    /// From the bytes of a recorded head: virtual-hosted below `virtualHostBase`, else path style.
    init(recorded: [UInt8], virtualHostBase: String) {
        var lines = recorded.split(separator: ASCII.lineFeed).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        let requestLine = lines.removeFirst().split(separator: ASCII.space)
        var fields = Fields()
        for line in lines where !line.isEmpty {
            let colon = line.firstIndex(of: ASCII.colon) ?? line.endIndex
            fields.append(name: line[..<colon], value: line[colon...].dropFirst().trimmingBlanks())
        }
        let token = requestLine[0]
        head = RequestHead(method: Method(token.span), target: requestLine[1], fields: fields)
        let host = (fields.first("host") ?? []).prefix { $0 != ASCII.colon }.text
        let path = head.path.dropFirst()
        if host.hasSuffix("." + virtualHostBase) {
            bucket = Array(host.dropLast(virtualHostBase.count + 1).utf8)[...]
            key = (PercentEncoding.decode(path) ?? [])[...]
        } else {
            let slash = path.firstIndex(of: ASCII.slash) ?? path.endIndex
            bucket = slash == path.startIndex ? nil : path[..<slash]
            key = (PercentEncoding.decode(path[slash...].dropFirst()) ?? [])[...]
        }
    }

    /// The verdict on it for one pair of credentials.
    func verdict(now: Int64, id: String = "testid", secret: String = "testsecret") -> SignatureVerdict {
        SignatureCheck.verify(head, bucket: bucket, key: key, now: now) {
            $0 == Array(id.utf8) ? Array(secret.utf8) : nil
        }
    }
}

/// A recorded request of `Tests/Vectors/signatures.json`.
struct Recording: Decodable {
    let client: String
    let step: String
    let form: String
    let head: String

    private struct File: Decodable {
        let virtualHostBase: String
        let requests: [Recording]
    }

    /// All of them with the resources they name.
    static func all() throws -> [(recording: Recording, request: SignedRequest)] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Vectors/signatures.json")
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
        return file.requests.map { recording in
            let bytes = recording.head.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            return (recording, SignedRequest(recorded: bytes, virtualHostBase: file.virtualHostBase))
        }
    }
}

import Bytes
import Digest
import HTTPModel

/// Signs callbacks as the service does ("Callback" page), with a key pair of this process: `Authorization` is the RSA
/// signature of the MD5 of decoded path, query, a line end and the body, `x-oss-pub-key-url` tells where the public key
/// is. The service has that at an address of its own; here it is `path` of the emulator itself, which no bucket's name
/// can be.
final class CallbackSigner {
    static let path: Literal = "/.ossgate/callback_pub_key_v1.pem"

    /// The file that is at `path`.
    let publicKey: [UInt8]
    private let key: RSAKey
    private let encodedURL: String

    /// nil without a key; `origin` is what the URL begins with, such as `http://127.0.0.1:9000`.
    init?(origin: String) {
        guard let key = RSAKey(), let publicKey = key.publicPEM else { return nil }
        self.key = key
        self.publicKey = publicKey
        encodedURL = String(
            decoding: Base64.encode("\(origin)\(Self.path.description)".utf8), as: UTF8.self)
    }

    /// The lines that go into the head of a callback to `target`, each with its end.
    func lines(target: String, body: [UInt8]) -> String {
        let bytes = Array(target.utf8)
        let end = bytes.firstIndex(of: ASCII.question) ?? bytes.endIndex
        let path = PercentEncoding.decode(bytes[..<end]) ?? Array(bytes[..<end])
        let message = path + bytes[end...] + [UInt8(ascii: "\n")] + body
        guard let signature = key.md5Signature(of: message) else { return "" }
        let encoded = String(decoding: Base64.encode(signature), as: UTF8.self)
        return "Authorization: \(encoded)\r\nx-oss-pub-key-url: \(encodedURL)\r\n"
    }
}

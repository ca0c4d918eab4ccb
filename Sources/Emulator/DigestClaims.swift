import Bytes
import Digest
import HTTPModel
import OSSModel

/// What a client states about the bytes of its body, to be held against the body that came.
struct DigestClaims {
    private var md5: [UInt8]?
    private var crc64: UInt64?

    /// Nothing is claimed.
    init() {}

    /// Refuses what cannot be a digest. Without a body nothing is claimed.
    init(_ head: RequestHead, isActive: Bool) throws(OSSError) {
        guard isActive, head.framing != .none else { return }
        if let text = head.fields.first("content-md5") {
            guard let bytes = Base64.decode(text), bytes.count == 16 else {
                throw CatalogueRow.contentMD5Invalid.with("Content-MD5", text.text)
            }
            md5 = bytes
        }
        if let text = head.fields.first("x-oss-hash-crc64ecma") {
            guard let value = text.decimal else { throw CatalogueRow.crc64Mismatch.error }
            crc64 = value
        }
    }

    var hasMD5: Bool { md5 != nil }

    /// What is claimed of the file in a form: the CRC; the MD5 is that of the whole form.
    var ofContent: DigestClaims {
        var claims = self
        claims.md5 = nil
        return claims
    }

    /// Of a whole form.
    func verifyBody(md5 found: [UInt8]) throws(OSSError) { try verify(md5: found, crc64: crc64 ?? 0) }

    func verify(md5 found: [UInt8], crc64 foundCRC: UInt64) throws(OSSError) {
        if let md5, md5 != found {
            throw CatalogueRow.contentMD5Invalid
                .with("ClientComputedContentMD5", String(decoding: Base64.encode(md5), as: UTF8.self))
                .with("ServerComputedContentMD5", String(decoding: Base64.encode(found), as: UTF8.self))
        }
        if let crc64, crc64 != foundCRC { throw CatalogueRow.crc64Mismatch.error }
    }

    func verify(_ document: [UInt8]) throws(OSSError) {
        guard md5 != nil || crc64 != nil else { return }
        try verify(md5: MD5.hash(document.span), crc64: CRC64.hash(document.span))
    }
}

package import Bytes
package import HTTPModel

/// Renders an `OSSError` in OSS's form (error responses page of the API reference): the XML document, its head,
/// and for answers without a body the same document in Base64 as `x-oss-err`.
package enum ErrorDocument {
    /// The document stays below what SDKs read of an error (4096 bytes).
    package static let bytesMax = 4_000
    /// Reflected values are cut to this many bytes each.
    package static let reflectedBytesMax = 512

    /// The XML document. `hostID` is the Host of the request.
    package static func body(_ error: OSSError, requestID: RequestID, hostID: ByteSlice) -> [UInt8] {
        var xml: [UInt8] = []
        xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n")
        element("Code", error.code, into: &xml)
        element("Message", error.message, into: &xml)
        element("RequestId", requestID.description, into: &xml)
        element("HostId", hostID.prefix(255).text, into: &xml)
        for extra in error.elements {
            let before = xml.count
            element(extra.name, extra.value, into: &xml)
            if xml.count > bytesMax - 200 { xml.removeSubrange(before...) }
        }
        if let ec = error.ec {
            element("EC", ec, into: &xml)
            element("RecommendDoc", "https://api.aliyun.com/troubleshoot?q=" + ec, into: &xml)
        }
        xml.append("</Error>\n")
        return xml
    }

    /// The head and body of the answer. `Date`, `Server` and `Connection` are the server's to add; `bodiless` is
    /// true for HEAD, where the document travels as `x-oss-err`.
    package static func response(
        _ error: OSSError, requestID: RequestID, hostID: ByteSlice, bodiless: Bool
    ) -> (head: ResponseHead, body: [UInt8]) {
        let document = body(error, requestID: requestID, hostID: hostID)
        var fields = Fields()
        fields.append("Content-Type", "application/xml")
        fields.append("x-oss-request-id", requestID.bytes)
        fields.append("x-oss-server-time", "0")
        if let ec = error.ec { fields.append("x-oss-ec", ec) }
        // RFC 9110, section 15.5.6: this status has to say what is allowed.
        if error.status == 405 { fields.append("Allow", "GET, DELETE, HEAD, PUT, POST, OPTIONS") }
        if bodiless { fields.append("x-oss-err", Base64.encode(document)) }
        let head = ResponseHead(
            status: error.status, fields: fields, framing: .length(UInt64(document.count)))
        return (head, bodiless ? [] : document)
    }

    private static func element(_ name: String, _ value: String, into xml: inout [UInt8]) {
        xml.append(contentsOf: "  <\(name)>".utf8)
        XMLText.appendEscaped(value, bytesMax: reflectedBytesMax, to: &xml)
        xml.append(contentsOf: "</\(name)>\n".utf8)
    }
}

import Bytes
import Digest
import HTTPModel
import JSON
import OSSModel

/// What a client wants said to its own server once its object is stored ("Callback" page), as the emulator reads it.
struct CallbackOrder {
    static let textBytesMax = 5120

    /// 1 to 5, tried in turn.
    let urls: [CallbackURL]
    let host: String?
    private let body: String
    private let bodyType: String
    private let variables: [(name: String, value: [UInt8])]

    /// nil when the request orders none. A form brings its own variables.
    init?(
        _ request: EmulatorRequest, formVariables: [(name: String, value: [UInt8])] = []
    ) throws(OSSError) {
        guard let text = try Self.text(request, "x-oss-callback", "callback", .callbackBothPlaces) else {
            return nil
        }
        guard text.count <= Self.textBytesMax else { throw CatalogueRow.callbackTooLong.error }
        guard let json = Base64.decode(text[...]) else { throw CatalogueRow.callbackNotBase64.error }
        guard let root = try? JSONParser.parse(json), case .object = root else {
            throw CatalogueRow.callbackNotJSON.error
        }
        if let version = root["signatureVersion"] {
            guard case .string(let text) = version, text == "1.0" || text == "2.0" else {
                throw CatalogueRow.callbackSignatureVersion.error
            }
        }
        guard case .string(let url)? = root["callbackUrl"] else {
            throw CatalogueRow.callbackURLInvalid.error
        }
        var urls: [CallbackURL] = []
        for item in url.split(separator: ";") {
            guard let one = CallbackURL(String(item)) else { throw CatalogueRow.callbackURLInvalid.error }
            urls.append(one)
        }
        guard !urls.isEmpty else { throw CatalogueRow.callbackURLInvalid.error }
        guard urls.count <= 5 else { throw CatalogueRow.callbackTooManyURLs.error }
        self.urls = urls
        if let host = root["callbackHost"] {
            guard case .string(let text) = host, (1...255).contains(text.utf8.count),
                text.utf8.allSatisfy({ $0 > ASCII.space && $0 != ASCII.delete && $0 != ASCII.slash })
            else { throw CatalogueRow.callbackHostInvalid.error }
            self.host = text
        } else {
            host = nil
        }
        if let type = root["callbackBodyType"] {
            guard case .string(let type) = type else { throw CatalogueRow.callbackBodyTypeConfig.error }
            guard ["application/json", "application/x-www-form-urlencoded"].contains(type) else {
                throw CatalogueRow.callbackBodyTypeUnsupported.error
            }
            bodyType = type
        } else {
            bodyType = "application/x-www-form-urlencoded"
        }
        switch root["callbackBody"] {
        case .string(let body)? where !body.isEmpty: self.body = body
        case nil, .string: throw CatalogueRow.callbackBodyEmpty.error
        default: throw CatalogueRow.callbackBodyInvalid.error
        }
        variables = try formVariables + Self.variables(request)
    }

    /// The value of a field or of a parameter, never of both.
    private static func text(
        _ request: EmulatorRequest, _ field: Literal, _ parameter: String, _ both: CatalogueRow
    ) throws(OSSError) -> [UInt8]? {
        // In a query, a plus sign of Base64 is often left as it is.
        let query = request.parameters[parameter].map { $0.map { $0 == ASCII.space ? ASCII.plus : $0 } }
        guard let value = request.head.fields.first(field) else { return query }
        guard query == nil else { throw both.error }
        return Array(value.trimmingBlanks())
    }

    private static func variables(
        _ request: EmulatorRequest
    ) throws(OSSError) -> [(name: String, value: [UInt8])] {
        let text = try text(request, "x-oss-callback-var", "callback-var", .callbackVarBothPlaces)
        guard let text else { return [] }
        guard text.count <= textBytesMax else { throw CatalogueRow.callbackVarTooLong.error }
        guard let json = Base64.decode(text[...]), let root = try? JSONParser.parse(json),
            case .object(let members) = root
        else { throw CatalogueRow.callbackVarNotJSON.error }
        var found: [(name: String, value: [UInt8])] = []
        for member in members {
            guard case .string(let value) = member.value, member.name.hasPrefix("x:"),
                !member.name.utf8.contains(where: ASCII.isUpper)
            else {
                throw CatalogueRow.callbackVarNotJSON.error
            }
            found.append((member.name, Array(value.utf8)))
        }
        return found
    }

    // MARK: The message

    /// The request to one of the URLs, as it goes over the wire. `values` are the system variables; a variable that
    /// nobody knows is empty.
    func message(
        to url: CallbackURL, values: [String: [UInt8]], _ signer: CallbackSigner?
    ) -> [UInt8] {
        let isJSON = bodyType == "application/json"
        var content: [UInt8] = []
        var rest = body[...]
        while let open = rest.firstRange(of: "${"), let close = rest[open.upperBound...].firstIndex(of: "}") {
            content += rest[..<open.lowerBound].utf8
            let name = String(rest[open.upperBound..<close])
            let value = values[name] ?? variables.first { $0.name == name }?.value ?? []
            content += isJSON ? Self.quoted(value) : PercentEncoding.encode(value, keepingSlash: false)
            rest = rest[rest.index(after: close)...]
        }
        content += rest.utf8
        let digest = String(decoding: Base64.encode(MD5.hash(content.span)), as: UTF8.self)
        let head =
            "POST \(url.target) HTTP/1.1\r\nHost: \(host ?? url.authority)\r\nContent-Type: \(bodyType)\r\n"
            + "Content-Length: \(content.count)\r\nContent-MD5: \(digest)\r\nUser-Agent: aliyun-oss-callback\r\n"
            + (signer?.lines(target: url.target, body: content) ?? "") + "Connection: close\r\n\r\n"
        return Array(head.utf8) + content
    }

    /// A JSON string with its quotes, unless it is a number that the body may want bare.
    private static func quoted(_ value: [UInt8]) -> [UInt8] {
        if !value.isEmpty, value.allSatisfy(ASCII.isDigit) { return value }
        var out: [UInt8] = [ASCII.quote]
        for byte in value {
            switch byte {
            case ASCII.quote, ASCII.backslash: out += [ASCII.backslash, byte]
            case 0..<ASCII.space: out += Array("\\u00".utf8) + Hex.encode([byte])
            default: out.append(byte)
            }
        }
        return out + [ASCII.quote]
    }

    /// The body uses what only an image has.
    var usesImageInfo: Bool { body.contains("${imageInfo.") }
}

/// One URL of a callback: `[http://]host[:port][/path]`.
struct CallbackURL: Equatable {
    let isSecure: Bool
    /// A name or an address without brackets.
    let host: String
    let port: UInt16
    /// As it stood in the URL.
    let authority: String
    let target: String

    init?(_ text: String) {
        var rest = text[...]
        isSecure = rest.hasPrefix("https://")
        if let scheme = rest.firstRange(of: "://") {
            guard isSecure || rest.hasPrefix("http://") else { return nil }
            rest = rest[scheme.upperBound...]
        }
        guard rest.utf8.allSatisfy({ $0 > ASCII.space && $0 != ASCII.delete }) else { return nil }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = String(rest[..<end])
        let path = String(rest[end...])
        target = path.hasPrefix("/") ? path : "/" + path
        var name = authority[...]
        var number = UInt64(isSecure ? 443 : 80)
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            guard let given = Array(name[name.index(after: colon)...].utf8)[...].decimal,
                (1...65535).contains(given)
            else { return nil }
            number = given
            name = name[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty, !name.contains("@") else { return nil }
        host = String(name)
        port = UInt16(number)
    }
}

extension CallbackOrder {
    /// Only uploads that make a whole object have callbacks; forms bring theirs in a field.
    static func applies(to request: EmulatorRequest) -> Bool {
        guard !request.key.isEmpty else { return false }
        switch request.head.method {
        case .put:
            let others = ["acl", "tagging", "symlink", "uploadId", "live", "retention", "legalHold"]
            return !others.contains(where: request.has)
                && !request.head.fields.contains("x-oss-copy-source")
        case .post: return request.has("uploadId")
        default: return false
        }
    }

    /// The variables that the service knows of an object that has just been stored.
    func values(
        _ request: EmulatorRequest, _ operations: Operations, clientAddress: String
    ) throws(OSSError) -> [String: [UInt8]] {
        let bucket = try request.requiredBucket()
        let object = try operations.store.object(request.key, in: bucket)
        let operation =
            request.head.method == .put
            ? "PutObject" : request.has("uploadId") ? "CompleteMultipartUpload" : "PostObject"
        var values: [String: [UInt8]] = [
            "bucket": Array(bucket.utf8), "object": request.key, "etag": Array(object.etag.utf8),
            "size": Array("\(object.size)".utf8),
            "mimeType": object.fields.first { $0.name == "Content-Type" }?.value ?? [],
            "crc64": Array("\(object.crc64)".utf8), "contentMd5": Array((object.contentMD5 ?? "").utf8),
            "clientIp": Array(clientAddress.utf8), "reqId": request.id.bytes,
            "operation": Array(operation.utf8),
        ]
        if usesImageInfo {
            guard object.size <= UInt64(operations.store.settings.limits.imageBytes),
                let image = ImageHeader(try operations.bytes(of: object))
            else { throw CatalogueRow.callbackFailedImageInfo.error }
            values["imageInfo.width"] = Array("\(image.width)".utf8)
            values["imageInfo.height"] = Array("\(image.height)".utf8)
            values["imageInfo.format"] = Array(image.format.utf8)
        }
        return values
    }
}

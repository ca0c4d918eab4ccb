import Bytes
import HTTP1
import HTTPModel
import JSON

/// A request as a case writes it in JSON.
struct CaseRequest {
    let defaultHost: String

    private static let names = [
        "method", "url", "bucket", "key", "headers", "body", "base64", "size", "chunked", "form",
    ]

    func read(_ value: JSONValue, at path: String) throws(CaseFault) -> (RequestHead, CaseBody) {
        let object = try CaseObject(value, path: path, names: Self.names)
        var (host, target) = try place(object)
        var fields = try headers(object)
        if let given = fields.first("host") { host = given.text }
        fields.removeAll("host")
        var all = Fields()
        all.append("Host", host)
        for index in fields.entries.indices {
            all.append(name: fields.name(at: index), value: fields.value(at: index))
        }
        var body = try body(object)
        if let form = object["form"] {
            let (bytes, type) = try CaseForm.write(form, at: object.place("form"))
            body = CaseBody(bytes: bytes, size: UInt64(bytes.count))
            all.removeAll("content-type")
            all.append("Content-Type", type)
        }
        let isForm = object["form"] != nil
        let method = try object.text("method") ?? (isForm ? "POST" : "PUT")
        if target.isEmpty { target = "/" }
        let framing: BodyFraming =
            try object.flag("chunked")
            ? .chunked : body.size > 0 || method == "PUT" || method == "POST" ? .length(body.size) : .none
        let token = Array(method.utf8)
        return (
            RequestHead(
                method: Method(token.span), target: Array(target.utf8)[...], fields: all, framing: framing),
            body
        )
    }

    /// `url`, whole or from its path on, or `bucket` and `key`.
    private func place(_ object: CaseObject) throws(CaseFault) -> (host: String, target: String) {
        if let url = try object.text("url") {
            guard object["bucket"] == nil, object["key"] == nil else {
                throw CaseFault(path: object.path, message: "has a url, and bucket or key too")
            }
            if url.hasPrefix("/") { return (defaultHost, url) }
            guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else {
                throw CaseFault(
                    path: object.place("url"), message: "must begin with \"http://\", \"https://\" or \"/\"")
            }
            let rest = url.dropFirst(scheme.count)
            let end = rest.firstIndex { "/?".contains($0) } ?? rest.endIndex
            let target = rest[end...]
            return (String(rest[..<end]), target.hasPrefix("?") ? "/\(target)" : String(target))
        }
        guard let bucket = try object.text("bucket") else {
            throw CaseFault(path: object.path, message: "needs a url, or a bucket and a key")
        }
        let key = try object.text("key") ?? ""
        let encoded = PercentEncoding.encode(key.utf8, keepingSlash: true)
        return (defaultHost, "/\(bucket)/" + String(decoding: encoded, as: UTF8.self))
    }

    private func headers(_ object: CaseObject) throws(CaseFault) -> Fields {
        var fields = Fields()
        guard let value = object["headers"] else { return fields }
        let headers = try CaseObject(value, path: object.place("headers"))
        for member in headers.all {
            let name = Array(member.name.utf8)
            guard !name.isEmpty, name.allSatisfy({ ASCII.isToken($0) }) else {
                throw CaseFault(path: headers.place(member.name), message: "is no name of a field")
            }
            let values =
                if case .array = member.value { try headers.texts(member.name) ?? [] } else {
                    [try headers.text(member.name) ?? ""]
                }
            for value in values {
                guard !value.utf8.contains(where: { ASCII.isControl($0) && $0 != ASCII.tab }) else {
                    throw CaseFault(path: headers.place(member.name), message: "has a control character")
                }
                fields.append(name: name[...], value: Array(value.utf8)[...])
            }
        }
        return fields
    }

    /// Text or Base64, filled up to `size`.
    private func body(_ object: CaseObject) throws(CaseFault) -> CaseBody {
        var bytes = Array((try object.text("body") ?? "").utf8)
        if let text = try object.text("base64") {
            guard object["body"] == nil, let decoded = Base64.decode(Array(text.utf8)[...]) else {
                throw CaseFault(path: object.place("base64"), message: "must be Base64, and the only body")
            }
            bytes = decoded
        }
        let size = try object.size("size") ?? UInt64(bytes.count)
        guard size >= UInt64(bytes.count) else {
            throw CaseFault(path: object.place("size"), message: "is less than the body that is given")
        }
        guard size <= 6 << 30 else {
            throw CaseFault(path: object.place("size"), message: "must be at most 6 GiB")
        }
        return CaseBody(bytes: bytes, size: size)
    }
}

/// The form of a PostObject: `fields` by name, and the `file` with `name`, `type`, and a body as requests have it.
enum CaseForm {
    private static let boundary = "ossgate-case-7d1f0a"

    static func write(_ value: JSONValue, at path: String) throws(CaseFault) -> (bytes: [UInt8], type: String)
    {
        let object = try CaseObject(value, path: path, names: ["fields", "file"])
        var bytes: [UInt8] = []
        if let value = object["fields"] {
            let fields = try CaseObject(value, path: object.place("fields"))
            for member in fields.all {
                let text = try fields.text(member.name) ?? ""
                part(try name(member.name, at: fields.place(member.name)), "", &bytes)
                bytes += Array(text.utf8) + Array("\r\n".utf8)
            }
        }
        guard let value = object["file"] else {
            throw CaseFault(path: object.place("file"), message: "is missing")
        }
        let file = try CaseObject(
            value, path: object.place("file"), names: ["name", "type", "body", "base64", "size"])
        let type = try file.text("type").map { "Content-Type: \($0)\r\n" } ?? ""
        let filename = try name(try file.text("name") ?? "file", at: file.place("name"))
        part("file\"; filename=\"\(filename)", type, &bytes)
        var content = Array((try file.text("body") ?? "").utf8)
        if let text = try file.text("base64") {
            guard let decoded = Base64.decode(Array(text.utf8)[...]) else {
                throw CaseFault(path: file.place("base64"), message: "must be Base64")
            }
            content = decoded
        }
        let size = try file.size("size") ?? UInt64(content.count)
        guard size <= 256 << 20 else {
            throw CaseFault(path: file.place("size"), message: "must be at most 256 MiB")
        }
        content += [UInt8](repeating: 0x61, count: max(0, Int(size) - content.count))
        bytes += content + Array("\r\n--\(boundary)--\r\n".utf8)
        return (bytes, "multipart/form-data; boundary=\(boundary)")
    }

    private static func part(_ name: String, _ lines: String, _ bytes: inout [UInt8]) {
        bytes += Array(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\(lines)\r\n".utf8)
    }

    private static func name(_ text: String, at path: String) throws(CaseFault) -> String {
        guard !text.utf8.contains(where: { ASCII.isControl($0) || $0 == ASCII.quote }) else {
            throw CaseFault(path: path, message: "has a quote or a control character")
        }
        return text
    }
}

/// A request as it goes over the wire. Lines of its head may end in LF alone, since JSON is written by people.
enum RawRequest {
    static func parse(_ text: String, at path: String) throws(CaseFault) -> (RequestHead, [UInt8]) {
        var bytes = Array(text.utf8)
        let isForPeople = !bytes.contains(ASCII.carriageReturn)
        if isForPeople { bytes = withLineEnds(bytes) }
        var decoder = RequestDecoder()
        var position = 0
        var head: RequestHead?
        var body: [UInt8] = []
        do {
            while true {
                switch try decoder.next(bytes.span, &position) {
                case .needsInput: throw CaseFault(path: path, message: "is not a whole request")
                case .head(let found): head = found
                case .body(let range): body += bytes[range]
                case .end:
                    guard let head else { throw CaseFault(path: path, message: "is not a whole request") }
                    return (head, body)
                }
            }
        } catch let fault as CaseFault {
            throw fault
        } catch {
            throw CaseFault(path: path, message: "is no HTTP request: \(error)")
        }
    }

    /// Lines up to the first empty one end in CRLF; what follows is the body as it is.
    private static func withLineEnds(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var isLineEmpty = false
        for (index, byte) in text.enumerated() {
            guard byte == ASCII.lineFeed else {
                isLineEmpty = false
                out.append(byte)
                continue
            }
            out += [ASCII.carriageReturn, ASCII.lineFeed]
            if isLineEmpty { return out + text[(index + 1)...] }
            isLineEmpty = true
        }
        return out
    }
}

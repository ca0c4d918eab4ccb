import Bytes
import JSON
import OSSModel

/// A callback as an upload asks for it ("Callback" page): a JSON object, read once and checked member by member.
struct Callback: Sendable {
    /// The decoded text, for the answer to a client that sent it.
    let json: String
    private let members: [JSONValue.Member]

    /// Length, Base64, JSON, in this order.
    init(base64 text: ByteSlice) throws(Refusal) {
        guard text.count <= OSSLimits.callbackTextBytesMax else {
            throw Refusal(
                CatalogueRow.callbackTooLong.argument(
                    Self.argument, text.prefix(Refusal.shownBytesMax).text),
                expected: "at most \(OSSLimits.callbackTextBytesMax) bytes", actual: "\(text.count) bytes")
        }
        guard let bytes = Base64.decode(text) else {
            throw Refusal(
                CatalogueRow.callbackNotBase64.argument(
                    Self.argument, text.prefix(Refusal.shownBytesMax).text),
                expected: "Base64 with padding", actual: "\(text.count) other bytes")
        }
        json = bytes[...].text
        do throws(JSONParser.Failure) {
            guard case .object(let members) = try JSONParser.parse(bytes) else {
                throw JSONParser.Failure(line: 1, column: 1, message: "expected an object")
            }
            self.members = members
        } catch {
            throw Refusal(
                CatalogueRow.callbackNotJSON.argument(Self.argument, json), expected: "a JSON object",
                actual: "line \(error.line), column \(error.column): \(error.message)",
                hint: "a quote inside callbackBody is escaped by a backslash")
        }
    }

    func requireSignatureVersion() throws(Refusal) {
        guard let value = self["signatureVersion"] else { return }
        guard value == .string("1.0") || value == .string("2.0") else {
            throw refusal(.callbackSignatureVersion, expected: "\"1.0\" or \"2.0\"", actual: value)
        }
    }

    /// There is a URL, there are at most five, each has the form of one, and no address among them is impossible.
    func requireURLs() throws(Refusal) {
        guard case .string(let list) = self["callbackUrl"] else {
            throw refusal(.callbackURLInvalid, expected: "a text callbackUrl", actual: self["callbackUrl"])
        }
        let texts = CallbackURL.list([UInt8](list.utf8)[...])
        guard !texts.isEmpty else {
            throw refusal(.callbackURLInvalid, expected: "a URL", actual: self["callbackUrl"])
        }
        guard texts.count <= OSSLimits.callbackURLsMax else {
            throw Refusal(
                CatalogueRow.callbackTooManyURLs.argument(Self.argument, json),
                expected: "at most \(OSSLimits.callbackURLsMax) URLs", actual: "\(texts.count) URLs")
        }
        var urls: [CallbackURL] = []
        for text in texts {
            guard let url = CallbackURL(text) else {
                throw refusal(
                    .callbackURLInvalid, expected: "[http(s)://]host[:port][/path]",
                    actual: .string(text.text))
            }
            urls.append(url)
        }
        if let url = urls.first(where: { $0.host == .invalidAddress }) {
            throw Refusal(
                .hostIPInvalid, argument: "callbackUrl", value: url.text, expected: "octets from 0 to 255")
        }
    }

    /// No URL names this machine or a private network. Names are not looked up: what they mean to the service is
    /// not known here.
    func requirePublicAddresses() throws(Refusal) {
        guard case .string(let list) = self["callbackUrl"] else { return }
        for text in CallbackURL.list([UInt8](list.utf8)[...]).prefix(OSSLimits.callbackURLsMax) {
            switch CallbackURL(text)?.host {
            case .localhost: break
            case .address(let address) where address.isPrivate: break
            default: continue
            }
            throw Refusal(
                .callbackPrivateAddress, argument: "callbackUrl", value: text, expected: "a public address",
                hint: "the service calls the URL from outside")
        }
    }

    /// Host, body type, body, in this order.
    func requireContent() throws(Refusal) {
        if let host = self["callbackHost"] {
            guard case .string(let text) = host, Self.isHost(text) else {
                throw refusal(
                    .callbackHostInvalid, expected: "1 to 255 bytes without blank or slash", actual: host)
            }
        }
        if let type = self["callbackBodyType"] {
            guard case .string(let text) = type else {
                throw refusal(.callbackBodyTypeConfig, expected: "a text", actual: type)
            }
            let bytes = [UInt8](text.utf8)[...]
            guard
                bytes.matchesIgnoringCase("application/x-www-form-urlencoded")
                    || bytes.matchesIgnoringCase("application/json")
            else {
                throw refusal(
                    .callbackBodyTypeUnsupported,
                    expected: "application/x-www-form-urlencoded or application/json", actual: type)
            }
        }
        guard let body = self["callbackBody"], body != .string("") else {
            throw refusal(.callbackBodyEmpty, expected: "a callbackBody", actual: self["callbackBody"])
        }
        guard case .string(let text) = body, Self.hasSoundVariables([UInt8](text.utf8)[...]) else {
            throw refusal(.callbackBodyInvalid, expected: "a text with variables ${name}", actual: body)
        }
    }

    /// The hosts of its URLs in lower case; empty in place of one that cannot be read.
    var hosts: [[UInt8]] {
        guard case .string(let list) = self["callbackUrl"] else { return [[]] }
        return CallbackURL.list([UInt8](list.utf8)[...]).map { text in
            CallbackURL(text)?.hostName.map { ASCII.lowercased($0) } ?? []
        }
    }

    private subscript(name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    /// The document has the whole callback, the record only the member at fault.
    private func refusal(_ row: CatalogueRow, expected: String, actual: JSONValue?) -> Refusal {
        let shown =
            if case .string(let text) = actual { text } else { actual?.kind ?? "absent" }
        return Refusal(row.argument(Self.argument, json), expected: expected, actual: shown)
    }

    /// A Host value; which hosts there are is not for us to say.
    private static func isHost(_ text: String) -> Bool {
        (1...OSSLimits.callbackHostBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > ASCII.space && $0 != ASCII.delete && $0 != ASCII.slash }
    }

    /// Every `${` has its brace, with a name between them. Which names there are changes from year to year.
    private static func hasSoundVariables(_ text: ByteSlice) -> Bool {
        var rest = text
        while let dollar = rest.firstIndex(of: 0x24) {
            rest = rest[(dollar + 1)...]
            guard rest.first == 0x7B else { continue }
            guard let end = rest.firstIndex(of: 0x7D), end > rest.startIndex + 1 else { return false }
            rest = rest[(end + 1)...]
        }
        return true
    }

    private static let argument = "callback"
}

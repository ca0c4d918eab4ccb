import Bytes
import HTTPModel

/// The field list of a response for HTTP/2: names in lower case, without the fields of one hop, with the length that the
/// framing says, and with `Date` and `Server` where they are missing.
struct HTTP2ResponseFields {
    private(set) var list: [(name: [UInt8], value: [UInt8])]
    /// HEAD, 204 and 304.
    let isBodiless: Bool
    /// What the body must have; nil when only its end says.
    let length: UInt64?

    init(_ answer: ResponseHead, request: RequestHead, server: Server) {
        list = Self.regular(answer.fields).filter { $0.name != Array("content-length".utf8) }
        isBodiless = request.method == .head || answer.status == 204 || answer.status == 304
        let stated = answer.fields.first("content-length")?.decimal
        switch answer.framing {
        case .length(let count): length = count
        case .none: length = 0
        case .chunked, .untilClose: length = nil
        }
        // The length of what is not sent is that of the origin; where a body could be, it is what will be sent.
        let told = isBodiless ? (answer.status == 204 ? nil : stated ?? (length == 0 ? nil : length)) : length
        if let told { append("content-length", Array(String(told).utf8)) }
        if !answer.fields.contains("date") { append("date", server.date) }
        if !answer.fields.contains("server") { append("server", Array(server.settings.serverName.utf8)) }
    }

    /// Data frames follow the head.
    var hasBody: Bool { !isBodiless && length != 0 }

    private mutating func append(_ name: String, _ value: [UInt8]) { list.append((Array(name.utf8), value)) }

    /// The fields that may travel further, names in lower case. What is no field is left out, as in HTTP/1.1.
    static func regular(_ fields: Fields) -> [(name: [UInt8], value: [UInt8])] {
        let options = HopByHop.connectionOptions(fields).map { $0.map(ASCII.lowercased) }
        return fields.entries.indices.compactMap { index in
            let name = fields.name(at: index).map(ASCII.lowercased)
            let value = fields.value(at: index)
            guard !HopByHop.contains(name[...]), !options.contains(name), !name.isEmpty,
                name.allSatisfy(ASCII.isToken),
                !value.contains(where: { ASCII.isControl($0) && $0 != ASCII.tab })
            else { return nil }
            return (name, Array(value))
        }
    }
}

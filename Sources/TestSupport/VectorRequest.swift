import Foundation

/// The request of a vector: fields in order and as they are, and the body in pieces.
package struct VectorRequest: Sendable, Decodable {
    /// A piece of the body, sent in order.
    package enum Piece: Sendable, Equatable {
        /// UTF-8, with placeholders.
        case text(String)
        case bytes([UInt8])
        case repeated(byte: UInt8, count: Int)
        /// Nothing is sent for so long.
        case delay(milliseconds: Int)
    }

    /// What the client does when all is sent.
    package enum AfterSend: String, Sendable, Decodable {
        /// Keeps the connection open and sends nothing more.
        case stall
        /// Shuts down its sending side.
        case halfClose = "half-close"
    }

    package let method: String
    package let target: String
    package let headers: [(name: String, value: String)]
    package let body: [Piece]
    package let afterSend: AfterSend?

    private struct Repeated: Decodable {
        let byte: UInt8
        let count: Int
    }

    private struct Part: Decodable {
        let text: String?
        let b64: Data?
        let `repeat`: Repeated?
        let delayMilliseconds: Int?

        private enum CodingKeys: String, CodingKey {
            case text
            case b64
            case `repeat`
            case delayMilliseconds = "delay_ms"
        }

        var pieces: [Piece] {
            [
                text.map { .text($0) }, b64.map { .bytes([UInt8]($0)) },
                `repeat`.map { .repeated(byte: $0.byte, count: $0.count) },
                delayMilliseconds.map { .delay(milliseconds: $0) },
            ].compactMap { $0 }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case method
        case target
        case headers
        case bodyText = "body_text"
        case bodyB64 = "body_b64"
        case bodyRepeat = "body_repeat"
        case bodyParts = "body_parts"
        case afterSend = "after_send"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        method = try members.decode(String.self, forKey: .method)
        target = try members.decode(String.self, forKey: .target)
        headers = try members.decode([[String]].self, forKey: .headers).map { pair in
            guard pair.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .headers, in: members, debugDescription: "a header is no pair")
            }
            return (pair[0], pair[1])
        }
        let parts = [
            Part(
                text: try members.decodeIfPresent(String.self, forKey: .bodyText),
                b64: try members.decodeIfPresent(Data.self, forKey: .bodyB64),
                repeat: try members.decodeIfPresent(Repeated.self, forKey: .bodyRepeat),
                delayMilliseconds: nil)
        ]
        body = (parts + (try members.decodeIfPresent([Part].self, forKey: .bodyParts) ?? [])).flatMap(
            \.pieces)
        afterSend = try members.decodeIfPresent(AfterSend.self, forKey: .afterSend)
    }

    /// The head as HTTP/1.1, byte for byte, with placeholders expanded. Content-Length is added in one case only:
    /// the body has placeholders and no field gives its length.
    package func headBytes(_ placeholders: Placeholders) -> [UInt8] {
        var text = "\(method) \(placeholders.expand(target)) HTTP/1.1\r\n"
        for header in headers { text += "\(header.name): \(placeholders.expand(header.value))\r\n" }
        if needsLength { text += "Content-Length: \(bodyBytes(placeholders).count)\r\n" }
        return [UInt8]((text + "\r\n").utf8)
    }

    /// The whole body with placeholders expanded, delays left out.
    package func bodyBytes(_ placeholders: Placeholders) -> [UInt8] {
        body.flatMap { bytes(of: $0, placeholders) }
    }

    /// The bytes of one piece; none for a delay.
    package func bytes(of piece: Piece, _ placeholders: Placeholders) -> [UInt8] {
        switch piece {
        case .text(let text): [UInt8](placeholders.expand(text).utf8)
        case .bytes(let bytes): bytes
        case .repeated(let byte, let count): [UInt8](repeating: byte, count: count)
        case .delay: []
        }
    }

    private var needsLength: Bool {
        let hasPlaceholder = body.contains { piece in
            if case .text(let text) = piece { return text.contains("{{") }
            return false
        }
        let hasLength = headers.contains {
            ["content-length", "transfer-encoding"].contains($0.name.lowercased())
        }
        return hasPlaceholder && !hasLength
    }
}

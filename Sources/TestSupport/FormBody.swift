import Bytes

/// A form as a client sends it.
package struct FormBody: Sendable {
    package var boundary: String
    /// Whole parts: head lines and content.
    private var parts: [[UInt8]] = []

    package init(boundary: String = "9431149156168") { self.boundary = boundary }

    package mutating func field(_ name: String, _ value: [UInt8]) {
        part("Content-Disposition: form-data; name=\"\(name)\"\r\n", value)
    }
    package mutating func field(_ name: String, _ value: String) { field(name, Array(value.utf8)) }

    package mutating func file(_ content: [UInt8], name: String = "file", filename: String = "a.txt") {
        part(
            "Content-Disposition: form-data; name=\"\(name)\"; filename=\"\(filename)\"\r\n"
                + "Content-Type: text/plain\r\n", content)
    }

    /// A signed policy, unsigned: the fields that go with one are added with values of the right form.
    package mutating func policy(_ json: String) {
        field("OSSAccessKeyId", "LTAI5tExampleKeyId00")
        field("policy", Base64.encode(json.utf8))
        field("Signature", "kZoYNv66bsmc10dcGKw5x2PRrk0=")
    }

    /// A part with these head lines, each with its line end.
    package mutating func part(_ lines: String, _ content: [UInt8]) {
        parts.append(Array((lines + "\r\n").utf8) + content)
    }

    /// The body; without the closing boundary if it is not `closed`.
    package func bytes(closed: Bool = true) -> [UInt8] {
        var out: [UInt8] = []
        for (index, part) in parts.enumerated() {
            out.append(contentsOf: "\(index == 0 ? "" : "\r\n")--\(boundary)\r\n".utf8)
            out.append(contentsOf: part)
        }
        if closed { out.append(contentsOf: "\(parts.isEmpty ? "" : "\r\n")--\(boundary)--\r\n".utf8) }
        return out
    }

    package var contentType: String { "multipart/form-data; boundary=\(boundary)" }
}

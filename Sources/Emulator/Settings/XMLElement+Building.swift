import Bytes
import XML

/// Documents as the emulator keeps and answers them: trees that are changed and written out again.
extension XMLElement {
    init(_ name: Literal, _ text: String = "") {
        self.init(name: Self.bytes(name))
        self.text = Array(text.utf8)
    }

    init(_ name: Literal, _ children: [XMLElement]) {
        self.init(name: Self.bytes(name))
        self.children = children
    }

    /// The text of the element that a path of names leads to, without the white space at its ends.
    func string(_ path: Literal...) -> String? {
        var place: XMLElement? = self
        for name in path { place = place?.child(name) }
        return place?.trimmedText.text
    }

    /// The texts of all children of a name, as `string` gives them.
    func strings(_ name: Literal) -> [String] { children(name).map { $0.trimmedText.text } }

    /// Gives the first child of a name this text, or adds one at the end.
    mutating func set(_ name: Literal, _ text: String) {
        if let index = children.firstIndex(where: { $0.isNamed(name) }) {
            children[index].text = Array(text.utf8)
        } else {
            children.append(XMLElement(name, text))
        }
    }

    mutating func remove(_ name: Literal) { children.removeAll { $0.isNamed(name) } }

    /// The document with its declaration. Text between child elements is white space at most, and is left out.
    var document: [UInt8] {
        var out = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
        append(to: &out)
        return out
    }

    private func append(to out: inout [UInt8]) {
        out.append(Self.less)
        out += name
        out.append(Self.greater)
        if children.isEmpty {
            XMLText.appendEscaped(String(decoding: text, as: UTF8.self), to: &out)
        } else {
            for child in children { child.append(to: &out) }
        }
        out.append(Self.less)
        out.append(ASCII.slash)
        out += name
        out.append(Self.greater)
    }

    private static let less = UInt8(ascii: "<")
    private static let greater = UInt8(ascii: ">")

    private static func bytes(_ name: Literal) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(name)
        return bytes
    }
}

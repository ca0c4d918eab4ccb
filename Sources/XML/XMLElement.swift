package import Bytes

/// One element of a parsed document. Attributes are not kept: no OSS document gives them a meaning, and
/// namespaces are ignored (names are without their prefix).
package struct XMLElement: Sendable, Equatable {
    package var name: [UInt8]
    /// The character data directly inside this element, entities resolved; well-formed UTF-8.
    package var text: [UInt8] = []
    package var children: [XMLElement] = []

    package init(name: [UInt8]) { self.name = name }

    /// True if the element has this name.
    package func isNamed(_ name: Literal) -> Bool { self.name[...].matches(name) }

    /// The first child of this name.
    package func child(_ name: Literal) -> XMLElement? { children.first { $0.isNamed(name) } }

    /// Every child of this name, in order.
    package func children(_ name: Literal) -> [XMLElement] { children.filter { $0.isNamed(name) } }

    /// The text without the white space at its ends: for enumerations and numbers, never for object keys.
    package var trimmedText: ByteSlice {
        var slice = text[...]
        while let first = slice.first, Self.isSpace(first) { slice.removeFirst() }
        while let last = slice.last, Self.isSpace(last) { slice.removeLast() }
        return slice
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        ASCII.isBlank(byte) || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
    }
}

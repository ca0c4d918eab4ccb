package import Bytes

/// Writes a document element by element. Values are escaped; names are the caller's own literals.
package struct XMLWriter: Sendable {
    /// The document so far.
    package private(set) var bytes: [UInt8] = []

    /// A document with its declaration.
    package init() { bytes.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") }

    /// `<name>` with what `content` writes inside.
    package mutating func element<E: Error>(
        _ name: Literal, _ content: (inout XMLWriter) throws(E) -> Void
    ) throws(E) {
        open(name)
        try content(&self)
        close(name)
    }

    package mutating func element(_ name: Literal, _ value: String) {
        open(name)
        XMLText.appendEscaped(value, to: &bytes)
        close(name)
    }

    /// Bytes that are not UTF-8 are replaced.
    package mutating func element(_ name: Literal, _ value: some Sequence<UInt8>) {
        element(name, String(decoding: Array(value), as: UTF8.self))
    }

    package mutating func element(_ name: Literal, _ value: UInt64) {
        open(name)
        Decimal.append(value, to: &bytes)
        close(name)
    }

    package mutating func element(_ name: Literal, _ value: Int) { element(name, String(value)) }
    package mutating func element(_ name: Literal, _ value: Bool) { element(name, value ? "true" : "false") }

    private mutating func open(_ name: Literal) {
        bytes.append(ASCIIByte.less)
        bytes.append(name)
        bytes.append(ASCIIByte.greater)
    }

    private mutating func close(_ name: Literal) {
        bytes.append(ASCIIByte.less)
        bytes.append(ASCII.slash)
        bytes.append(name)
        bytes.append(ASCIIByte.greater)
    }
}

/// The markup bytes of XML.
private enum ASCIIByte {
    static let less: UInt8 = 0x3C
    static let greater: UInt8 = 0x3E
}

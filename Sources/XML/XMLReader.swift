private import CExpat
private import Glibc

/// What bounds a document.
package struct XMLLimits: Sendable {
    /// Bytes of the document.
    package var bytesMax: Int
    /// Nested elements, the root counted.
    package var depthMax: Int
    /// Elements in all.
    package var elementsMax: Int

    package init(bytesMax: Int = 2 << 20, depthMax: Int = 16, elementsMax: Int = 40_000) {
        self.bytesMax = bytesMax
        self.depthMax = depthMax
        self.elementsMax = elementsMax
    }
}

/// Why a document was not taken.
package enum XMLFailure: Error, Sendable, Equatable {
    case tooLong
    case tooDeep
    case tooManyElements
    /// A document type declaration: it could define entities, and no OSS document has one.
    case doctype
    /// Not well-formed XML in UTF-8; the reason is expat's.
    case malformed(line: Int, reason: String)
    case outOfMemory
}

/// Documents as trees, read by expat. Entities other than the five of XML cannot be defined without a document type
/// declaration, so refusing that makes a reference to one malformed, and nothing can expand.
package enum XMLReader {
    /// The root element. The encoding is UTF-8 whatever the declaration says.
    package static func parse(
        _ bytes: Span<UInt8>, limits: XMLLimits = XMLLimits()
    ) throws(XMLFailure) -> XMLElement {
        guard bytes.count <= limits.bytesMax, bytes.count <= Int(Int32.max) else { throw .tooLong }
        guard !isUTF16(bytes) else { throw .malformed(line: 1, reason: "UTF-16") }
        guard let parser = unsafe XML_ParserCreate("UTF-8") else { throw .outOfMemory }
        defer { unsafe XML_ParserFree(parser) }
        let recorder = Recorder(limits: limits)
        let status = withExtendedLifetime(recorder) {
            unsafe install(recorder, on: parser)
            return unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                    unsafe XML_Parse(parser, characters.baseAddress, Int32(characters.count), 1)
                }
            }
        }
        if let failure = recorder.failure { throw failure }
        guard status == XML_STATUS_OK, let root = recorder.root else {
            let reason = unsafe XML_ErrorString(XML_GetErrorCode(parser)).map { unsafe String(cString: $0) }
            let line = unsafe Int(XML_GetCurrentLineNumber(parser))
            throw .malformed(line: line, reason: reason ?? "no element found")
        }
        return root
    }

    /// A byte order mark of UTF-16, or half a character of it: expat goes by that, whatever it was told.
    private static func isUTF16(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 2 else { return false }
        switch (bytes[0], bytes[1]) {
        case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0): return true
        default: return false
        }
    }

    /// The recorder outlives the parse, during which alone expat holds the pointer.
    private static func install(_ recorder: Recorder, on parser: XML_Parser) {
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(recorder).toOpaque())
        unsafe XML_UseParserAsHandlerArg(parser)
        unsafe XML_SetElementHandler(
            parser,
            { parser, name, _ in
                guard let parser = unsafe parser, let name = unsafe name else { return }
                unsafe XMLReader.visit(parser) { recorder in
                    unsafe recorder.open(UnsafeBufferPointer(start: name, count: strlen(name)))
                }
            },
            { parser, _ in
                guard let parser = unsafe parser else { return }
                unsafe XMLReader.visit(parser) { $0.close() }
            })
        unsafe XML_SetCharacterDataHandler(parser) { parser, text, count in
            guard let parser = unsafe parser else { return }
            unsafe XMLReader.visit(parser) { recorder in
                unsafe recorder.append(UnsafeBufferPointer(start: text, count: Int(count)))
            }
        }
        unsafe XML_SetStartDoctypeDeclHandler(parser) { parser, _, _, _, _ in
            guard let parser = unsafe parser else { return }
            unsafe XMLReader.visit(parser) { $0.failure = .doctype }
        }
    }

    /// Lets the recorder of a callback's parser note something, and stops the parser once it has failed.
    private static func visit(_ argument: UnsafeMutableRawPointer, _ note: (Recorder) -> Void) {
        let parser = XML_Parser(argument)
        guard let data = unsafe ossgate_xml_user_data(parser) else { return }
        let recorder = unsafe Unmanaged<Recorder>.fromOpaque(data).takeUnretainedValue()
        guard recorder.failure == nil else { return }
        note(recorder)
        if recorder.failure != nil { unsafe _ = XML_StopParser(parser, 0) }
    }
}

/// Builds the tree from what expat reports; lives for one parse.
private final class Recorder {
    let limits: XMLLimits
    var failure: XMLFailure?
    private(set) var root: XMLElement?
    private var open: [XMLElement] = []
    private var elements = 0

    init(limits: XMLLimits) { self.limits = limits }

    func open(_ name: UnsafeBufferPointer<CChar>) {
        elements += 1
        if elements > limits.elementsMax { return failure = .tooManyElements }
        if open.count >= limits.depthMax { return failure = .tooDeep }
        let bytes = unsafe name.map { UInt8(bitPattern: $0) }
        let local = bytes.lastIndex(of: 0x3A).map { Array(bytes[($0 + 1)...]) }
        open.append(XMLElement(name: local ?? bytes))
    }

    func append(_ text: UnsafeBufferPointer<CChar>) {
        guard let last = open.indices.last else { return }
        unsafe open[last].text.append(contentsOf: text.lazy.map { UInt8(bitPattern: $0) })
    }

    func close() {
        guard let element = open.popLast() else { return }
        if let last = open.indices.last { open[last].children.append(element) } else { root = element }
    }
}

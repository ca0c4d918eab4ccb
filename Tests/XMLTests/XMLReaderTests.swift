import Bytes
import Testing
import XML

private func parse(_ text: String, limits: XMLLimits = XMLLimits()) throws(XMLFailure) -> XMLElement {
    try XMLReader.parse(Array(text.utf8).span, limits: limits)
}

private func nested(_ depth: Int) -> String {
    String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
}

@Suite struct XMLReaderTests {
    @Test func treeWithTextAndOrder() throws {
        let root = try parse(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Delete xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com">
              <Quiet> true
              </Quiet><Object><Key> a&amp;b&#x4E2D; <![CDATA[<x>]]></Key></Object><Object><Key>c</Key></Object>
            </Delete>
            """)
        #expect(root.isNamed("Delete"))
        #expect(root.child("Quiet")?.trimmedText.text == "true")
        let keys = root.children("Object").compactMap { $0.child("Key") }
        #expect(keys.map { $0.text[...].text } == [" a&b中 <x>", "c"])
        #expect(root.child("Missing") == nil)
    }

    @Test func prefixesAreDropped() throws {
        #expect(
            try parse("<o:Tag xmlns:o='u'><o:Key>k</o:Key></o:Tag>").child("Key")?.text == Array("k".utf8))
    }

    @Test func doctypeIsRefused() {
        #expect(throws: XMLFailure.doctype) { try parse("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>") }
        #expect(throws: XMLFailure.doctype) { try parse("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>") }
    }

    @Test(arguments: ["", "<a>", "<a></b>", "<a>&e;</a>", "<a/><b/>", "a", "<a>\u{1}</a>"])
    func malformed(_ text: String) {
        let failure = #expect(throws: XMLFailure.self) { try parse(text) }
        guard case .malformed? = failure else {
            Issue.record("\(text) gave \(String(describing: failure))")
            return
        }
    }

    @Test func invalidUTF8IsMalformed() {
        let bytes = Array("<a>".utf8) + [0xC3, 0x28] + Array("</a>".utf8)
        #expect(throws: XMLFailure.self) { try XMLReader.parse(bytes.span) }
    }

    @Test(arguments: [[0xFF, 0xFE], [0xFE, 0xFF], []] as [[UInt8]])
    func utf16IsMalformed(mark: [UInt8]) {
        let littleEndian = mark + "<a/>".utf8.flatMap { [$0, 0] }
        #expect(throws: XMLFailure.malformed(line: 1, reason: "UTF-16")) {
            try XMLReader.parse(littleEndian.span)
        }
        let bigEndian = mark + "<a/>".utf8.flatMap { [0, $0] }
        #expect(throws: XMLFailure.malformed(line: 1, reason: "UTF-16")) {
            try XMLReader.parse(bigEndian.span)
        }
    }

    @Test func limits() throws {
        let limits = XMLLimits(bytesMax: 100, depthMax: 3, elementsMax: 4)
        #expect(try parse(nested(3), limits: limits).isNamed("a"))
        #expect(throws: XMLFailure.tooDeep) { try parse(nested(4), limits: limits) }
        #expect(try parse("<a><b/><b/><b/></a>", limits: limits).children.count == 3)
        #expect(throws: XMLFailure.tooManyElements) { try parse("<a><b/><b/><b/><b/></a>", limits: limits) }
        let long = "<a>" + String(repeating: "x", count: 100) + "</a>"
        #expect(throws: XMLFailure.tooLong) { try parse(long, limits: limits) }
    }
}

/// What hostile documents cost: nothing that grows with them beyond the limits.
@Suite struct XMLHostileTests {
    @Test func aHundredMebibytesAreNotRead() {
        let bytes = [UInt8](repeating: 0x3C, count: 100 << 20)
        #expect(throws: XMLFailure.tooLong) { try XMLReader.parse(bytes.span) }
    }

    @Test func nestingEndsAtTheLimit() {
        #expect(throws: XMLFailure.tooDeep) { try parse(nested(100_000)) }
        #expect(throws: XMLFailure.tooDeep) { try parse(String(repeating: "<a>", count: 100_000)) }
    }

    @Test func elementsEndAtTheLimit() {
        let many = "<a>" + String(repeating: "<b/>", count: 500_000) + "</a>"
        #expect(throws: XMLFailure.tooManyElements) { try parse(many) }
    }

    @Test func entitiesAreNeverDefined() {
        let entities = (1...9).map { level in
            "<!ENTITY l\(level) \"\(String(repeating: "&l\(level - 1);", count: 10))\">"
        }
        let laughs = "<!DOCTYPE l [<!ENTITY l0 \"lol\">\(entities.joined())]><l>&l9;</l>"
        #expect(throws: XMLFailure.doctype) { try parse(laughs) }
        let quadratic =
            "<!DOCTYPE q [<!ENTITY a \"\(String(repeating: "x", count: 100_000))\">]><q>"
            + String(repeating: "&a;", count: 100_000) + "</q>"
        #expect(throws: XMLFailure.doctype) { try parse(quadratic) }
    }

    @Test func attributesAreBoundedByTheDocument() throws {
        let names = (0..<50_000).map { "a\($0)=''" }.joined(separator: " ")
        #expect(try parse("<a \(names)/>").children.isEmpty)
    }

    @Test(arguments: [
        "<a>" + String(repeating: "x", count: 2_000_000), String(repeating: "<a", count: 1_000_000),
    ])
    func longTokensThatNeverEnd(_ text: String) {
        #expect(throws: XMLFailure.self) { try parse(text) }
    }

    @Test func manyReferencesAndSectionsAreOneText() throws {
        let text = String(repeating: "&amp;<![CDATA[&]]>&#38;", count: 50_000)
        #expect(try parse("<a>\(text)</a>").text == [UInt8](repeating: 0x26, count: 150_000))
    }
}

@Suite struct XMLWriterTests {
    @Test func writtenDocumentsAreReadBack() throws {
        var writer = XMLWriter()
        writer.element("Root") { writer in
            writer.element("Key", "<&>\"'\u{4E2D}\r")
            writer.element("Size", UInt64.max)
            writer.element("Count", -1)
            writer.element("IsTruncated", true)
            writer.element("Raw", [0x61, 0x01])
        }
        let root = try XMLReader.parse(writer.bytes.span)
        #expect(
            root.children.map { $0.text[...].text } == [
                "<&>\"'\u{4E2D}\r", "18446744073709551615", "-1", "true", "a?",
            ])
    }
}

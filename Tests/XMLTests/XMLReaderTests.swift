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

import Admission
import Bytes
import TestSupport
import Testing

/// What a parser made of a body.
struct ParsedForm: Equatable {
    struct Part: Equatable {
        var name: String
        var filename: String?
        var contentType: String?
        var content: [UInt8] = []
        var isEnded = false
    }

    var parts: [Part] = []
    var isEnded = false
    var fault: FormFault?

    /// Reads `pieces` one after the other.
    init(_ pieces: [[UInt8]], boundary: String = "b") {
        var parser = FormParser(boundary: Array(boundary.utf8)[...])
        for piece in pieces {
            do throws(FormFault) {
                try read(piece, &parser)
            } catch {
                fault = error
                return
            }
        }
    }

    private mutating func read(_ piece: [UInt8], _ parser: inout FormParser) throws(FormFault) {
        var position = 0
        while true {
            switch try parser.next(piece.span, &position) {
            case .needsInput:
                #expect(position == piece.count)
                return
            case .partBegan(let head):
                parts.append(
                    Part(
                        name: head.name.text, filename: head.filename?.text,
                        contentType: head.contentType?.text))
            case .data(let range):
                #expect(!range.isEmpty)
                parts[parts.count - 1].content += piece[range]
            case .heldData: parts[parts.count - 1].content += parser.held
            case .partEnded: parts[parts.count - 1].isEnded = true
            case .end: isEnded = true
            }
        }
    }
}

@Suite struct FormParserTests {
    private static let sound =
        "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nuser/a.txt\r\n"
        + "--b  \t\r\ncontent-disposition:form-data; name=empty\r\n\r\n\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".txt\"\r\n"
        + "Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        + "1\r\n--\r\n--a\r\n\r\r\n--b-\r\n--bb\r\n--b \r x\r\n--c\n--b--\n\r\n"
        + "--b--\r\nepilogue\r\n--b\r\nmore"

    private static let content =
        "1\r\n--\r\n--a\r\n\r\r\n--b-\r\n--bb\r\n--b \r x\r\n--c\n--b--\n"

    private func expectSound(_ form: ParsedForm) {
        #expect(form.fault == nil)
        #expect(form.isEnded)
        #expect(form.parts.map(\.name) == ["key", "empty", "file"])
        #expect(form.parts.filter(\.isEnded).count == 3)
        #expect(form.parts.first?.content == Array("user/a.txt".utf8))
        #expect(form.parts.dropFirst().first?.content == [])
        #expect(form.parts.last?.content == Array(Self.content.utf8))
        #expect(form.parts.last?.filename == "a \"b\".txt")
        #expect(form.parts.last?.contentType == "text/plain")
    }

    @Test func aFormIsReadWhole() { expectSound(ParsedForm([Array(Self.sound.utf8)])) }

    @Test func aFormIsReadByteByByte() { expectSound(ParsedForm(Self.sound.utf8.map { [$0] })) }

    @Test func aFormIsReadCutAnywhere() {
        let bytes = Array(Self.sound.utf8)
        for first in 0..<bytes.count {
            expectSound(ParsedForm([Array(bytes[..<first]), Array(bytes[first...])]))
        }
    }

    /// Content made of pieces of the delimiter, so that each cut falls on a look-alike.
    @Test(arguments: [1 as UInt64, 2, 3, 4, 5, 6, 7, 8])
    func lookAlikesAreContentWhereverTheyAreCut(seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let boundary = "xx-x"
        let scraps = [
            "\r", "\n", "-", "\r\n", "--", "\r\n--", "\r\n--x", "\r\n--xx-", "\r\n--xx-x", "x", " ", "a",
        ]
        var tried = 0
        for _ in 0..<300 {
            let drawn = (0..<random(40)).map { _ in scraps[random(scraps.count)] }.joined()
            let content = Array(drawn.utf8)
            // What is a boundary in earnest is no content.
            guard Self.firstBoundary(content + Array("\r\n--xx-x--".utf8)) == content.count else { continue }
            tried += 1
            var form = FormBody(boundary: boundary)
            form.field("file", content)
            let bytes = form.bytes()
            var pieces: [[UInt8]] = []
            var start = 0
            while start < bytes.count {
                let end = min(start + 1 + random(6), bytes.count)
                pieces.append(Array(bytes[start..<end]))
                start = end
            }
            for parsed in [ParsedForm([bytes], boundary: boundary), ParsedForm(pieces, boundary: boundary)] {
                #expect(parsed.fault == nil)
                #expect(parsed.isEnded)
                #expect(parsed.parts.count == 1)
                #expect(parsed.parts.first?.content == content)
            }
        }
        #expect(tried > 80)
    }

    /// Where the first boundary line of `xx-x` begins, found the slow way.
    private static func firstBoundary(_ bytes: [UInt8]) -> Int? {
        let delimiter = Array("\r\n--xx-x".utf8)
        return bytes.indices.first { place in
            guard bytes[place...].starts(with: delimiter) else { return false }
            let after = bytes[(place + delimiter.count)...]
            let line = after.drop { $0 == ASCII.space || $0 == ASCII.tab }
            return after.starts(with: "--".utf8) || line.starts(with: "\r\n".utf8)
        }
    }

    @Test func aFirstBoundaryMayFollowALineEnd() {
        var form = FormBody(boundary: "b")
        form.field("key", "k")
        let parsed = ParsedForm([Array("\r\n".utf8) + form.bytes()])
        #expect(parsed.fault == nil)
        #expect(parsed.isEnded)
        #expect(parsed.parts.map(\.name) == ["key"])
    }

    @Test func aFormOfNothingEnds() {
        #expect(ParsedForm([Array("--b--".utf8)]).isEnded)
        #expect(ParsedForm("--b--\r\n".utf8.map { [$0] }).isEnded)
        #expect(!ParsedForm([Array("--b-".utf8)]).isEnded)
        #expect(!ParsedForm([]).isEnded)
    }

    @Test func headsOfOldAndOddClientsAreRead() {
        let head =
            "--b\r\nContent-Disposition : form-data;\r\n  name=\"file\";\r\n\tfilename=\"C:\\dir\\a.txt\"; "
            + "filename*=UTF-8''x; novalue\r\nContent-Length: 3\r\n\r\nabc\r\n--b--"
        let parsed = ParsedForm([Array(head.utf8)])
        #expect(parsed.fault == nil)
        #expect(parsed.parts.first?.name == "file")
        #expect(parsed.parts.first?.filename == "C:\\dir\\a.txt")
        let trailing =
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\dir\\\"\r\n\r\n\r\n--b--"
        #expect(ParsedForm([Array(trailing.utf8)]).parts.first?.filename == "C:\\dir\\")
    }

    private static let malformed: [(String, String)] = [
        ("preamble", "x\r\n--b\r\nContent-Disposition: form-data; name=k\r\n\r\nv\r\n--b--\r\n"),
        ("other boundary", "--c\r\nContent-Disposition: form-data; name=k\r\n\r\nv\r\n--c--\r\n"),
        ("boundary line in LF", "--b\nContent-Disposition: form-data; name=k\r\n\r\nv\r\n--b--\r\n"),
        ("head line in LF", "--b\r\nContent-Disposition: form-data; name=k\n\r\nv\r\n--b--\r\n"),
        ("empty line in LF", "--b\r\nContent-Disposition: form-data; name=k\r\n\nv\r\n--b--\r\n"),
        ("no head", "--b\r\n\r\nv\r\n--b--\r\n"),
        ("no disposition", "--b\r\nContent-Type: text/plain\r\n\r\nv\r\n--b--\r\n"),
        ("attachment", "--b\r\nContent-Disposition: attachment; name=k\r\n\r\nv\r\n--b--\r\n"),
        ("no name", "--b\r\nContent-Disposition: form-data; filename=k\r\n\r\nv\r\n--b--\r\n"),
        ("no colon", "--b\r\nContent-Disposition: form-data; name=k\r\nfoo\r\n\r\nv\r\n--b--\r\n"),
        ("no end of quotes", "--b\r\nContent-Disposition: form-data; name=\"k\r\n\r\nv\r\n--b--\r\n"),
        ("NUL", "--b\r\nContent-Disposition: form-data; name=\"k\0\"\r\n\r\nv\r\n--b--\r\n"),
        ("lone CR", "--b\r\nContent-Disposition: form-data; name=\"k\rk\"\r\n\r\nv\r\n--b--\r\n"),
        (
            "two dispositions",
            "--b\r\nContent-Disposition: form-data; name=k\r\nContent-Disposition: form-data; name=k\r\n\r\n"
        ),
        ("blanks without end", "--b" + String(repeating: " ", count: 1_025)),
    ]

    @Test(arguments: malformed.indices)
    func whatIsNoFormIsMalformed(index: Int) {
        let (label, text) = Self.malformed[index]
        for pieces in [[Array(text.utf8)], text.utf8.map { [$0] }] {
            guard case .malformed? = ParsedForm(pieces).fault else {
                Issue.record("\(label) is read")
                continue
            }
        }
    }

    @Test func aHeaderThatFormsDoNotHaveIsTold() {
        let text = "--b\r\nContent-Disposition: form-data; name=k\r\nX-Custom: 1\r\n\r\nv\r\n--b--"
        #expect(ParsedForm([Array(text.utf8)]).fault == .unknownHeader("X-Custom"))
    }

    @Test func namesAreBounded() {
        var long = FormBody(boundary: "b")
        long.field(String(repeating: "n", count: 8_192), "v")
        #expect(ParsedForm([long.bytes()]).fault == nil)
        var longer = FormBody(boundary: "b")
        longer.field(String(repeating: "n", count: 8_193), "v")
        #expect(ParsedForm([longer.bytes()]).fault == .nameTooLong(8_193))
        #expect(ParsedForm(longer.bytes().map { [$0] }).fault == .nameTooLong(8_193))
    }

    /// A head without end is given up at its limit, not kept.
    @Test func aHeadWithoutEndIsRefusedAtItsLimit() {
        let flood = Array("--b\r\n".utf8) + [UInt8](repeating: 0x61, count: 100_000)
        guard case .nameTooLong? = ParsedForm([flood]).fault else {
            Issue.record("a head of 100,000 bytes is read")
            return
        }
        let lines = "--b\r\n" + String(repeating: "Content-Type: a\r\n", count: 10_000)
        guard case .nameTooLong? = ParsedForm([Array(lines.utf8)]).fault else {
            Issue.record("a head of 10,000 lines is read")
            return
        }
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"),
        ("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b:c\"", "a b:c"),
        ("multipart/form-data;boundary=----WebKitFormBoundaryX/y=?", "----WebKitFormBoundaryX/y=?"),
        ("multipart/form-data; boundary=a; boundary=b", "a"),
    ])
    func boundariesAreRead(type: String, boundary: String) {
        #expect(FormBoundary.parse(Array(type.utf8)[...])?.text == boundary)
    }

    @Test(arguments: [
        "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/mixed; boundary=a", "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
    ])
    func whatHasNoBoundaryHasNone(type: String) {
        #expect(FormBoundary.parse(Array(type.utf8)[...]) == nil)
    }
}

import JSON
import Testing

@Suite struct JSONParserTests {
    @Test func jsonKeepsOrderAndSpelling() throws {
        let text = #" {"b":[1.50,-0,true,null],"a":"\"\\\/\b\f\n\r\té\ud83e\udd86"} "#
        #expect(
            try JSONParser.parse(Array(text.utf8))
                == .object([
                    .init(name: "b", value: .array([.number("1.50"), .number("-0"), .bool(true), .null])),
                    .init(name: "a", value: .string("\"\\/\u{8}\u{C}\n\r\té🦆")),
                ]))
    }

    @Test(arguments: [
        ("{\"a\":1,}", 1, 8), ("[1 2]", 1, 4), ("{a:1}", 1, 2), ("nul", 1, 1), ("01", 1, 1), ("1.", 1, 1),
        ("-", 1, 1), ("\"a", 1, 1), ("\"\\x\"", 1, 2), ("\"\\ud800\"", 1, 2), ("\"\\u12g4\"", 1, 2),
        ("\"a\nb\"", 1, 3), ("{}\n{}", 2, 1), ("[1e]", 1, 2), ("// no", 1, 1), ("\"\\ud800\\u0041\"", 1, 2),
        ("[\"\\", 1, 3),
    ])
    func jsonErrorsHaveAPlace(text: String, line: Int, column: Int) {
        #expect {
            try JSONParser.parse(Array(text.utf8))
        } throws: { error in
            guard let failure = error as? JSONParser.Failure else { return false }
            return failure.line == line && failure.column == column
        }
    }

    @Test func jsonDepthIsBounded() throws {
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: JSONParser.Failure(line: 1, column: 33, message: "nested more than 32 deep")) {
            try JSONParser.parse(deep)
        }
    }

    @Test func jsonRefusesWhatIsNotUTF8() {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xC3, 0x22]) }
    }

    @Test func jsonSizeIsBounded() throws {
        let string = Array(repeating: UInt8(ascii: " "), count: JSONParser.textBytesMax - 1) + [0x30]
        #expect(try JSONParser.parse(string) == .number("0"))
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(string + [0x20]) }
    }

    @Test func aRepeatedKeyIsAnError() {
        let failure = JSONParser.Failure(line: 1, column: 8, message: "the key \"a\" is repeated")
        #expect(throws: failure) { try JSONParser.parse(Array(#"{"a":1,"\u0061":1}"#.utf8)) }
    }
}

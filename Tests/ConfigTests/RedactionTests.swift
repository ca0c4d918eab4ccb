import JSON
import Testing

@testable import Config

@Suite struct RedactionTests {
    private func shown(_ text: String) throws -> String {
        ConfigurationRedaction.redacted(try JSONParser.parse(Array(text.utf8))).text
            .split(whereSeparator: \.isWhitespace).joined()
    }

    @Test func secretsAreKnownByTheirNames() throws {
        #expect(
            try shown(
                "{\"a\":[{\"accessKeyId\":\"i\",\"accessKeySecret\":\"s\"}],\"accessKeySecretFile\":\"/f\"}")
                == "{\"a\":[{\"accessKeyId\":\"i\",\"accessKeySecret\":\"REDACTED\"}],\"accessKeySecretFile\":\"/f\"}"
        )
        #expect(
            try shown("{\"header\":{\"X-Api-Token\":[\"one\",\"two\"],\"x\":true,\"Authorization\":false}}")
                == "{\"header\":{\"X-Api-Token\":[\"REDACTED\",\"REDACTED\"],\"x\":true,\"Authorization\":false}}"
        )
        #expect(try shown("{\"password\":{\"a\":1}}") == "{\"password\":{\"a\":\"REDACTED\"}}")
    }

    @Test func passwordsInAddressesAreKnownByTheirPlace() throws {
        #expect(try shown("[\"redis://u:p@ss@h:1/0\"]") == "[\"redis://REDACTED@h:1/0\"]")
        #expect(try shown("[\"http://h:1/a@b\",\"a@b\"]") == "[\"http://h:1/a@b\",\"a@b\"]")
    }

    @Test func textIsJSONAgain() throws {
        let text = "{\"a\":[null,true,-1.50,\"\\\"\\\\\\u0001\\u007f\u{4E2D}\",[],{}]}"
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(try JSONParser.parse(Array(value.text.utf8)) == value)
    }
}

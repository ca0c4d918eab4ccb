import Bytes
import HTTPModel
import OSSModel
import Testing

@Suite struct QueryLookupTests {
    private func decodes(_ text: String, to literal: Literal) -> Bool {
        PercentEncoding.matches([UInt8](text.utf8).span, literal)
    }

    @Test(arguments: [
        ("acl", true), ("%61cl", true), ("%61%63%6C", true), ("ac%6c", true), ("acl%", false), ("ac", false),
        ("aclx", false), ("%61c", false), ("ac%6", false), ("a%63l%20", false), ("ACL", false), ("", false),
        ("a%zzcl", false),
    ])
    func encodedNamesAreFound(text: String, isFound: Bool) {
        #expect(decodes(text, to: "acl") == isFound)
        let query = QueryParameters([UInt8]("x=1&\(text)=2".utf8)[...])
        #expect(query.contains("acl") == isFound)
    }

    @Test func aStrayPercentStandsForItself() {
        #expect(decodes("a%", to: "a%"))
        #expect(decodes("a%zz", to: "a%zz"))
    }

    @Test func methodNotAllowedSaysWhatIsAllowed() {
        let answer = ErrorDocument.response(
            CatalogueRow.methodNotAllowed.error, requestID: RequestID(unixSeconds: 0, rest: 0), hostID: [],
            bodiless: false)
        #expect(answer.head.fields.first("allow")?.text == "GET, DELETE, HEAD, PUT, POST, OPTIONS")
    }

    /// Forms write a space so, and their clients sign the space; Base64 has the sign itself.
    @Test func aPlusIsASpaceOutsideBase64() throws {
        let query = QueryParameters([UInt8]("marker=a+b%2Bc&Signature=x+y%3D&partNumber=+1".utf8)[...])
        #expect(try #require(query.first("marker")).decodedValue == Array("a b+c".utf8))
        #expect(try #require(query.first("Signature")).base64Value == Array("x+y=".utf8))
        #expect(try #require(query.first("partNumber")).decodedValue == Array(" 1".utf8))
    }
}

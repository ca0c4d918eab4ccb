import Bytes
import HTTPModel
import OSSModel
import Testing

@Suite struct QueryLookupTests {
    @Test(arguments: [
        ("acl", true), ("%61cl", true), ("%61%63%6C", true), ("ac%6c", true), ("acl%", false), ("ac", false),
        ("aclx", false), ("%61c", false), ("ac%6", false), ("a%63l%20", false), ("ACL", false), ("", false),
        ("a%zzcl", false),
    ])
    func encodedNamesAreFound(text: String, isFound: Bool) {
        #expect(PercentEncoding.matches([UInt8](text.utf8).span, "acl") == isFound)
        let query = QueryParameters([UInt8]("x=1&\(text)=2".utf8)[...])
        #expect(query.contains("acl") == isFound)
    }

    @Test func aStrayPercentStandsForItself() {
        #expect(PercentEncoding.matches([UInt8]("a%".utf8).span, "a%"))
        #expect(PercentEncoding.matches([UInt8]("a%zz".utf8).span, "a%zz"))
    }

    @Test func methodNotAllowedSaysWhatIsAllowed() {
        let answer = ErrorDocument.response(
            CatalogueRow.methodNotAllowed.error, requestID: RequestID(unixSeconds: 0, rest: 0), hostID: [],
            bodiless: false)
        #expect(answer.head.fields.first("allow")?.text == "GET, DELETE, HEAD, PUT, POST, OPTIONS")
    }
}

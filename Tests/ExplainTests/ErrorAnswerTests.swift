import Explain
import OSSModel
import Testing

@Suite struct ErrorAnswerTests {
    private func answer(_ text: String) throws -> ErrorAnswer { try ErrorAnswer(Array(text.utf8)) }

    @Test func aDocumentIsReadWithWhatStandsBeforeIt() throws {
        let answer = try answer(
            """
            HTTP/1.1 400 Bad Request\r
            \r
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>InvalidDigest</Code><Message>The Content-MD5 you specified was invalid.</Message>
            <RequestId>0123456789ABCDEF01234567</RequestId><HostId>h</HostId>
            <ServerComputedContentMD5>sQqNsWTgdUEFt6mb5y4/5Q==</ServerComputedContentMD5></Error>
            """)
        #expect(answer.code == "InvalidDigest")
        #expect(answer.requestID == "0123456789ABCDEF01234567")
        #expect(answer.elements.map(\.name) == ["ServerComputedContentMD5"])
        let text = Explanation.text(of: answer)
        #expect(text.contains("sQqNsWTgdUEFt6mb5y4/5Q=="))
        #expect(text.contains("mend"))
        #expect(text.contains("content-md5"))
    }

    @Test func aCodeThatNobodyKnowsIsSaidToBeUnknown() throws {
        let text = Explanation.text(
            of: try answer("<Error><Code>Odd\u{1b}</Code></Error>".replacing("\u{1b}", with: "&#x7F;")))
        #expect(text.contains("not in the catalogue"))
        #expect(text.contains("\\u{7f}"))
    }

    @Test(arguments: [
        "", "{}", "<Error>", "<Error/>", "<Error><Code/></Error>", "<ListBucketResult/>",
        "<!DOCTYPE Error [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
        "<Error><Code>A</Code>" + String(repeating: " ", count: ErrorAnswer.bytesMax) + "</Error>",
    ])
    func whatIsNoDocumentIsRefused(text: String) {
        #expect(throws: ErrorAnswer.NoDocument.self) { try answer(text) }
    }

    @Test func everyDocumentThatTheGatewayWritesIsExplained() throws {
        for row in CatalogueRow.all where !row.message.isEmpty {
            let document = ErrorDocument.body(
                row.error, requestID: RequestID(unixSeconds: 1, rest: 2), hostID: [])
            let answer = try ErrorAnswer(document)
            #expect(answer.code == row.code)
            let text = Explanation.text(of: answer)
            let note = try #require(CatalogueNote.all.first { $0.row == row })
            #expect(text.replacing("\n", with: " ").contains(note.mend.prefix(12)), "\(row.id)")
        }
    }
}

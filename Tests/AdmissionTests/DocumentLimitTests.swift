import Admission
import Bytes
import HTTPModel
import OSSModel
import Testing

@Suite struct DocumentLimitTests {
    private func judge(
        _ operation: OSSOperation, _ body: String, modes: [String: RuleMode] = [:], target: String = "/k"
    ) -> (rejection: Rejection?, reported: [Rejection]) {
        let head = RequestHead(
            method: .put, target: [UInt8](target.utf8)[...], fields: Fields(), framing: .none)
        return DocumentRules.judge(
            operation: operation, head: head, bucket: [UInt8]("source".utf8)[...],
            body: [UInt8](body.utf8).span, modes: RuleModes(modes))
    }

    private func parts(_ count: Int, extra: String = "") -> String {
        let parts = (1...count).map { "<Part><PartNumber>\($0)</PartNumber><ETag>e</ETag>\(extra)</Part>" }
        return "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
    }

    @Test func asManyPartsAsThereMayBe() {
        #expect(judge(.completeMultipartUpload, parts(10_000)).rejection == nil)
        let withChecksums = parts(10_000, extra: "<a/><b/><c/><d/><e/><f/>")
        #expect(judge(.completeMultipartUpload, withChecksums).rejection == nil)
        #expect(judge(.completeMultipartUpload, parts(10_001)).rejection?.rule == "xml-schema")
    }

    @Test(arguments: [
        String(repeating: "<a>", count: 100_000),
        "<Tagging>" + String(repeating: "<a/>", count: 200_000) + "</Tagging>",
        "<Tagging>" + String(repeating: "x", count: 2_097_152) + "</Tagging>",
    ])
    func whatPassesTheBoundsOfTheReaderIsMalformed(body: String) {
        let rejection = judge(.putObjectTagging, body).rejection
        #expect(rejection?.error.code == "MalformedXML")
        #expect(rejection?.rule == "xml-well-formed")
    }

    @Test func entityLadenDocumentsAreRefusedUnread() {
        var entities = "<!ENTITY a \"\(String(repeating: "x", count: 1_000))\">"
        for index in 1...1_000 {
            entities += "<!ENTITY a\(index) \"\(String(repeating: "&a;", count: 100))\">"
        }
        let rejection = judge(.deleteMultipleObjects, "<!DOCTYPE d [\(entities)]><Delete>&a1000;</Delete>")
            .rejection
        #expect(rejection?.error.code == "MalformedXML")
        #expect(rejection?.actual == "one")
    }

    @Test func theRecordTellsWhereAndWhat() {
        let rejection = judge(
            .putBucketLifecycle,
            "<LifecycleConfiguration><Rule><Status>on</Status></Rule></LifecycleConfiguration>"
        ).rejection
        #expect(rejection?.expected == "LifecycleConfiguration/Rule/Status: Enabled, Disabled")
        #expect(rejection?.actual == "on")
    }

    @Test func aPrivateKeyIsNeverTold() {
        let rejection = judge(
            .putCname,
            """
            <BucketCnameConfiguration><Cname><CertificateConfiguration><PrivateKey>secret</PrivateKey>\
            <PrivateKey>secret</PrivateKey></CertificateConfiguration></Cname></BucketCnameConfiguration>
            """
        ).rejection
        #expect(rejection?.rule == "xml-schema")
        #expect(!"\(String(describing: rejection))".contains("secret"))
    }

    @Test func modesReachDocumentRules() {
        let tags = "<Tagging><TagSet><Tag><Key>*</Key><Value>*</Value></Tag></TagSet></Tagging>"
        let reported = judge(.putObjectTagging, tags, modes: ["xml-object-tag-key": .report])
        #expect(reported.reported.map(\.rule) == ["xml-object-tag-key"])
        #expect(reported.rejection?.rule == "xml-object-tag-value")
        let off = judge(
            .putObjectTagging, tags, modes: ["xml-object-tag-key": .off, "xml-object-tag-value": .report])
        #expect(off.rejection == nil)
        #expect(off.reported.map(\.rule) == ["xml-object-tag-value"])
        let malformed = judge(.putObjectTagging, "<a>", modes: ["xml-well-formed": .report])
        #expect(malformed.rejection == nil)
        #expect(malformed.reported.count == 1)
        let wrongRoot = judge(.putBucketReplication, "<a/>", modes: ["xml-schema": .report])
        #expect(wrongRoot.reported.map(\.rule) == ["xml-schema"])
        #expect(wrongRoot.rejection?.error.code == "NoReplicationRule")
    }

    @Test(arguments: [
        OSSOperation.putBucketPolicy, .putAsyncFetchTask, .processObject, .putObject, .getObject,
    ])
    func whatIsNoXMLIsNotRead(operation: OSSOperation) {
        #expect(judge(operation, "<a>").rejection == nil)
    }

    @Test func everyNameIsAKeyOfTheConfiguration() {
        #expect(RuleModes.unknownNames(in: DocumentRules.names).isEmpty)
        #expect(DocumentRules.names.allSatisfy { $0.hasPrefix("xml-") })
    }
}

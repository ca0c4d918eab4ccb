import Emulator
import Testing

/// Sub-resources of a bucket that one document sets: each is stored, answered as it was set, and refused where it is
/// no such document.
@Suite struct SettingTests {
    /// A sub-resource with a document that it takes, one that it refuses, and what it answers while it is not set.
    struct Case: Sendable, CustomTestStringConvertible {
        let parameter: String
        let document: String
        let broken: String
        /// A code, or a part of the document with the defaults.
        let absent: String
        var isDeletable = true
        var unreadable = "InvalidXMLFormat"

        var testDescription: String { parameter }
        var root: String { String(document.dropFirst().prefix { $0 != ">" && $0 != "/" }) }
    }

    static let cases = [
        Case(
            parameter: "logging",
            document: "<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket>"
                + "<TargetPrefix>log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
            broken: "<BucketLoggingStatus><LoggingEnabled/></BucketLoggingStatus>",
            absent: "<BucketLoggingStatus/>", unreadable: "MalformedXML"),
        Case(
            parameter: "website",
            document: "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
                + "<ErrorDocument><Key>error.html</Key></ErrorDocument></WebsiteConfiguration>",
            broken: "<WebsiteConfiguration/>", absent: "NoSuchWebsiteConfiguration",
            unreadable: "MalformedXML"),
        Case(
            parameter: "lifecycle",
            document: "<LifecycleConfiguration><Rule><ID>a</ID><Prefix>log/</Prefix><Status>Enabled</Status>"
                + "<Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>",
            broken:
                "<LifecycleConfiguration><Rule><Prefix/><Status>On</Status></Rule></LifecycleConfiguration>",
            absent: "NoSuchLifecycle", unreadable: "MalformedXML"),
        Case(
            parameter: "cors",
            document: "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>"
                + "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
            broken:
                "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>",
            absent: "NoSuchCORSConfiguration", unreadable: "MalformedXML"),
        Case(
            parameter: "tagging",
            document: "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
            broken: "<Tagging><TagSet/></Tagging>", absent: "<Tagging><TagSet/></Tagging>"),
        Case(
            parameter: "encryption",
            document: "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256"
                + "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
            broken: "<ServerSideEncryptionRule/>", absent: "NoSuchServerSideEncryptionRule"),
        Case(
            parameter: "referer",
            document: "<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList>"
                + "<Referer>http://a.example</Referer></RefererList></RefererConfiguration>",
            broken:
                "<RefererConfiguration><AllowEmptyReferer>maybe</AllowEmptyReferer></RefererConfiguration>",
            absent: "<AllowEmptyReferer>true</AllowEmptyReferer>", isDeletable: false,
            unreadable: "MalformedXML"),
        Case(
            parameter: "requestPayment",
            document: "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
            broken: "<RequestPaymentConfiguration><Payer>Me</Payer></RequestPaymentConfiguration>",
            absent: "<Payer>BucketOwner</Payer>", isDeletable: false),
        Case(
            parameter: "transferAcceleration",
            document:
                "<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>",
            broken: "<TransferAccelerationConfiguration/>",
            absent: "NoSuchTransferAccelerationConfiguration", isDeletable: false,
            unreadable: "MalformedXML"),
        Case(
            parameter: "accessmonitor",
            document: "<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
            broken: "<AccessMonitorConfiguration><Status>on</Status></AccessMonitorConfiguration>",
            absent: "<Status>Disabled</Status>", isDeletable: false),
        Case(
            parameter: "resourceGroup",
            document: "<BucketResourceGroupConfiguration><ResourceGroupId>rg-a</ResourceGroupId>"
                + "</BucketResourceGroupConfiguration>",
            broken: "<BucketResourceGroupConfiguration/>", absent: "<ResourceGroupId>", isDeletable: false),
        Case(
            parameter: "bucketArchiveDirectRead",
            document:
                "<ArchiveDirectReadConfiguration><Enabled>true</Enabled></ArchiveDirectReadConfiguration>",
            broken: "<ArchiveDirectReadConfiguration><Enabled/></ArchiveDirectReadConfiguration>",
            absent: "<Enabled>false</Enabled>", isDeletable: false),
        Case(
            parameter: "httpsConfig",
            document: "<HttpsConfiguration><TLS><Enable>true</Enable><TLSVersion>TLSv1.2</TLSVersion></TLS>"
                + "</HttpsConfiguration>", broken: "<HttpsConfiguration/>", absent: "<Enable>false</Enable>",
            isDeletable: false),
        Case(
            parameter: "objectWorm",
            document: "<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled>"
                + "</ObjectWormConfiguration>", broken: "<ObjectWormConfiguration/>",
            absent: "NoSuchWORMConfiguration", isDeletable: false),
        Case(
            parameter: "publicAccessBlock",
            document: "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess>"
                + "</PublicAccessBlockConfiguration>", broken: "<PublicAccessBlockConfiguration/>",
            absent: "<BlockPublicAccess>false</BlockPublicAccess>"),
        Case(
            parameter: "overwriteConfig",
            document: "<OverwriteConfiguration><Rule><ID>r</ID><Action>forbid</Action></Rule>"
                + "</OverwriteConfiguration>", broken: "<OverwriteConfiguration/>",
            absent: "<OverwriteConfiguration/>"),
        Case(
            parameter: "userDefinedLogFieldsConfig",
            document: "<UserDefinedLogFieldsConfiguration><HeaderSet><header>h</header></HeaderSet>"
                + "</UserDefinedLogFieldsConfiguration>",
            broken: "<UserDefinedLogFieldsConfiguration><HeaderSet/><HeaderSet/>"
                + "</UserDefinedLogFieldsConfiguration>", absent: "NoSuchUserDefinedLogFieldsConfig"),
    ]

    @Test(arguments: cases)
    func putGetAndDelete(_ item: Case) throws {
        let emulator = try Harness()
        let target = "/bucket?" + item.parameter
        func expectAbsence() {
            let reply = emulator.send("GET", target)
            if item.absent.hasPrefix("<") {
                #expect(reply.status == 200)
                #expect(reply.text.contains(item.absent))
            } else {
                #expect(reply.status == 404)
                #expect(reply.code == item.absent)
            }
        }
        expectAbsence()
        let put = emulator.send("PUT", target, body: Array(item.document.utf8))
        #expect(put.status == 200, "\(put.text)")
        #expect(put.body.isEmpty)
        let got = emulator.send("GET", target)
        #expect(got.status == 200)
        #expect(got.field("content-type") == "application/xml")
        #expect(got.text.hasSuffix(item.document), "\(got.text)")
        for (body, code) in [
            (item.broken, "MalformedXML"), ("<Other/>", "MalformedXML"), ("<\(item.root)", item.unreadable),
        ] {
            let refused = emulator.send("PUT", target, body: Array(body.utf8))
            #expect(refused.status == 400, "\(body)")
            #expect(refused.code == code, "\(body)")
        }
        #expect(emulator.send("GET", target).body == got.body, "what is refused changes nothing")
        let deleted = emulator.send("DELETE", target)
        guard item.isDeletable else {
            #expect(deleted.code == "MethodNotAllowed")
            return
        }
        #expect(deleted.status == 204)
        expectAbsence()
        #expect(emulator.send("DELETE", target).status == 204)
    }

    @Test(arguments: cases)
    func thereIsNoBucket(_ item: Case) throws {
        let emulator = try Harness()
        for method in ["GET", "PUT"] {
            let body = method == "PUT" ? Array(item.document.utf8) : nil
            let reply = emulator.send(method, "/none?" + item.parameter, body: body)
            #expect(reply.status == 404, "\(method)")
            #expect(reply.code == "NoSuchBucket")
        }
    }

    @Test func settingsLastAndGoWithTheirBucket() throws {
        let scratch = try Scratch()
        do {
            let emulator = try Harness { $0.dataDirectory = scratch.path }
            emulator.send("PUT", "/other")
            for item in Self.cases where item.parameter != "logging" {
                emulator.send("PUT", "/bucket?" + item.parameter, body: Array(item.document.utf8))
                emulator.send("PUT", "/other?" + item.parameter, body: Array(item.document.utf8))
            }
            #expect(emulator.send("DELETE", "/other").status == 204)
            emulator.send("PUT", "/other")
        }
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        for item in Self.cases where item.parameter != "logging" {
            #expect(emulator.send("GET", "/bucket?" + item.parameter).text.hasSuffix(item.document))
            #expect(!emulator.send("GET", "/other?" + item.parameter).text.hasSuffix(item.document))
        }
    }

    @Test func deleteBucketTagsByName() throws {
        let emulator = try Harness()
        let tags = ["a", "b", "c"].map { "<Tag><Key>\($0)</Key><Value>1</Value></Tag>" }.joined()
        emulator.send(
            "PUT", "/bucket?tagging", body: Array("<Tagging><TagSet>\(tags)</TagSet></Tagging>".utf8))
        #expect(emulator.send("DELETE", "/bucket?tagging=a,c").status == 204)
        #expect(emulator.send("GET", "/bucket?tagging").xml.child("TagSet")?.texts("Tag", "Key") == ["b"])
    }

    @Test func tagsOfABucketHaveLimits() throws {
        let emulator = try Harness()
        func code(_ tags: [(String, String)]) -> String? {
            let items = tags.map { "<Tag><Key>\($0.0)</Key><Value>\($0.1)</Value></Tag>" }.joined()
            let body = Array("<Tagging><TagSet>\(items)</TagSet></Tagging>".utf8)
            return emulator.send("PUT", "/bucket?tagging", body: body).code
        }
        #expect(code((0..<21).map { ("k\($0)", "") }) == "TooManyTags")
        #expect(code((0..<20).map { ("k\($0)", "") }) == nil)
        #expect(code([("k", ""), ("k", "")]) == "RepeatedTags")
        #expect(code([(String(repeating: "k", count: 65), "")]) == "InvalidTag")
        #expect(code([(String(repeating: "k", count: 64), String(repeating: "v", count: 128))]) == nil)
        #expect(code([("k", String(repeating: "v", count: 129))]) == "InvalidTag")
        #expect(code([("http://a", "")]) == "InvalidTag")
    }

    @Test func corsRulesHaveLimits() throws {
        let emulator = try Harness()
        func code(_ count: Int, origin: String = "*") -> String? {
            let rule =
                "<CORSRule><AllowedOrigin>\(origin)</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
            let all = String(repeating: rule, count: count)
            let body = Array("<CORSConfiguration>\(all)</CORSConfiguration>".utf8)
            return emulator.send("PUT", "/bucket?cors", body: body).code
        }
        #expect(code(11) == "CORSRuleBeyondLimit")
        #expect(code(10) == nil)
        #expect(code(1, origin: "*.*") == "MalformedXML")
    }

    @Test func encryptionOfTheAccount() throws {
        func code(_ rule: String, _ change: @escaping (inout EmulatorSettings) -> Void = { _ in }) throws
            -> String?
        {
            let body =
                "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>\(rule)"
                + "</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
            return try Harness(change).send("PUT", "/bucket?encryption", body: Array(body.utf8)).code
        }
        let key = "<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>1</KMSMasterKeyID>"
        let sm4 = "<SSEAlgorithm>SM4</SSEAlgorithm>"
        #expect(try code(key) == nil)
        #expect(try code(sm4) == nil)
        #expect(try code("<SSEAlgorithm>DES</SSEAlgorithm>") == "InvalidEncryptionAlgorithmError")
        #expect(try code(sm4 + "<KMSMasterKeyID>1</KMSMasterKeyID>") == "InvalidArgument")
        #expect(try code(key) { $0.account.usesOwnKeys = false } == "InvalidArgument")
        #expect(try code(sm4) { $0.account.usesSM4 = false } == "InvalidArgument")
        #expect(try code(key) { $0.account.hasKMS = false } == "KmsServiceNotEnabled")
    }

    @Test func lifecycleRulesAreNumberedAndApart() throws {
        let emulator = try Harness()
        func put(_ rules: String, _ fields: [(String, String)] = []) -> Reply {
            emulator.send(
                "PUT", "/bucket?lifecycle", fields,
                body: Array("<LifecycleConfiguration>\(rules)</LifecycleConfiguration>".utf8))
        }
        func rule(_ prefix: String, _ actions: String, status: String = "Enabled") -> String {
            "<Rule><Prefix>\(prefix)</Prefix><Status>\(status)</Status>\(actions)</Rule>"
        }
        let end = "<Expiration><Days>9</Days></Expiration>"
        #expect(put(rule("a/", end) + rule("b/", end)).status == 200)
        let ids = emulator.send("GET", "/bucket?lifecycle").xml.texts("Rule", "ID")
        #expect(Set(ids).count == 2)
        #expect(!ids.contains(""))
        let overlapping = rule("a/", end) + rule("a/b/", end)
        #expect(put(overlapping).code == "InvalidArgument")
        #expect(put(overlapping, [("x-oss-allow-same-action-overlap", "true")]).status == 200)
        #expect(put(rule("a/", end) + rule("a/b/", end, status: "Disabled")).status == 200)
        let move = "<Transition><Days>9</Days><StorageClass>IA</StorageClass></Transition>"
        #expect(put(rule("a/", move + end)).code == "InvalidArgument")
        #expect(put(rule("a/", move + "<Expiration><Days>10</Days></Expiration>")).status == 200)
    }
}

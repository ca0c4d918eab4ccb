import Emulator
import Testing

/// Domains, policies, styles, access points, regions and what else hangs on a bucket or the account.
@Suite struct AccountTests {
    private func cname(_ domain: String) -> [UInt8] {
        Array(
            "<BucketCnameConfiguration><Cname><Domain>\(domain)</Domain></Cname></BucketCnameConfiguration>"
                .utf8)
    }

    @Test func putCname() throws {
        let emulator = try Harness {
            $0.limits.cnames = 1; $0.buckets.append("other")
        }
        #expect(emulator.send("POST", "/bucket?cname&comp=add", body: cname("WWW.Example.com")).status == 200)
        #expect(emulator.send("POST", "/bucket?cname&comp=add", body: cname("www.example.com")).status == 200)
        let many = emulator.send("POST", "/bucket?cname&comp=add", body: cname("b.example.com"))
        #expect(many.status == 400)
        #expect(many.code == "TooManyCname")
        let taken = emulator.send("POST", "/other?cname&comp=add", body: cname("www.example.com"))
        #expect(taken.status == 403)
        #expect(taken.code == "CnameDenied")
        #expect(
            emulator.send("POST", "/bucket?cname&comp=add", body: Array("<a".utf8)).code == "InvalidXMLFormat"
        )
        emulator.put("key", "text")
        #expect(
            emulator.send("GET", "/key", host: "www.example.com").text == "text", "the domain leads there")
    }

    @Test func listCname() throws {
        let emulator = try Harness()
        let empty = emulator.send("GET", "/bucket?cname").xml
        #expect(empty.isNamed("ListCnameResult"))
        #expect(empty.text("Bucket") == "bucket")
        emulator.send("POST", "/bucket?cname&comp=add", body: cname("a.example.com"))
        let entry = try #require(emulator.send("GET", "/bucket?cname").xml.child("Cname"))
        #expect(entry.text("Domain") == "a.example.com")
        #expect(entry.text("Status") == "Enabled")
        #expect(entry.text("LastModified") == "2023-11-14T22:13:20.000Z")
    }

    @Test func deleteCname() throws {
        let emulator = try Harness()
        emulator.send("POST", "/bucket?cname&comp=add", body: cname("a.example.com"))
        #expect(
            emulator.send("POST", "/bucket?cname&comp=delete", body: cname("a.example.com")).status == 200)
        #expect(emulator.send("GET", "/bucket?cname").xml.child("Cname") == nil)
        #expect(emulator.send("GET", "/key", host: "a.example.com").code == "NonStandardHostForbidden")
    }

    @Test func cnameTokens() throws {
        let emulator = try Harness()
        let absent = emulator.send("GET", "/bucket?cname=a.example.com&comp=token")
        #expect(absent.status == 404)
        #expect(absent.code == "CnameTokenNotFound")
        let made = emulator.send("POST", "/bucket?cname&comp=token", body: cname("a.example.com")).xml
        #expect(made.text("Cname") == "a.example.com")
        #expect(made.text("Token")?.count == 32)
        let again = emulator.send("POST", "/bucket?cname&comp=token", body: cname("a.example.com")).xml
        #expect(again.text("Token") == made.text("Token"))
        let got = emulator.send("GET", "/bucket?cname=a.example.com&comp=token").xml
        #expect(got.text("Token") == made.text("Token"))
    }

    @Test func bucketPolicy() throws {
        let emulator = try Harness()
        let absent = emulator.send("GET", "/bucket?policy")
        #expect(absent.status == 404)
        #expect(absent.code == "NoSuchBucketPolicy")
        #expect(emulator.send("GET", "/bucket?policyStatus").xml.text("IsPublic") == "false")
        let policy =
            #"{"Version":"1","Statement":[{"Effect":"Allow","Principal":["*"],"Action":["oss:GetObject"],"Resource":["*"]}]}"#
        #expect(emulator.send("PUT", "/bucket?policy", body: Array(policy.utf8)).status == 200)
        let got = emulator.send("GET", "/bucket?policy")
        #expect(got.text == policy)
        #expect(got.field("content-type") == "application/json")
        #expect(emulator.send("GET", "/bucket?policyStatus").xml.text("IsPublic") == "true")
        for bad in ["{", "{}", #"{"Version":"1","Statement":[]}"#] {
            let refused = emulator.send("PUT", "/bucket?policy", body: Array(bad.utf8))
            #expect(refused.code == "InvalidPolicyDocument", "\(bad)")
        }
        #expect(emulator.send("DELETE", "/bucket?policy").status == 204)
        #expect(emulator.send("GET", "/bucket?policy").status == 404)
    }

    @Test func styles() throws {
        let emulator = try Harness()
        let body = Array("<Style><Content>image/resize,w_100</Content></Style>".utf8)
        #expect(emulator.send("PUT", "/bucket?style&styleName=small", body: body).status == 200)
        let style = emulator.send("GET", "/bucket?style&styleName=small").xml
        #expect(style.text("Name") == "small")
        #expect(style.text("Content") == "image/resize,w_100")
        #expect(emulator.send("GET", "/bucket?style").xml.texts("Style", "Name") == ["small"])
        #expect(emulator.send("PUT", "/bucket?style&styleName=a/b", body: body).code == "InvalidArgument")
        #expect(
            emulator.send("PUT", "/bucket?style&styleName=a", body: Array("<Style/>".utf8)).code
                == "MalformedXML")
        #expect(emulator.send("DELETE", "/bucket?style&styleName=small").status == 204)
        let absent = emulator.send("GET", "/bucket?style&styleName=small")
        #expect(absent.status == 404)
        #expect(absent.code == "NoSuchStyle")
    }

    @Test func accessPoints() throws {
        let emulator = try Harness()
        let body = Array(
            "<CreateAccessPointConfiguration><AccessPointName>ap-01</AccessPointName><NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>"
                .utf8)
        let made = emulator.send("PUT", "/bucket?accessPoint", body: body).xml
        #expect(made.text("AccessPointArn") == "acs:oss:cn-hangzhou:1234567890:accesspoint/ap-01")
        #expect(emulator.send("PUT", "/bucket?accessPoint", body: body).status == 409)
        let name = [("x-oss-access-point-name", "ap-01")]
        let point = emulator.send("GET", "/bucket?accessPoint", name).xml
        #expect(point.text("Alias") == made.text("Alias"))
        #expect(point.text("NetworkOrigin") == "internet")
        for target in ["/bucket?accessPoint", "/?accessPoint"] {
            let points = emulator.send("GET", target).xml.child("AccessPoints")
            #expect(points?.texts("AccessPoint", "AccessPointName") == ["ap-01"])
        }
        let policy = Array(#"{"Version":"1","Statement":[{"Effect":"Deny"}]}"#.utf8)
        #expect(emulator.send("GET", "/bucket?accessPointPolicy", name).code == "NoSuchBucketPolicy")
        #expect(emulator.send("PUT", "/bucket?accessPointPolicy", name, body: policy).status == 200)
        #expect(emulator.send("GET", "/bucket?accessPointPolicy", name).body == policy)
        #expect(emulator.send("DELETE", "/bucket?accessPointPolicy", name).status == 204)
        #expect(emulator.send("DELETE", "/bucket?accessPoint", name).status == 204)
        #expect(emulator.send("GET", "/bucket?accessPoint", name).code == "NoSuchAccessPoint")
        #expect(emulator.send("DELETE", "/bucket?accessPoint").code == "MissingArgument")
    }

    @Test func dataRedundancyTransitions() throws {
        let emulator = try Harness()
        let created = emulator.send("POST", "/bucket?redundancyTransition&x-oss-target-redundancy-type=ZRS")
        let id = try #require(created.xml.text("TaskId"))
        let task = "/bucket?redundancyTransition&x-oss-redundancy-transition-taskid="
        #expect(emulator.send("GET", task + id).xml.text("Status") == "Queueing")
        #expect(emulator.send("GET", task + "x").status == 404)
        for target in ["/bucket?redundancyTransition", "/?redundancyTransition"] {
            let list = emulator.send("GET", target).xml
            #expect(list.texts("BucketDataRedundancyTransition", "TaskId") == [id])
        }
        #expect(emulator.send("DELETE", task + id).status == 204)
        #expect(emulator.send("DELETE", task + id).status == 404)
        #expect(
            emulator.send("POST", "/bucket?redundancyTransition&x-oss-target-redundancy-type=ABC").code
                == "InvalidArgument")
    }

    @Test func metaQuery() throws {
        let emulator = try Harness()
        #expect(emulator.send("GET", "/bucket?metaQuery").status == 404)
        #expect(emulator.send("POST", "/bucket?metaQuery&comp=add").status == 200)
        #expect(emulator.send("POST", "/bucket?metaQuery&comp=add").status == 400)
        #expect(emulator.send("GET", "/bucket?metaQuery").xml.text("State") == "Running")
        #expect(emulator.send("POST", "/bucket?metaQuery&comp=query", body: []).code == "NotImplemented")
        #expect(emulator.send("POST", "/bucket?metaQuery&comp=delete").status == 200)
        #expect(emulator.send("POST", "/bucket?metaQuery&comp=delete").status == 404)
    }

    @Test func describeRegions() throws {
        let emulator = try Harness()
        let all = emulator.send("GET", "/?regions").xml
        #expect(all.texts("RegionInfo", "Region").contains("oss-cn-hangzhou"))
        let one = emulator.send("GET", "/?regions=oss-cn-beijing").xml
        #expect(one.texts("RegionInfo", "InternetEndpoint") == ["oss-cn-beijing.aliyuncs.com"])
        let none = emulator.send("GET", "/?regions=oss-mars-1")
        #expect(none.status == 404)
        #expect(none.code == "NoSuchRegion")
    }

    @Test func publicAccessBlockOfTheAccount() throws {
        let emulator = try Harness()
        let body = Array(
            "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>"
                .utf8)
        #expect(emulator.send("GET", "/?publicAccessBlock").xml.text("BlockPublicAccess") == "false")
        #expect(emulator.send("PUT", "/?publicAccessBlock", body: body).status == 200)
        #expect(emulator.send("GET", "/?publicAccessBlock").xml.text("BlockPublicAccess") == "true")
        #expect(emulator.send("GET", "/bucket?publicAccessBlock").xml.text("BlockPublicAccess") == "false")
        #expect(emulator.send("DELETE", "/?publicAccessBlock").status == 204)
        #expect(emulator.send("GET", "/?publicAccessBlock").xml.text("BlockPublicAccess") == "false")
    }

    @Test func aBucketHasTheRegionOfItsEndpoint() throws {
        let emulator = try Harness()
        #expect(emulator.send("PUT", "/", host: "far.oss-cn-beijing.aliyuncs.com").status == 200)
        let info = emulator.send("GET", "/?bucketInfo", host: "far.oss-cn-beijing.aliyuncs.com").xml
        #expect(info.text("Bucket", "Location") == "oss-cn-beijing")
        let moved = emulator.send("PUT", "/", host: "far.oss-cn-shanghai.aliyuncs.com")
        #expect(moved.status == 409)
        #expect(moved.xml.text("Message") == "Bucket already exists can't modify location.")
        #expect(emulator.send("PUT", "/far").status == 200, "an address has no region")
    }
}

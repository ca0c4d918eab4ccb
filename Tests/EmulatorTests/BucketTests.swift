import Emulator
import Testing

@Suite struct BucketTests {
    @Test func putBucketCreatesAndMayBeRepeated() throws {
        let emulator = try Harness()
        let created = emulator.send("PUT", "/other", [("x-oss-acl", "public-read")], body: [])
        #expect(created.status == 200)
        #expect(created.field("location") == "/other")
        emulator.clock.advance(60)
        #expect(emulator.send("PUT", "/other").status == 200)
        let info = emulator.send("GET", "/other?bucketInfo").xml
        #expect(info.text("Bucket", "AccessControlList", "Grant") == "public-read")
        #expect(info.text("Bucket", "CreationDate") == "2023-11-14T22:13:20.000Z")
        #expect(info.text("Bucket", "Location") == "oss-cn-hangzhou")
        #expect(info.text("Bucket", "StorageClass") == "Standard")
        #expect(info.text("Bucket", "DataRedundancyType") == "LRS")
        #expect(info.text("Bucket", "Owner", "ID")?.isEmpty == false)
    }

    @Test func aBucketKeepsItsClassAndRedundancy() throws {
        let emulator = try Harness()
        func document(_ storageClass: String, _ redundancy: String) -> [UInt8] {
            Array(
                """
                <CreateBucketConfiguration><StorageClass>\(storageClass)</StorageClass>\
                <DataRedundancyType>\(redundancy)</DataRedundancyType></CreateBucketConfiguration>
                """.utf8)
        }
        #expect(emulator.send("PUT", "/other", body: document("IA", "ZRS")).status == 200)
        #expect(emulator.send("PUT", "/other", body: document("IA", "ZRS")).status == 200)
        #expect(emulator.send("PUT", "/other").status == 200)
        let changed = emulator.send("PUT", "/other", body: document("Standard", "ZRS"))
        #expect(changed.status == 409)
        #expect(changed.code == "BucketAlreadyExists")
        #expect(emulator.send("PUT", "/other", body: document("IA", "LRS")).status == 409)
        let info = emulator.send("GET", "/other?bucketInfo").xml
        #expect(info.text("Bucket", "StorageClass") == "IA")
        #expect(info.text("Bucket", "DataRedundancyType") == "ZRS")
    }

    @Test func documentsThatAreNoConfiguration() throws {
        let emulator = try Harness()
        for (body, code) in [
            ("<CreateBucketConfiguration>", "MalformedXML"), ("<Other/>", "MalformedXML"),
            ("<!DOCTYPE a><CreateBucketConfiguration/>", "MalformedXML"),
            (
                "<CreateBucketConfiguration><StorageClass>Gold</StorageClass></CreateBucketConfiguration>",
                "InvalidArgument"
            ),
        ] {
            let reply = emulator.send("PUT", "/other", body: Array(body.utf8))
            #expect(reply.status == 400)
            #expect(reply.code == code)
        }
        #expect(emulator.send("PUT", "/other", [("x-oss-acl", "open")]).code == "InvalidArgument")
        #expect(emulator.send("HEAD", "/other").status == 404)
    }

    @Test func onlySoManyBuckets() throws {
        let emulator = try Harness { $0.limits.buckets = 2 }
        #expect(emulator.send("PUT", "/second").status == 200)
        let third = emulator.send("PUT", "/third")
        #expect(third.status == 400)
        #expect(third.code == "TooManyBuckets")
        #expect(emulator.send("PUT", "/second").status == 200)
    }

    @Test func bucketsThatDoNotExist() throws {
        let emulator = try Harness()
        for (method, target) in [
            ("GET", "/none"), ("GET", "/none?bucketInfo"), ("GET", "/none?location"), ("GET", "/none?stat"),
            ("GET", "/none?acl"), ("GET", "/none?uploads"), ("GET", "/none?list-type=2"), ("DELETE", "/none"),
            ("GET", "/none/key"), ("DELETE", "/none/key"), ("PUT", "/none/key"),
            ("POST", "/none/key?uploads"),
            ("POST", "/none?delete"),
        ] {
            let reply = emulator.send(method, target, body: method == "PUT" ? [] : nil)
            #expect(reply.status == 404, "\(method) \(target)")
            #expect(reply.code == "NoSuchBucket")
            #expect(reply.xml.text("BucketName") == "none")
        }
        let head = emulator.send("HEAD", "/none")
        #expect(head.status == 404)
        #expect(head.body.isEmpty)
        #expect(head.code == "NoSuchBucket")
    }

    @Test func deleteBucketWantsItEmpty() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        let full = emulator.send("DELETE", "/bucket")
        #expect(full.status == 409)
        #expect(full.code == "BucketNotEmpty")
        emulator.send("DELETE", "/bucket/key")
        let id = try #require(emulator.send("POST", "/bucket/key?uploads").xml.text("UploadId"))
        #expect(emulator.send("DELETE", "/bucket").code == "BucketNotEmpty")
        #expect(emulator.send("DELETE", "/bucket/key?uploadId=" + id).status == 204)
        #expect(emulator.send("DELETE", "/bucket").status == 204)
        #expect(emulator.send("HEAD", "/bucket").status == 404)
    }

    @Test func accessControlOfABucket() throws {
        let emulator = try Harness()
        #expect(emulator.send("GET", "/bucket?acl").xml.text("AccessControlList", "Grant") == "private")
        #expect(emulator.send("PUT", "/bucket?acl", [("x-oss-acl", "public-read")]).status == 200)
        #expect(emulator.send("GET", "/bucket?acl").xml.text("AccessControlList", "Grant") == "public-read")
        #expect(emulator.send("PUT", "/bucket?acl").code == "MissingArgument")
        #expect(emulator.send("PUT", "/bucket?acl", [("x-oss-acl", "default")]).code == "InvalidArgument")
        #expect(emulator.send("GET", "/bucket?acl").xml.text("AccessControlList", "Grant") == "public-read")
    }

    @Test func locationAndNumbers() throws {
        let emulator = try Harness()
        emulator.put("a", "12345")
        emulator.put("b", "678")
        emulator.send("POST", "/bucket/c?uploads")
        let location = emulator.send("GET", "/bucket?location").xml
        #expect(location.isNamed("LocationConstraint"))
        #expect(location.text() == "oss-cn-hangzhou")
        let stat = emulator.send("GET", "/bucket?stat").xml
        #expect(stat.text("Storage") == "8")
        #expect(stat.text("ObjectCount") == "2")
        #expect(stat.text("MultipartUploadCount") == "1")
    }

    @Test func listBucketsInPages() throws {
        let emulator = try Harness { $0.buckets = ["c-two", "a-one", "c-one", "b-one"] }
        let all = emulator.send("GET", "/").xml
        #expect(all.child("Buckets")?.texts("Bucket", "Name") == ["a-one", "b-one", "c-one", "c-two"])
        #expect(all.text("Owner", "ID")?.isEmpty == false)
        let first = emulator.send("GET", "/?prefix=c-&max-keys=1").xml
        #expect(first.child("Buckets")?.texts("Bucket", "Name") == ["c-one"])
        #expect(first.text("IsTruncated") == "true")
        let marker = try #require(first.text("NextMarker"))
        let second = emulator.send("GET", "/?prefix=c-&max-keys=1&marker=" + marker).xml
        #expect(second.child("Buckets")?.texts("Bucket", "Name") == ["c-two"])
        #expect(second.text("IsTruncated") == "false")
        for count in ["0", "1001", "x", "-1"] {
            #expect(emulator.send("GET", "/?max-keys=" + count).code == "InvalidArgument")
        }
    }
}

import Emulator
import HTTPModel
import HTTPServer
import Testing

@Suite struct RoutingTests {
    /// What the emulator lacks must never be taken for the operation without the parameter.
    @Test func parametersThatAreMissingChangeNothing() throws {
        let emulator = try Harness()
        for target in [
            "/bucket/?asyncFetch", "/bucket/key?x-oss-async-process", "/?dataPipeline", "/bucket/?MetaQuery",
        ] {
            for method in ["GET", "PUT", "DELETE", "POST"] {
                let reply = emulator.send(method, target, body: method == "PUT" ? [] : nil)
                #expect(reply.status == 501, "\(method) \(target)")
                #expect(reply.code == "NotImplemented")
            }
        }
        #expect(emulator.send("HEAD", "/bucket").status == 200)
    }

    /// Nor a sub-resource, with a method that it does not have, for the bucket itself.
    @Test func methodsThatASubResourceLacks() throws {
        let emulator = try Harness()
        for target in ["referer", "requestPayment", "accessmonitor", "live", "cname", "replication"] {
            let reply = emulator.send("DELETE", "/bucket?" + target)
            #expect(reply.code == (target == "live" ? "InvalidChannelName" : "MethodNotAllowed"), "\(target)")
        }
        #expect(emulator.send("HEAD", "/bucket").status == 200)
    }

    @Test func methodsWithoutAnOperation() throws {
        let emulator = try Harness()
        for (method, target, level) in [
            ("PUT", "/", "Service"), ("PATCH", "/bucket", "Bucket"), ("PATCH", "/bucket/key", "Object"),
            ("POST", "/bucket/key", "Object"), ("DELETE", "/bucket?versioning", "Bucket"),
            ("PUT", "/other?versions", "Bucket"), ("DELETE", "/bucket?versions", "Bucket"),
        ] {
            let reply = emulator.send(method, target)
            #expect(reply.status == 405, "\(method) \(target)")
            #expect(reply.code == "MethodNotAllowed")
            #expect(reply.xml.text("ResourceType") == level)
            #expect(reply.field("allow") != nil)
        }
    }

    @Test(arguments: ["append&position=0", "uploads", "uploadId=a", "symlink"])
    func parametersOfObjectsNeedAKey(_ query: String) throws {
        let emulator = try Harness()
        let reply = emulator.send("POST", "/bucket/?" + query, body: [])
        #expect(reply.status == 400)
        #expect(reply.code == "InvalidObjectName")
    }

    @Test(arguments: [
        ("localhost", "/bucket/a/b"), ("127.0.0.1:80", "/bucket/a/b"), ("[::1]:80", "/bucket/a/b"),
        ("bucket.localhost:80", "/a/b"), ("bucket.OSS-cn-Hangzhou.aliyuncs.com", "/a/b"),
        ("bucket.oss.aliyuncs.com", "/a%2Fb"), ("bucket.oss-cn-x-internal.aliyuncs.com", "/a/b"),
        ("oss-data.oss-cn-hangzhou.aliyuncs.com", "/a/b"), ("bucket.s3.oss-cn-x.aliyuncs.com", "/a/b"),
        ("bucket.example.org", "/a/b"), ("example.org", "/bucket/a/b"), ("own.example.net", "/a/b"),
    ])
    func hostsLeadToTheSameObject(_ host: String, _ target: String) throws {
        let emulator = try Harness {
            $0.domains = ["example.org"]
            $0.cnames = ["own.example.net": "bucket"]
            $0.buckets = ["bucket", "oss-data"]
        }
        for bucket in ["bucket", "oss-data"] {
            emulator.send("PUT", "/\(bucket)/a/b", body: Array("text".utf8))
        }
        let reply = emulator.send("GET", target, host: host)
        #expect(reply.status == 200, "\(host): \(reply.text)")
        #expect(reply.text == "text")
    }

    @Test func hostsOfNobodyAreRefused() throws {
        let emulator = try Harness()
        let read = emulator.send("GET", "/key", host: "bucket.example.org")
        #expect(read.status == 403)
        #expect(read.code == "NonStandardHostForbidden")
        #expect(read.xml.text("HostId") == "bucket.example.org")
        let create = emulator.send("PUT", "/", host: "bucket.example.org")
        #expect(create.status == 400)
        #expect(create.code == "InvalidHostPutBucket")
    }

    @Test(arguments: ["ab", "Bucket", "-bucket", "bucket-", "buc_ket", "a.b"])
    func bucketNames(_ name: String) throws {
        let reply = try Harness().send("GET", "/" + name)
        #expect(reply.status == 400)
        #expect(reply.code == "InvalidBucketName")
        #expect(reply.xml.text("BucketName") == name)
    }

    @Test func objectNames() throws {
        let emulator = try Harness()
        let long = String(repeating: "k", count: 1024)
        for name in ["%2Fkey", "/key", "%5Ckey", "%FF", long] {
            let reply = emulator.send("PUT", "/bucket/" + name, body: [])
            #expect(reply.status == 400, "\(name)")
            #expect(reply.code == "InvalidObjectName")
        }
        for name in [String(long.dropLast()), "a+b", "100%", "a//b", "a/../b", "%E4%B8%AD"] {
            #expect(emulator.send("PUT", "/bucket/" + name, body: []).status == 200, "\(name)")
            #expect(emulator.send("HEAD", "/bucket/" + name).status == 200, "\(name)")
        }
        #expect(emulator.send("HEAD", "/bucket/a%20b").status == 404)
    }

    @Test func versionsThatAreNone() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        let reply = emulator.send("GET", "/bucket/key?versionId=abc")
        #expect(reply.status == 404)
        #expect(reply.code == "NoSuchVersion")
        #expect(
            emulator.send("DELETE", "/bucket/key?versionId=abc").status == 204, "it is gone, as was asked")
        for method in ["GET", "DELETE"] {
            #expect(emulator.send(method, "/bucket/key?versionId=").status == 400)
        }
        #expect(emulator.send("GET", "/bucket/key?versionId=null").text == "text")
    }

    @Test func preflights() throws {
        let emulator = try Harness { $0.keys = KeyRing([EmulatorKey(id: "id", secret: "secret")]) }
        let origin = ("Origin", "https://a.example")
        let method = ("Access-Control-Request-Method", "PUT")
        #expect(emulator.send("OPTIONS", "/bucket/key", [method]).code == "BadRequest")
        #expect(emulator.send("OPTIONS", "/bucket/key", [origin]).code == "BadRequest")
        let reply = emulator.send("OPTIONS", "/bucket/key", [origin, method])
        #expect(reply.status == 403)
        #expect(reply.code == "AccessForbidden")
    }

    @Test func headsThatAreNoneAreAnsweredAsDocuments() throws {
        let emulator = try Harness()
        for status in [400, 408, 414, 431, 501, 505] {
            let responder = RecordingResponder()
            emulator.refuse(HeadFailure(status: status, reason: "test"), responder)
            #expect(responder.head?.status == status)
            #expect(responder.head?.fields.first("content-type")?.text == "application/xml")
            #expect(responder.isFinished)
        }
    }
}

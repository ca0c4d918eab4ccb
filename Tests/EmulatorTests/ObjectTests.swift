import Bytes
import Digest
import Emulator
import TestSupport
import Testing

@Suite struct ObjectTests {
    @Test(arguments: [0, 1, 65_536, 300_001], [false, true])
    func whatIsPutIsGot(_ count: Int, chunked: Bool) throws {
        let emulator = try Harness()
        let bytes = Pattern.bytes(count: count)
        let put = emulator.send("PUT", "/bucket/a/b%20c", body: bytes, chunked: chunked)
        #expect(put.status == 200)
        let md5 = MD5.hash(bytes.span)
        let etag = "\"" + String(decoding: Hex.encode(md5, upper: true), as: UTF8.self) + "\""
        let crc = String(CRC64.hash(bytes.span))
        #expect(put.field("etag") == etag)
        #expect(put.field("x-oss-hash-crc64ecma") == crc)
        #expect(put.field("content-md5") == String(decoding: Base64.encode(md5), as: UTF8.self))
        #expect(put.body.isEmpty)
        let get = emulator.send("GET", "/bucket/a/b%20c")
        #expect(get.status == 200)
        #expect(get.body == bytes)
        #expect(get.field("etag") == etag)
        #expect(get.field("x-oss-hash-crc64ecma") == crc)
        #expect(get.field("content-type") == "application/octet-stream")
        #expect(get.field("last-modified") == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(get.field("accept-ranges") == "bytes")
        #expect(get.field("x-oss-object-type") == "Normal")
        #expect(get.field("x-oss-storage-class") == "Standard")
        let head = emulator.send("HEAD", "/bucket/a/b%20c")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.field("etag") == etag)
        #expect(head.field("content-md5") == get.field("content-md5"))
    }

    @Test func theLengthOfAHeadIsThatOfTheObject() throws {
        let emulator = try Harness()
        emulator.put("key", "12345")
        for target in ["/bucket/key", "/bucket/key?objectMeta"] {
            let responder = RecordingResponder()
            let handler = emulator.begin(emulator.head("HEAD", target), responder)
            handler.receiveEnd(trailers: .init())
            #expect(responder.head?.framing == .length(5))
            #expect(responder.body.isEmpty)
        }
        let meta = emulator.send("HEAD", "/bucket/key?objectMeta")
        #expect(meta.field("etag") != nil)
        #expect(meta.field("x-oss-hash-crc64ecma") != nil)
        #expect(meta.field("content-type") == nil)
    }

    @Test func fieldsAreKept() throws {
        let emulator = try Harness()
        let kept = [
            ("Content-Type", "text/html"), ("Cache-Control", "no-cache"), ("Content-Encoding", "gzip"),
            ("Content-Disposition", "attachment; filename=\"a b\""), ("Content-Language", "zh"),
            ("Expires", "Tue, 14 Nov 2030 22:13:20 GMT"), ("X-Oss-Meta-Color", "dark blue"),
            ("x-oss-storage-class", "IA"), ("x-oss-server-side-encryption", "AES256"),
            ("x-oss-persistent-headers", "Strict-Thing:YSBi,X-Other:"),
            ("x-oss-tagging", "a=1&b%20c=2%2B3"),
        ]
        #expect(emulator.send("PUT", "/bucket/key", kept, body: []).status == 200)
        let reply = emulator.send("GET", "/bucket/key")
        for (name, value) in kept.prefix(6) {
            let index = reply.fields.entries.indices.first { reply.fields.name(at: $0).text == name }
            #expect(index.map { reply.fields.value(at: $0).text } == value, "\(name)")
        }
        #expect(reply.field("x-oss-meta-color") == "dark blue")
        #expect(reply.field("x-oss-storage-class") == "IA")
        #expect(reply.field("x-oss-server-side-encryption") == "AES256")
        #expect(reply.field("strict-thing") == "a b")
        #expect(reply.field("x-oss-tagging-count") == "2")
        let changed = emulator.send(
            "GET",
            "/bucket/key?response-content-type=a%2Fb&response-expires=now&response-cache-control=x%0D%0AA:b")
        #expect(changed.field("content-type") == "a/b")
        #expect(changed.field("expires") == "now")
        #expect(changed.fields.count(of: "content-type") == 1)
        #expect(changed.field("cache-control")?.contains("\r") == false)
        #expect(changed.field("a") == nil)
    }

    @Test func anObjectIsReplacedWhole() throws {
        let emulator = try Harness()
        emulator.send("PUT", "/bucket/key", [("x-oss-meta-a", "1")], body: Array("first".utf8))
        emulator.put("key", "second")
        let reply = emulator.send("GET", "/bucket/key")
        #expect(reply.text == "second")
        #expect(reply.field("x-oss-meta-a") == nil)
    }

    @Test func forbidOverwrite() throws {
        let emulator = try Harness()
        let forbid = [("x-oss-forbid-overwrite", "true")]
        #expect(emulator.send("PUT", "/bucket/key", forbid, body: Array("first".utf8)).status == 200)
        let again = emulator.send("PUT", "/bucket/key", forbid, body: Array("second".utf8))
        #expect(again.status == 409)
        #expect(again.code == "FileAlreadyExists")
        #expect(emulator.send("GET", "/bucket/key").text == "first")
    }

    @Test func argumentsThatAreNone() throws {
        let emulator = try Harness()
        for (field, code) in [
            (("x-oss-object-acl", "open"), "InvalidArgument"),
            (("x-oss-storage-class", "Gold"), "InvalidArgument"),
            (("x-oss-server-side-encryption", "ROT13"), "InvalidEncryptionAlgorithmError"),
            (("x-oss-tagging", "a=%zz"), "InvalidArgument"),
            (("x-oss-tagging", "a=1&a=2"), "InvalidArgument"),
            (("x-oss-persistent-headers", "Content-Length:MQ=="), "InvalidArgument"),
            (("x-oss-persistent-headers", "A:DQo="), "InvalidArgument"),
            (("If-Match", "x"), "NotImplemented"), (("Content-MD5", "short"), "InvalidDigest"),
        ] {
            let reply = emulator.send("PUT", "/bucket/key", [field], body: [])
            #expect(reply.status == 400, "\(field)")
            #expect(reply.code == code, "\(field)")
        }
        let bare = emulator.send("PUT", "/bucket/key")
        #expect(bare.status == 411)
        #expect(bare.code == "MissingContentLength")
        #expect(emulator.send("HEAD", "/bucket/key").status == 404)
    }

    @Test(arguments: [false, true]) func digestsAreVerified(chunked: Bool) throws {
        let emulator = try Harness()
        let body = Array("0123456789".utf8)
        let right = [
            ("Content-MD5", "eB5eJF1ptWaXm4bijSPyxw=="), ("x-oss-hash-crc64ecma", "\(CRC64.hash(body.span))"),
        ]
        #expect(emulator.send("PUT", "/bucket/right", right, body: body, chunked: chunked).status == 200)
        let wrong = emulator.send(
            "PUT", "/bucket/wrong", [("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], body: body,
            chunked: chunked)
        #expect(wrong.status == 400)
        #expect(wrong.code == "InvalidDigest")
        #expect(wrong.xml.text("ServerComputedContentMD5") == "eB5eJF1ptWaXm4bijSPyxw==")
        let wrongCRC = emulator.send(
            "PUT", "/bucket/wrong", [("x-oss-hash-crc64ecma", "1")], body: body, chunked: chunked)
        #expect(wrongCRC.status == 400)
        #expect(wrongCRC.code == "InvalidCRC64")
        #expect(emulator.send("HEAD", "/bucket/wrong").status == 404)
        let lax = try Harness { $0.verifiesDigests = false }
        #expect(lax.send("PUT", "/bucket/wrong", [("x-oss-hash-crc64ecma", "1")], body: body).status == 200)
    }

    @Test func onlySoManyBytes() throws {
        let emulator = try Harness { $0.limits.uploadBytes = 1000 }
        #expect(emulator.send("PUT", "/bucket/key", body: Pattern.bytes(count: 1000)).status == 200)
        for chunked in [false, true] {
            let reply = emulator.send(
                "PUT", "/bucket/key", body: Pattern.bytes(count: 1001, seed: 2), chunked: chunked, step: 100)
            #expect(reply.status == 400)
            #expect(reply.code == "InlineDataTooLarge")
        }
        #expect(emulator.send("GET", "/bucket/key").body == Pattern.bytes(count: 1000))
    }

    @Test func deleteObject() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        #expect(emulator.send("DELETE", "/bucket/key").status == 204)
        #expect(emulator.send("DELETE", "/bucket/key").status == 204)
        let get = emulator.send("GET", "/bucket/key")
        #expect(get.status == 404)
        #expect(get.code == "NoSuchKey")
        #expect(get.xml.text("Key") == "key")
        let head = emulator.send("HEAD", "/bucket/key")
        #expect(head.status == 404)
        #expect(head.body.isEmpty)
        #expect(head.code == "NoSuchKey")
    }

    @Test func deleteMultipleObjects() throws {
        let emulator = try Harness()
        for key in ["a", "b%26c", "d", "keep"] { emulator.put(key, key) }
        let body = Array(
            """
            <Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object><Object><Key>none</Key></Object>
            </Delete>
            """.utf8)
        let reply = emulator.send("POST", "/bucket/?delete", body: body)
        #expect(reply.status == 200)
        #expect(reply.xml.texts("Deleted", "Key") == ["a", "b&c", "none"])
        let quiet = Array("<Delete><Quiet>true</Quiet><Object><Key>d</Key></Object></Delete>".utf8)
        let md5 = String(decoding: Base64.encode(MD5.hash(quiet.span)), as: UTF8.self)
        let silent = emulator.send("POST", "/bucket/?delete", [("Content-MD5", md5)], body: quiet)
        #expect(silent.status == 200)
        #expect(silent.body.isEmpty)
        let listed = emulator.send("GET", "/bucket").xml
        #expect(listed.texts("Contents", "Key") == ["keep"])
        let encoded = emulator.send("POST", "/bucket/?delete&encoding-type=url", body: body).xml
        #expect(encoded.text("EncodingType") == "url")
        #expect(encoded.texts("Deleted", "Key") == ["a", "b%26c", "none"])
    }

    @Test func deleteListsThatAreNone() throws {
        let emulator = try Harness()
        emulator.put("keep", "text")
        let many =
            "<Delete>" + String(repeating: "<Object><Key>keep</Key></Object>", count: 1001) + "</Delete>"
        for body in ["", "<Delete/>", "<Other/>", many] {
            let reply = emulator.send("POST", "/bucket/?delete", body: Array(body.utf8))
            #expect(reply.status == 400)
            #expect(reply.code == "MalformedXML")
        }
        let wrong = emulator.send(
            "POST", "/bucket/?delete", [("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")],
            body: Array("<Delete><Object><Key>keep</Key></Object></Delete>".utf8))
        #expect(wrong.code == "InvalidDigest")
        let name = "<Delete><Object><Key>keep</Key></Object><Object><Key>/x</Key></Object></Delete>"
        #expect(emulator.send("POST", "/bucket/?delete", body: Array(name.utf8)).code == "InvalidObjectName")
        let large = emulator.send("POST", "/bucket/?delete", body: Pattern.bytes(count: (2 << 20) + 1))
        #expect(large.code == "MalformedXML")
        #expect(emulator.send("HEAD", "/bucket/keep").status == 200)
    }

    @Test func accessControlOfAnObject() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        #expect(emulator.send("GET", "/bucket/key?acl").xml.text("AccessControlList", "Grant") == "default")
        let set = emulator.send("PUT", "/bucket/key?acl", [("x-oss-object-acl", "public-read")])
        #expect(set.status == 200)
        #expect(
            emulator.send("GET", "/bucket/key?acl").xml.text("AccessControlList", "Grant") == "public-read")
        #expect(emulator.send("PUT", "/bucket/key?acl").code == "MissingArgument")
        #expect(
            emulator.send("PUT", "/bucket/none?acl", [("x-oss-object-acl", "private")]).code == "NoSuchKey")
        #expect(emulator.send("GET", "/bucket/key").text == "text")
    }

    @Test func tags() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        let document = """
            <Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key></Tag></TagSet></Tagging>
            """
        #expect(emulator.send("PUT", "/bucket/key?tagging", body: Array(document.utf8)).status == 200)
        let tags = try #require(emulator.send("GET", "/bucket/key?tagging").xml.child("TagSet"))
        #expect(tags.texts("Tag", "Key") == ["a", "b"])
        #expect(tags.texts("Tag", "Value") == ["1", ""])
        for body in [
            "<Tagging/>", "<TagSet/>", "<Tagging><TagSet><Tag><Value>1</Value></Tag></TagSet></Tagging>",
        ] {
            #expect(emulator.send("PUT", "/bucket/key?tagging", body: Array(body.utf8)).status == 400)
        }
        #expect(emulator.send("DELETE", "/bucket/key?tagging").status == 204)
        #expect(emulator.send("GET", "/bucket/key?tagging").xml.child("TagSet")?.children.isEmpty == true)
        #expect(emulator.send("GET", "/bucket/none?tagging").status == 404)
    }

    @Test func symbolicLinks() throws {
        let emulator = try Harness()
        emulator.put("target", "text")
        let link = [("x-oss-symlink-target", "target"), ("x-oss-meta-a", "link")]
        #expect(emulator.send("PUT", "/bucket/link?symlink", link).status == 200)
        let get = emulator.send("GET", "/bucket/link")
        #expect(get.text == "text")
        #expect(get.field("x-oss-object-type") == "Symlink")
        #expect(get.field("x-oss-meta-a") == "link")
        #expect(get.field("etag") == emulator.send("HEAD", "/bucket/target").field("etag"))
        let read = emulator.send("GET", "/bucket/link?symlink")
        #expect(read.status == 200)
        #expect(read.field("x-oss-symlink-target") == "target")
        #expect(emulator.send("GET", "/bucket/target?symlink").code == "NotSymlink")
        emulator.send("PUT", "/bucket/second?symlink", [("x-oss-symlink-target", "link")])
        #expect(emulator.send("GET", "/bucket/second").code == "InvalidTargetType")
        emulator.send("DELETE", "/bucket/target")
        let broken = emulator.send("GET", "/bucket/link")
        #expect(broken.status == 404)
        #expect(broken.code == "SymlinkTargetNotExist")
        #expect(emulator.send("PUT", "/bucket/link?symlink").status == 400)
    }

    @Test func slowClientsAreWaitedFor() throws {
        let emulator = try Harness()
        let bytes = Pattern.bytes(count: 2_000_000)
        emulator.send("PUT", "/bucket/key", body: bytes)
        let responder = RecordingResponder()
        responder.piecesMax = 2
        let handler = emulator.begin(emulator.head("GET", "/bucket/key"), responder)
        handler.receiveEnd(trailers: .init())
        #expect(responder.pieces == 2)
        #expect(!responder.isFinished)
        // What is being read stays as it was, whatever becomes of the object.
        emulator.put("key", "other")
        responder.piecesMax = 4
        handler.downstreamDrained()
        #expect(responder.pieces == 4)
        responder.piecesMax = .max
        handler.downstreamDrained()
        #expect(responder.isFinished)
        #expect(responder.body == bytes)
        handler.downstreamDrained()
        #expect(responder.body.count == bytes.count)
    }
}

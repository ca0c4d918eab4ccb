import Bytes
import Emulator
import Testing

/// What objects become: sealed, renamed, retained, encrypted, processed.
@Suite struct ObjectStateTests {
    @Test func sealAppendObject() throws {
        let emulator = try Harness()
        emulator.send("POST", "/bucket/log?append&position=0", body: Array("1234".utf8))
        let early = emulator.send("POST", "/bucket/log?seal&position=3")
        #expect(early.status == 409)
        #expect(early.code == "PositionNotEqualToLength")
        #expect(emulator.send("POST", "/bucket/log?seal").code == "MissingArgument")
        let sealed = emulator.send("POST", "/bucket/log?seal&position=4")
        #expect(sealed.status == 200)
        #expect(sealed.field("x-oss-sealed-time") == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(emulator.send("HEAD", "/bucket/log").field("x-oss-sealed-time") != nil)
        let more = emulator.send("POST", "/bucket/log?append&position=4", body: Array("5".utf8))
        #expect(more.status == 400)
        #expect(more.code == "AppendSealedObjectNotAllowed")
        #expect(emulator.send("GET", "/bucket/log").text == "1234")
        emulator.put("plain", "x")
        #expect(emulator.send("POST", "/bucket/plain?seal&position=1").code == "ObjectNotAppendable")
        #expect(emulator.send("POST", "/bucket/none?seal&position=1").code == "NoSuchKey")
    }

    @Test func renameObject() throws {
        let scratch = try Scratch()
        do {
            let emulator = try Harness { $0.dataDirectory = scratch.path }
            emulator.send("PUT", "/bucket/old", [("x-oss-meta-a", "1")], body: Array("text".utf8))
            emulator.put("taken", "x")
            func rename(_ source: String, _ target: String) -> Reply {
                emulator.send("POST", "/bucket/\(target)?x-oss-rename", [("x-oss-rename-source", source)])
            }
            #expect(rename("old", "taken").code == "ObjectAlreadyExists")
            #expect(rename("none", "new").code == "NoSuchKey")
            #expect(emulator.send("POST", "/bucket/new?x-oss-rename").code == "MissingArgument")
            #expect(rename("old", "new").status == 200)
            #expect(emulator.send("GET", "/bucket/old").code == "NoSuchKey")
        }
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        let object = emulator.send("GET", "/bucket/new")
        #expect(object.text == "text")
        #expect(object.field("x-oss-meta-a") == "1")
        #expect(emulator.send("HEAD", "/bucket/old").status == 404)
    }

    @Test func retentionOfAnObject() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        @discardableResult
        func put(_ mode: String, _ until: String) -> Reply {
            emulator.send(
                "PUT", "/bucket/key?retention",
                body: Array(
                    "<Retention><Mode>\(mode)</Mode><RetainUntilDate>\(until)</RetainUntilDate></Retention>"
                        .utf8))
        }
        #expect(emulator.send("GET", "/bucket/key?retention").status == 404)
        #expect(put("MINE", "2023-11-14T22:14:20.000Z").code == "MalformedXML")
        #expect(put("GOVERNANCE", "2023-11-14T22:14:20.000Z").status == 200)
        #expect(emulator.send("GET", "/bucket/key?retention").xml.text("Mode") == "GOVERNANCE")
        let held = emulator.send("DELETE", "/bucket/key")
        #expect(held.status == 409)
        #expect(held.code == "FileImmutable")
        #expect(emulator.send("PUT", "/bucket/key", body: []).code == "FileImmutable")
        let bypass = [("x-oss-bypass-governance-retention", "true")]
        #expect(emulator.send("DELETE", "/bucket/key", bypass).status == 204)
        emulator.put("key", "again")
        put("COMPLIANCE", "2023-11-14T22:14:20.000Z")
        #expect(emulator.send("DELETE", "/bucket/key", bypass).code == "FileImmutable")
        emulator.clock.advance(61)
        #expect(emulator.send("DELETE", "/bucket/key").status == 204)
    }

    @Test func legalHoldOfAnObject() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        func put(_ status: String) -> Reply {
            emulator.send(
                "PUT", "/bucket/key?legalHold",
                body: Array("<LegalHold><Status>\(status)</Status></LegalHold>".utf8))
        }
        #expect(emulator.send("GET", "/bucket/key?legalHold").xml.text("Status") == "OFF")
        #expect(put("on").code == "MalformedXML")
        #expect(put("ON").status == 200)
        #expect(emulator.send("DELETE", "/bucket/key").code == "FileImmutable")
        #expect(put("OFF").status == 200)
        #expect(emulator.send("DELETE", "/bucket/key").status == 204)
    }

    @Test func objectsUnderARetentionPolicyOfTheBucket() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        emulator.send(
            "POST", "/bucket?worm",
            body: Array(
                "<InitiateWormConfiguration><RetentionPeriodInDays>1</RetentionPeriodInDays></InitiateWormConfiguration>"
                    .utf8))
        #expect(emulator.send("DELETE", "/bucket/key").code == "FileImmutable")
        #expect(emulator.send("PUT", "/bucket/key", body: []).code == "FileImmutable")
        let list = Array("<Delete><Object><Key>key</Key></Object></Delete>".utf8)
        #expect(emulator.send("POST", "/bucket?delete", body: list).code == "FileImmutable")
        emulator.clock.advance(86_400)
        #expect(emulator.send("DELETE", "/bucket/key").status == 204)
    }

    @Test func encryptionIsToldAgain() throws {
        let emulator = try Harness()
        let kms = [
            ("x-oss-server-side-encryption", "KMS"), ("x-oss-server-side-encryption-key-id", "key-1"),
            ("x-oss-server-side-data-encryption", "SM4"),
        ]
        let put = emulator.send("PUT", "/bucket/a", kms, body: [])
        #expect(put.field("x-oss-server-side-encryption") == "KMS")
        let head = emulator.send("HEAD", "/bucket/a")
        for (name, value) in kms {
            #expect(
                head.fields.entries.indices.contains { index in
                    head.fields.name(at: index).text == name && head.fields.value(at: index).text == value
                }, "\(name)")
        }
        #expect(
            emulator.send("PUT", "/bucket/a", [("x-oss-server-side-encryption", "DES")], body: []).code
                == "InvalidEncryptionAlgorithmError")
        let rule =
            "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
            + "</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
        emulator.send("PUT", "/bucket?encryption", body: Array(rule.utf8))
        #expect(emulator.send("PUT", "/bucket/b", body: []).field("x-oss-server-side-encryption") == "AES256")
        #expect(emulator.send("POST", "/bucket/c?uploads").field("x-oss-server-side-encryption") == "AES256")
    }

    @Test func imagesAndPlaylists() throws {
        let emulator = try Harness { $0.keys = KeyRing() }
        var gif = Array("GIF89a".utf8)
        gif += [3, 0, 2, 0, 0, 0, 0]
        emulator.send("PUT", "/bucket/a.gif", body: gif)
        let info = emulator.send("GET", "/bucket/a.gif?x-oss-process=image/info")
        #expect(info.status == 200)
        #expect(info.field("content-type") == "application/json")
        #expect(info.text.contains("\"ImageWidth\": {\"value\": \"3\"}"))
        #expect(info.text.contains("\"Format\": {\"value\": \"gif\"}"))
        let style = Array("<Style><Content>image/info</Content></Style>".utf8)
        emulator.send("PUT", "/bucket?style&styleName=what", body: style)
        #expect(emulator.send("GET", "/bucket/a.gif?x-oss-process=style/what").body == info.body)
        #expect(emulator.send("GET", "/bucket/a.gif?x-oss-process=style/none").code == "NoSuchStyle")
        let resize = emulator.send("GET", "/bucket/a.gif?x-oss-process=image/resize,w_1")
        #expect(resize.status == 501)
        #expect(resize.code == "NotImplemented")
        #expect(emulator.send("GET", "/bucket/none?x-oss-process=image/info").code == "NoSuchKey")
        emulator.put("text", "no image")
        let damaged = emulator.send("GET", "/bucket/text?x-oss-process=image/info")
        #expect(damaged.status == 403)
        #expect(damaged.code == "ImageDamage")
    }

    @Test func playlistsAreSigned() throws {
        let emulator = try Harness { $0.keys = KeyRing([EmulatorKey(id: "LTAIplaylist", secret: "secret")]) }
        emulator.setACL("public-read-write", id: "LTAIplaylist", secret: "secret")
        emulator.put("dir/a.m3u8", "#EXTM3U\n1.ts\r\nhttp://b.example/2.ts\n")
        emulator.put("dir/1.ts", "segment")
        let text = emulator.send("GET", "/bucket/dir/a.m3u8?x-oss-process=hls/sign").text
        let line = try #require(text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("1.ts") })
        #expect(text.contains("http://b.example/2.ts\n"))
        emulator.setACL("private", id: "LTAIplaylist", secret: "secret")
        #expect(emulator.send("GET", "/bucket/dir/1.ts").status == 403)
        #expect(emulator.send("GET", "/bucket/dir/" + line).text == "segment", "\(line)")
    }

    @Test func partsInOrder() throws {
        let emulator = try Harness()
        let id = try #require(emulator.send("POST", "/bucket/key?uploads&sequential").xml.text("UploadId"))
        #expect(id.utf8.count == 32)
        func part(_ number: Int) -> Reply {
            emulator.send("PUT", "/bucket/key?partNumber=\(number)&uploadId=\(id)", body: Array("x".utf8))
        }
        #expect(part(2).code == "PartNotSequential")
        #expect(part(1).status == 200)
        #expect(part(1).status == 200, "the last one again")
        #expect(part(2).status == 200)
        #expect(part(1).code == "PartNotSequential")
    }
}

import TestSupport
import Testing

@Suite struct CopyTests {
    private func source() throws -> Harness {
        let emulator = try Harness { $0.buckets = ["bucket", "other"] }
        emulator.send(
            "PUT", "/bucket/a%20b%2Bc",
            [("Content-Type", "text/plain"), ("x-oss-meta-a", "1"), ("x-oss-tagging", "k=v")],
            body: Array("0123456789".utf8))
        return emulator
    }

    private let from = ("x-oss-copy-source", "/bucket/a%20b%2Bc")

    @Test(arguments: ["/bucket/a%20b%2Bc", "bucket/a%20b%2Bc", "/bucket/a%20b%2Bc?versionId=null"])
    func copiesBytesAndWhatIsSaidOfThem(_ source: String) throws {
        let emulator = try self.source()
        emulator.clock.advance(60)
        let reply = emulator.send("PUT", "/other/copy", [("x-oss-copy-source", source)])
        #expect(reply.status == 200)
        #expect(reply.xml.isNamed("CopyObjectResult"))
        #expect(reply.xml.text("LastModified") == "2023-11-14T22:14:20.000Z")
        let get = emulator.send("GET", "/other/copy")
        #expect(reply.xml.text("ETag") == get.field("etag"))
        #expect(get.text == "0123456789")
        #expect(get.field("content-type") == "text/plain")
        #expect(get.field("x-oss-meta-a") == "1")
        #expect(get.field("x-oss-tagging-count") == "1")
        #expect(get.field("last-modified") == "Tue, 14 Nov 2023 22:14:20 GMT")
        emulator.send("DELETE", "/bucket/a%20b%2Bc")
        #expect(emulator.send("GET", "/other/copy").text == "0123456789")
    }

    @Test func directives() throws {
        let emulator = try source()
        let fields = [from, ("Content-Type", "a/b"), ("x-oss-meta-b", "2"), ("x-oss-tagging", "x=1&y=2")]
        #expect(
            emulator.send("PUT", "/other/kept", fields + [("x-oss-metadata-directive", "COPY")]).status == 200
        )
        let kept = emulator.send("HEAD", "/other/kept")
        #expect(kept.field("content-type") == "text/plain")
        #expect(kept.field("x-oss-meta-b") == nil)
        #expect(kept.field("x-oss-tagging-count") == "1")
        let replace = [("x-oss-metadata-directive", "replace"), ("x-oss-tagging-directive", "Replace")]
        #expect(emulator.send("PUT", "/other/new", fields + replace).status == 200)
        let new = emulator.send("HEAD", "/other/new")
        #expect(new.field("content-type") == "a/b")
        #expect(new.field("x-oss-meta-a") == nil)
        #expect(new.field("x-oss-meta-b") == "2")
        #expect(new.field("x-oss-tagging-count") == "2")
        let wrong = emulator.send("PUT", "/other/new", [from, ("x-oss-metadata-directive", "MOVE")])
        #expect(wrong.code == "InvalidArgument")
    }

    @Test func ontoItselfOnlyFieldsChange() throws {
        let emulator = try source()
        let before = emulator.send("HEAD", "/bucket/a%20b%2Bc")
        let fields = [from, ("x-oss-metadata-directive", "REPLACE"), ("x-oss-meta-new", "1")]
        #expect(emulator.send("PUT", "/bucket/a%20b%2Bc", fields).status == 200)
        let after = emulator.send("GET", "/bucket/a%20b%2Bc")
        #expect(after.text == "0123456789")
        #expect(after.field("etag") == before.field("etag"))
        #expect(after.field("x-oss-meta-new") == "1")
        #expect(after.field("x-oss-meta-a") == nil)
    }

    @Test func conditionsOfTheSource() throws {
        let emulator = try source()
        let etag = try #require(emulator.send("HEAD", "/bucket/a%20b%2Bc").field("etag"))
        for (name, value, status) in [
            ("if-match", etag, 200), ("if-match", "\"x\"", 412), ("if-none-match", etag, 304),
            ("if-none-match", "\"x\"", 200), ("if-modified-since", "Tue, 14 Nov 2023 22:13:20 GMT", 304),
            ("if-unmodified-since", "Tue, 14 Nov 2023 22:13:19 GMT", 412),
        ] {
            let reply = emulator.send(
                "PUT", "/other/c\(status)", [from, ("x-oss-copy-source-" + name, value)])
            #expect(reply.status == status, "\(name)")
            #expect(emulator.send("HEAD", "/other/c\(status)").status == (status == 200 ? 200 : 404))
        }
    }

    @Test(arguments: [
        ("", "InvalidArgument"), ("bucket", "InvalidArgument"), ("/bucket/", "InvalidArgument"),
        ("/bucket/none", "NoSuchKey"), ("/nowhere/key", "NoSuchBucket"), ("/bucket//x", "InvalidObjectName"),
        ("/bucket/a%20b%2Bc?versionId=x", "NoSuchVersion"),
    ])
    func sourcesThatAreNone(_ source: String, _ code: String) throws {
        let emulator = try self.source()
        #expect(emulator.send("PUT", "/other/copy", [("x-oss-copy-source", source)]).code == code)
        #expect(emulator.send("HEAD", "/other/copy").status == 404)
    }

    @Test func copiesOfAppendedObjectsAreNormal() throws {
        let emulator = try source()
        emulator.send("POST", "/bucket/log?append&position=0", body: Array("abc".utf8))
        emulator.send("POST", "/bucket/log?append&position=3", body: Array("def".utf8))
        #expect(emulator.send("PUT", "/other/copy", [("x-oss-copy-source", "/bucket/log")]).status == 200)
        let copy = emulator.send("GET", "/other/copy")
        #expect(copy.text == "abcdef")
        #expect(copy.field("x-oss-object-type") == "Normal")
    }

    @Test func limitsAndOverwriting() throws {
        let emulator = try source()
        let forbid = [from, ("x-oss-forbid-overwrite", "true")]
        #expect(emulator.send("PUT", "/other/copy", forbid).status == 200)
        let again = emulator.send("PUT", "/other/copy", forbid)
        #expect(again.status == 409)
        #expect(again.code == "FileAlreadyExists")
        #expect(emulator.send("PUT", "/none/copy", [from]).code == "NoSuchBucket")
    }

    /// Other requests have their turn between the steps of a long copy, and it takes what was there when it began.
    @Test(arguments: ["PUT /bucket/copy", "PUT /bucket/multi?partNumber=1&uploadId="])
    func aLongCopyIsMadeInSteps(_ request: String) throws {
        let turns = ManualTurns()
        let emulator = try Harness(turns: turns)
        let bytes = Pattern.bytes(count: 3 << 20)
        emulator.send("PUT", "/bucket/key", body: bytes)
        let id = try #require(emulator.send("POST", "/bucket/multi?uploads").xml.text("UploadId"))
        let target = request.dropFirst(4) + (request.hasSuffix("=") ? id : "")
        let responder = RecordingResponder()
        let head = emulator.head("PUT", String(target), [("x-oss-copy-source", "/bucket/key")])
        let handler = emulator.begin(head, responder)
        handler.receiveEnd(trailers: .init())
        var steps = 1
        while !responder.isFinished, steps < 20 {
            #expect(!turns.isIdle)
            emulator.put("key", "replaced")
            #expect(emulator.send("GET", "/bucket/key").text == "replaced")
            turns.give()
            steps += 1
        }
        #expect(responder.head?.status == 200)
        #expect(steps == 4, "three of a MiB, and the end")
        #expect(turns.isIdle)
        if request.hasSuffix("=") {
            emulator.send("POST", "/bucket/multi?uploadId=" + id, [("x-oss-complete-all", "yes")], body: [])
            let isWhole = emulator.send("GET", "/bucket/multi").body == bytes
            #expect(isWhole)
        } else {
            let isWhole = emulator.send("GET", "/bucket/copy").body == bytes
            #expect(isWhole)
        }
    }

    @Test func aCopyWhoseClientLeavesIsGivenUp() throws {
        let turns = ManualTurns()
        let scratch = try Scratch()
        let emulator = try Harness(turns: turns) { $0.dataDirectory = scratch.path }
        emulator.send("PUT", "/bucket/key", body: Pattern.bytes(count: 3 << 20))
        let responder = RecordingResponder()
        let head = emulator.head("PUT", "/bucket/copy", [("x-oss-copy-source", "/bucket/key")])
        let handler = emulator.begin(head, responder)
        handler.receiveEnd(trailers: .init())
        turns.give()
        handler.departed()
        turns.give()
        #expect(turns.isIdle)
        #expect(!responder.isFinished)
        #expect(emulator.send("HEAD", "/bucket/copy").status == 404)
        #expect(try scratch.files().filter { $0.contains("temporary/") }.isEmpty)
    }
}

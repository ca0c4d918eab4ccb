import Bytes
import Emulator
import TestSupport
import Testing

@Suite struct DurabilityTests {
    @Test func aRestartServesEverythingAcknowledged() throws {
        let scratch = try Scratch()
        let partBytes = 100 * 1024
        var uploadID = ""
        var etag = ""
        do {
            let emulator = try Harness { $0.dataDirectory = scratch.path }
            emulator.send("PUT", "/second", [("x-oss-acl", "public-read")])
            let fields = [
                ("Content-Type", "a/b"), ("x-oss-meta-a", "\u{E9}"), ("x-oss-tagging", "k=v"),
                ("x-oss-object-acl", "private"), ("x-oss-storage-class", "IA"),
            ]
            emulator.send("PUT", "/bucket/key", fields, body: Pattern.bytes(count: 300_000))
            emulator.send("PUT", "/bucket/empty", body: [])
            emulator.put("gone", "text")
            emulator.send("DELETE", "/bucket/gone")
            emulator.send("POST", "/bucket/log?append&position=0", body: [1, 2])
            emulator.send("POST", "/bucket/log?append&position=2", body: [3])
            emulator.send("PUT", "/bucket/link?symlink", [("x-oss-symlink-target", "key")])
            uploadID = try #require(emulator.send("POST", "/bucket/multi?uploads").xml.text("UploadId"))
            let reply = emulator.send(
                "PUT", "/bucket/multi?partNumber=1&uploadId=" + uploadID,
                body: Pattern.bytes(count: partBytes))
            etag = try #require(reply.field("etag"))
        }
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        let get = emulator.send("GET", "/bucket/key")
        #expect(get.body == Pattern.bytes(count: 300_000))
        #expect(get.field("content-type") == "a/b")
        #expect(get.field("x-oss-meta-a") == "\u{E9}")
        #expect(get.field("x-oss-tagging-count") == "1")
        #expect(get.field("x-oss-storage-class") == "IA")
        #expect(get.field("content-md5") != nil)
        #expect(emulator.send("GET", "/bucket/key?acl").xml.text("AccessControlList", "Grant") == "private")
        #expect(emulator.send("GET", "/bucket/empty").body.isEmpty)
        #expect(emulator.send("HEAD", "/bucket/gone").status == 404)
        #expect(emulator.send("GET", "/bucket/log").body == [1, 2, 3])
        #expect(emulator.send("POST", "/bucket/log?append&position=3", body: [4]).status == 200)
        #expect(emulator.send("GET", "/bucket/link").body == Pattern.bytes(count: 300_000))
        #expect(emulator.send("GET", "/second?acl").xml.text("AccessControlList", "Grant") == "public-read")
        let document = """
            <CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\(etag)</ETag></Part>\
            </CompleteMultipartUpload>
            """
        let done = emulator.send("POST", "/bucket/multi?uploadId=" + uploadID, body: Array(document.utf8))
        #expect(done.status == 200)
        #expect(emulator.send("GET", "/bucket/multi").body == Pattern.bytes(count: partBytes))
    }

    @Test func completedPartsBelongToTheObjectAlone() throws {
        let scratch = try Scratch()
        do {
            let emulator = try Harness {
                $0.dataDirectory = scratch.path
                $0.limits.partBytes = 1
            }
            let id = try #require(emulator.send("POST", "/bucket/key?uploads").xml.text("UploadId"))
            for number in 1...3 {
                emulator.send("PUT", "/bucket/key?partNumber=\(number)&uploadId=\(id)", body: [UInt8(number)])
            }
            emulator.send("POST", "/bucket/key?uploadId=" + id, [("x-oss-complete-all", "yes")], body: [])
        }
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        #expect(emulator.send("GET", "/bucket?uploads").xml.children("Upload").isEmpty)
        #expect(emulator.send("GET", "/bucket/key").body == [1, 2, 3])
    }

    /// Replaced, deleted and refused bodies leave no files.
    @Test func filesAreThoseOfObjects() throws {
        let scratch = try Scratch()
        let emulator = try Harness {
            $0.dataDirectory = scratch.path
            $0.limits.uploadBytes = 1000
        }
        func bodies() throws -> Int {
            try scratch.files().filter { $0.contains("objects/") || $0.contains("temporary/") }.count
        }
        for round in 0..<3 { emulator.put("key", "round \(round)") }
        #expect(try bodies() == 1)
        emulator.send("PUT", "/bucket/copy", [("x-oss-copy-source", "/bucket/key")])
        #expect(try bodies() == 2)
        let body = Array("text".utf8)
        emulator.send("PUT", "/bucket/bad", [("x-oss-hash-crc64ecma", "1")], body: body)
        emulator.send("PUT", "/bucket/bad", body: Pattern.bytes(count: 1001), chunked: true)
        #expect(try bodies() == 2)
        // Refused only when all of it has come: the object was not there when it began.
        let head = emulator.head("POST", "/bucket/log?append&position=0", framing: .length(2))
        let late = RecordingResponder()
        let handler = emulator.begin(head, late)
        emulator.send("POST", "/bucket/log?append&position=0", body: [1])
        handler.receive([7, 8].span, remaining: 0)
        handler.receiveEnd(trailers: .init())
        #expect(late.head?.status == 409)
        #expect(try bodies() == 3)
        for key in ["key", "copy", "log"] { emulator.send("DELETE", "/bucket/" + key) }
        #expect(try bodies() == 0)
    }

    @Test func aDirectoryThatCannotBeUsedIsAClearFailure() throws {
        let failure = #expect(throws: StorageFailure.self) {
            _ = try Harness { $0.dataDirectory = "/dev/null/data" }
        }
        #expect(failure?.description.contains("/dev/null") == true)
        let scratch = try Scratch()
        let first = try Harness { $0.dataDirectory = scratch.path }
        #expect(throws: StorageFailure.self) { _ = try Harness { $0.dataDirectory = scratch.path } }
        #expect(first.send("HEAD", "/bucket").status == 200)
    }

    @Test func largeBodiesLeaveMemoryAndReadTheSame() throws {
        let emulator = try Harness { $0.memoryBodyBytesMax = 100_000 }
        for count in [99_999, 100_000, 100_001, 700_000] {
            emulator.send("PUT", "/bucket/key\(count)", body: Pattern.bytes(count: count))
            #expect(emulator.send("GET", "/bucket/key\(count)").body == Pattern.bytes(count: count))
        }
        let range = emulator.send("GET", "/bucket/key700000", [("Range", "bytes=255000-263000")])
        #expect(range.body == Array(Pattern.bytes(count: 700_000)[255_000...263_000]))
    }

    /// What all objects and parts have together is bounded, in memory and on the disk, over restarts as well.
    @Test(arguments: [false, true]) func allBodiesTogetherHaveALimit(_ isDurable: Bool) throws {
        let scratch = try Scratch()
        func start() throws -> Harness {
            try Harness { settings in
                settings.dataDirectory = isDurable ? scratch.path + "/data" : nil
                settings.limits.totalBytes = 1_000_000
            }
        }
        var emulator: Harness? = try start()
        func put(_ key: String, _ count: Int) -> Reply? {
            emulator?.send("PUT", "/bucket/" + key, body: Pattern.bytes(count: count))
        }
        #expect(put("a", 600_000)?.status == 200)
        let refused = put("b", 400_001)
        #expect(refused?.status == 507)
        #expect(refused?.code == "InsufficientStorage")
        #expect(emulator?.send("GET", "/bucket/b").status == 404)
        // What was refused takes no room; neither does what was replaced.
        #expect(put("b", 400_000)?.status == 200)
        #expect(put("c", 1)?.status == 507)
        #expect(emulator?.send("DELETE", "/bucket/a").status == 204)
        #expect(put("b", 1_000)?.status == 200)
        #expect(put("c", 999_000)?.status == 200)
        #expect(put("d", 1)?.status == 507)
        guard isDurable else { return }
        emulator = nil
        emulator = try start()
        #expect(put("d", 1)?.status == 507)
        #expect(emulator?.send("DELETE", "/bucket/b").status == 204)
        #expect(put("d", 1_000)?.status == 200)
    }
}

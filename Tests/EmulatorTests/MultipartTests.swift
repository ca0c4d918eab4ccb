import Bytes
import Digest
import TestSupport
import Testing

@Suite struct MultipartTests {
    private let partBytes = 100 * 1024

    private func initiate(_ emulator: Harness, _ fields: [(String, String)] = []) throws -> String {
        let reply = emulator.send("POST", "/bucket/key?uploads", fields)
        #expect(reply.status == 200)
        #expect(reply.xml.isNamed("InitiateMultipartUploadResult"))
        #expect(reply.xml.text("Bucket") == "bucket")
        #expect(reply.xml.text("Key") == "key")
        return try #require(reply.xml.text("UploadId"))
    }

    @discardableResult
    private func part(_ emulator: Harness, _ id: String, _ number: Int, _ bytes: [UInt8]) throws -> String {
        let reply = emulator.send("PUT", "/bucket/key?partNumber=\(number)&uploadId=\(id)", body: bytes)
        #expect(reply.status == 200)
        #expect(reply.field("x-oss-hash-crc64ecma") == "\(CRC64.hash(bytes.span))")
        return try #require(reply.field("etag"))
    }

    private func document(_ parts: [(Int, String)]) -> [UInt8] {
        let entries = parts.map { "<Part><PartNumber>\($0.0)</PartNumber><ETag>\($0.1)</ETag></Part>" }
        return Array("<CompleteMultipartUpload>\(entries.joined())</CompleteMultipartUpload>".utf8)
    }

    private func complete(_ emulator: Harness, _ id: String, _ parts: [(Int, String)]) -> Reply {
        emulator.send("POST", "/bucket/key?uploadId=" + id, body: document(parts))
    }

    @Test func partsBecomeAnObject() throws {
        let emulator = try Harness()
        let id = try initiate(emulator, [("Content-Type", "a/b"), ("x-oss-meta-a", "1")])
        let parts = [
            Pattern.bytes(count: partBytes, seed: 1), Pattern.bytes(count: partBytes + 1, seed: 2),
            Pattern.bytes(count: 7, seed: 3),
        ]
        // Out of order, with gaps, and one of them twice.
        let third = try part(emulator, id, 9, parts[2])
        try part(emulator, id, 2, Pattern.bytes(count: 5))
        let first = try part(emulator, id, 2, parts[0])
        let second = try part(emulator, id, 5, parts[1])
        try part(emulator, id, 7, Pattern.bytes(count: partBytes, seed: 9))
        #expect(emulator.send("HEAD", "/bucket/key").status == 404)
        let reply = complete(
            emulator, id, [(2, first), (5, second.lowercased()), (9, third.filter { $0 != "\"" })])
        #expect(reply.status == 200)
        let whole = parts.flatMap { $0 }
        let get = emulator.send("GET", "/bucket/key")
        #expect(get.body == whole)
        #expect(get.field("x-oss-hash-crc64ecma") == "\(CRC64.hash(whole.span))")
        #expect(reply.field("x-oss-hash-crc64ecma") == get.field("x-oss-hash-crc64ecma"))
        #expect(reply.xml.text("ETag") == get.field("etag"))
        #expect(get.field("etag")?.hasSuffix("-3\"") == true)
        #expect(get.field("x-oss-object-type") == "Multipart")
        #expect(get.field("content-type") == "a/b")
        #expect(get.field("x-oss-meta-a") == "1")
        let range = emulator.send(
            "GET", "/bucket/key", [("Range", "bytes=\(partBytes - 5)-\(2 * partBytes + 3)")])
        #expect(range.body == Array(whole[(partBytes - 5)...(2 * partBytes + 3)]))
        #expect(emulator.send("GET", "/bucket/key?uploadId=" + id).code == "NoSuchUpload")
        #expect(complete(emulator, id, [(2, first)]).code == "NoSuchUpload")
    }

    @Test func completionsThatAreRefused() throws {
        let emulator = try Harness()
        let id = try initiate(emulator)
        let small = try part(emulator, id, 1, Pattern.bytes(count: 10))
        let large = try part(emulator, id, 2, Pattern.bytes(count: partBytes))
        let last = try part(emulator, id, 3, Pattern.bytes(count: 20))
        for (parts, code) in [
            ([(2, large), (1, small)], "InvalidPartOrder"), ([(2, large), (2, large)], "InvalidPartOrder"),
            ([(2, small)], "InvalidPart"), ([(4, small)], "InvalidPart"),
            ([(1, small), (2, large)], "EntityTooSmall"), ([(0, small)], "InvalidPartOrder"),
            ([(10_001, small)], "InvalidPartOrder"), ([], "MalformedXML"),
        ] as [([(Int, String)], String)] {
            let reply = complete(emulator, id, parts)
            #expect(reply.status == 400, "\(parts)")
            #expect(reply.code == code)
        }
        for body in ["", "<Other/>", "<CompleteMultipartUpload><Part/></CompleteMultipartUpload>"] {
            let reply = emulator.send("POST", "/bucket/key?uploadId=" + id, body: Array(body.utf8))
            #expect(reply.code == "MalformedXML")
        }
        #expect(emulator.send("HEAD", "/bucket/key").status == 404)
        #expect(complete(emulator, id, [(2, large), (3, last)]).status == 200)
    }

    @Test func allPartsAtOnce() throws {
        let emulator = try Harness()
        let id = try initiate(emulator)
        let all = [("x-oss-complete-all", "yes")]
        let none = emulator.send("POST", "/bucket/key?uploadId=" + id, all, body: [])
        #expect(none.status == 400)
        let second = try part(emulator, id, 2, Pattern.bytes(count: 9))
        try part(emulator, id, 1, Pattern.bytes(count: partBytes))
        let named = emulator.send("POST", "/bucket/key?uploadId=" + id, all, body: document([(2, second)]))
        #expect(named.status == 400)
        #expect(emulator.send("POST", "/bucket/key?uploadId=" + id, all, body: []).status == 200)
        #expect(
            emulator.send("GET", "/bucket/key").body == Pattern.bytes(count: partBytes)
                + Pattern.bytes(count: 9))
    }

    /// What the completion names counts, whatever the upload began with.
    @Test func fieldsThatTheCompletionAdds() throws {
        let emulator = try Harness()
        let id = try initiate(emulator, [("Cache-Control", "no-cache"), ("x-oss-meta-a", "1")])
        let only = try part(emulator, id, 1, Array("text".utf8))
        let list = "cache-control:bm8tc3RvcmU=,myheader:dmFsdWU="
        let reply = emulator.send(
            "POST", "/bucket/key?uploadId=" + id, [("x-oss-persistent-headers", list)],
            body: document([(1, only)]))
        #expect(reply.status == 200, "\(reply.text)")
        let get = emulator.send("GET", "/bucket/key")
        #expect(get.field("cache-control") == "no-store")
        #expect(get.field("myheader") == "value")
        #expect(get.field("x-oss-meta-a") == "1")
    }

    @Test func abortForgetsTheUpload() throws {
        let emulator = try Harness()
        let id = try initiate(emulator)
        try part(emulator, id, 1, [1])
        #expect(emulator.send("DELETE", "/bucket/key?uploadId=" + id).status == 204)
        let again = emulator.send("DELETE", "/bucket/key?uploadId=" + id)
        #expect(again.status == 404)
        #expect(again.code == "NoSuchUpload")
        #expect(again.xml.text("UploadId") == id)
        #expect(
            emulator.send("PUT", "/bucket/key?partNumber=1&uploadId=" + id, body: [1]).code == "NoSuchUpload")
        #expect(emulator.send("GET", "/bucket?uploads").xml.children("Upload").isEmpty)
    }

    @Test func partsOfAnotherObjectOrNumber() throws {
        let emulator = try Harness()
        let id = try initiate(emulator)
        #expect(
            emulator.send("PUT", "/bucket/other?partNumber=1&uploadId=" + id, body: [1]).code
                == "NoSuchUpload")
        for number in ["0", "10001", "x", "-1", ""] {
            let reply = emulator.send("PUT", "/bucket/key?partNumber=\(number)&uploadId=\(id)", body: [1])
            #expect(reply.status == 400, "\(number)")
            #expect(reply.code == "InvalidArgument")
        }
        #expect(emulator.send("PUT", "/bucket/key?uploadId=" + id, body: [1]).code == "InvalidArgument")
        let wrong = emulator.send(
            "PUT", "/bucket/key?partNumber=1&uploadId=" + id, [("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")],
            body: [1])
        #expect(wrong.code == "InvalidDigest")
        #expect(emulator.send("GET", "/bucket/key?uploadId=" + id).xml.children("Part").isEmpty)
    }

    @Test func copiedParts() throws {
        let emulator = try Harness()
        let bytes = Pattern.bytes(count: partBytes * 2)
        emulator.send("PUT", "/bucket/source", body: bytes)
        let id = try initiate(emulator)
        let from = ("x-oss-copy-source", "/bucket/source")
        let target = "/bucket/key?uploadId=\(id)&partNumber="
        let ranged = emulator.send(
            "PUT", target + "1", [from, ("x-oss-copy-source-range", "bytes=10-\(partBytes + 9)")])
        #expect(ranged.status == 200)
        #expect(ranged.xml.isNamed("CopyPartResult"))
        #expect(ranged.field("content-range") == "bytes 10-\(partBytes + 9)/\(bytes.count)")
        let first = try #require(ranged.xml.text("ETag"))
        #expect(ranged.field("etag") == first)
        let whole = emulator.send(
            "PUT", target + "2", [from, ("x-oss-copy-source-range", "bytes=0-\(bytes.count)")])
        #expect(whole.field("content-range") == nil)
        let second = try #require(whole.xml.text("ETag"))
        #expect(
            emulator.send("PUT", target + "3", [("x-oss-copy-source", "/bucket/none")]).code == "NoSuchKey")
        #expect(complete(emulator, id, [(1, first), (2, second)]).status == 200)
        #expect(emulator.send("GET", "/bucket/key").body == Array(bytes[10..<(partBytes + 10)]) + bytes)
    }

    @Test func listPartsInPages() throws {
        let emulator = try Harness()
        let id = try initiate(emulator)
        for number in [7, 1, 3, 10_000] {
            try part(emulator, id, number, Pattern.bytes(count: number % 50 + 1))
        }
        let all = emulator.send("GET", "/bucket/key?uploadId=" + id).xml
        #expect(all.texts("Part", "PartNumber") == ["1", "3", "7", "10000"])
        #expect(all.texts("Part", "Size") == ["2", "4", "8", "1"])
        #expect(all.text("IsTruncated") == "false")
        #expect(all.text("MaxParts") == "1000")
        let bytes = Pattern.bytes(count: 4)
        #expect(all.texts("Part", "HashCrc64ecma")[1] == "\(CRC64.hash(bytes.span))")
        let page = emulator.send("GET", "/bucket/key?max-parts=2&part-number-marker=1&uploadId=" + id).xml
        #expect(page.texts("Part", "PartNumber") == ["3", "7"])
        #expect(page.text("IsTruncated") == "true")
        #expect(page.text("NextPartNumberMarker") == "7")
        #expect(emulator.send("GET", "/bucket/key?max-parts=0&uploadId=" + id).code == "InvalidArgument")
    }

    @Test func listUploadsInPages() throws {
        let emulator = try Harness()
        var expected: [(String, String)] = []
        for key in ["a", "b/1", "b/1", "b/2", "c", "c"] {
            let id = emulator.send("POST", "/bucket/\(key)?uploads").xml.text("UploadId")
            expected.append((key, try #require(id)))
        }
        expected.sort { $0 < $1 }
        var found: [(String, String)] = []
        var marker = ""
        for _ in 0..<10 {
            let page = emulator.send("GET", "/bucket?uploads&max-uploads=2" + marker).xml
            found += zip(page.texts("Upload", "Key"), page.texts("Upload", "UploadId"))
            guard page.text("IsTruncated") == "true" else { break }
            let key = try #require(page.text("NextKeyMarker"))
            let id = try #require(page.text("NextUploadIdMarker"))
            marker = "&key-marker=\(key)&upload-id-marker=\(id)"
        }
        #expect(found.map(\.0) == expected.map(\.0))
        #expect(found.map(\.1) == expected.map(\.1))
        let grouped = emulator.send("GET", "/bucket?uploads&delimiter=/").xml
        #expect(grouped.texts("Upload", "Key") == ["a", "c", "c"])
        #expect(grouped.texts("CommonPrefixes", "Prefix") == ["b/"])
        let prefixed = emulator.send("GET", "/bucket?uploads&prefix=b%2F&encoding-type=url").xml
        #expect(prefixed.texts("Upload", "Key") == ["b%2F1", "b%2F1", "b%2F2"])
        let after = emulator.send("GET", "/bucket?uploads&key-marker=b/1").xml
        #expect(after.texts("Upload", "Key") == ["b/2", "c", "c"])
    }

    @Test func forbidOverwriteAtTheEnd() throws {
        let emulator = try Harness()
        let id = try initiate(emulator)
        let etag = try part(emulator, id, 1, [1])
        emulator.put("key", "text")
        let forbid = [("x-oss-forbid-overwrite", "true")]
        let reply = emulator.send("POST", "/bucket/key?uploadId=" + id, forbid, body: document([(1, etag)]))
        #expect(reply.status == 409)
        #expect(reply.code == "FileAlreadyExists")
        #expect(emulator.send("GET", "/bucket/key").text == "text")
        #expect(emulator.send("POST", "/bucket/key?uploads", forbid).code == "FileAlreadyExists")
    }
}

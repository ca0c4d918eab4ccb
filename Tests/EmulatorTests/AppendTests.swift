import Bytes
import Digest
import TestSupport
import Testing

@Suite struct AppendTests {
    @Test func piecesBecomeOneObject() throws {
        let emulator = try Harness()
        var whole: [UInt8] = []
        var etags: Set<String> = []
        for (index, count) in [10, 300_000, 1, 70_000].enumerated() {
            let piece = Pattern.bytes(count: count, seed: UInt64(index + 1))
            let reply = emulator.send(
                "POST", "/bucket/log?append&position=\(whole.count)",
                [("x-oss-meta-a", "\(index)"), ("Content-Type", "text/\(index)")], body: piece)
            whole += piece
            #expect(reply.status == 200)
            #expect(reply.field("x-oss-next-append-position") == "\(whole.count)")
            #expect(reply.field("x-oss-hash-crc64ecma") == "\(CRC64.hash(whole.span))")
            etags.insert(try #require(reply.field("etag")))
        }
        #expect(etags.count == 4)
        let get = emulator.send("GET", "/bucket/log")
        #expect(get.body == whole)
        #expect(get.field("x-oss-object-type") == "Appendable")
        #expect(get.field("content-type") == "text/0")
        #expect(get.field("x-oss-meta-a") == "0")
        #expect(get.field("content-md5") == nil)
        let range = emulator.send("GET", "/bucket/log", [("Range", "bytes=5-300005")])
        #expect(range.body == Array(whole[5...300_005]))
    }

    @Test func thePositionIsTheLength() throws {
        let emulator = try Harness()
        let early = emulator.send("POST", "/bucket/log?append&position=5", body: [1])
        #expect(early.status == 409)
        #expect(early.code == "PositionNotEqualToLength")
        #expect(early.field("x-oss-next-append-position") == "0")
        #expect(emulator.send("HEAD", "/bucket/log").status == 404)
        emulator.send("POST", "/bucket/log?append&position=0", body: [1, 2, 3])
        for position in [0, 2, 4] {
            let reply = emulator.send("POST", "/bucket/log?append&position=\(position)", body: [1])
            #expect(reply.status == 409)
            #expect(reply.field("x-oss-next-append-position") == "3")
        }
        for query in ["append", "append&position=x", "append&position=-1"] {
            #expect(emulator.send("POST", "/bucket/log?" + query, body: [1]).status == 400)
        }
        #expect(emulator.send("GET", "/bucket/log").body == [1, 2, 3])
    }

    @Test func anEmptyAppendChangesNothing() throws {
        let emulator = try Harness()
        #expect(emulator.send("POST", "/bucket/log?append&position=0", body: []).status == 200)
        #expect(emulator.send("GET", "/bucket/log").body.isEmpty)
        let first = emulator.send("POST", "/bucket/log?append&position=0", body: [1, 2])
        emulator.clock.advance(100)
        let empty = emulator.send("POST", "/bucket/log?append&position=2", body: [])
        #expect(empty.status == 200)
        #expect(empty.field("etag") == first.field("etag"))
        #expect(empty.field("x-oss-next-append-position") == "2")
        #expect(
            emulator.send("HEAD", "/bucket/log").field("last-modified") == "Tue, 14 Nov 2023 22:13:20 GMT")
    }

    @Test func otherObjectsCannotBeAppendedTo() throws {
        let emulator = try Harness()
        emulator.put("key", "text")
        let reply = emulator.send("POST", "/bucket/key?append&position=4", body: [1])
        #expect(reply.status == 409)
        #expect(reply.code == "ObjectNotAppendable")
        #expect(emulator.send("GET", "/bucket/key").text == "text")
    }

    @Test func onlySoManyBytesInAll() throws {
        let emulator = try Harness { $0.limits.uploadBytes = 100 }
        #expect(
            emulator.send("POST", "/bucket/log?append&position=0", body: Pattern.bytes(count: 60)).status
                == 200)
        let reply = emulator.send("POST", "/bucket/log?append&position=60", body: Pattern.bytes(count: 41))
        #expect(reply.code == "InlineDataTooLarge")
        #expect(emulator.send("GET", "/bucket/log").body == Pattern.bytes(count: 60))
    }

    @Test func digestsAreThoseOfThePiece() throws {
        let emulator = try Harness()
        emulator.send("POST", "/bucket/log?append&position=0", body: Array("abc".utf8))
        let body = Array("0123456789".utf8)
        let wrong = emulator.send(
            "POST", "/bucket/log?append&position=3", [("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], body: body
        )
        #expect(wrong.code == "InvalidDigest")
        #expect(emulator.send("GET", "/bucket/log").text == "abc")
        let right = emulator.send(
            "POST", "/bucket/log?append&position=3", [("Content-MD5", "eB5eJF1ptWaXm4bijSPyxw==")], body: body
        )
        #expect(right.status == 200)
        #expect(emulator.send("GET", "/bucket/log").text == "abc0123456789")
    }

    /// Were each of them to cost a copy of those before it, in memory or in the metadata, this would not end.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true]) func manyAppendsStayCheap(_ isDurable: Bool)
        throws
    {
        let scratch = try Scratch()
        let count = isDurable ? 300 : 5_000
        do {
            let emulator = try Harness { if isDurable { $0.dataDirectory = scratch.path } }
            for position in 0..<count {
                let head = emulator.head(
                    "POST", "/bucket/log?append&position=\(position)", framing: .length(1))
                #expect(emulator.send(head, body: [UInt8(position & 0xFF)]).status == 200)
            }
            #expect(emulator.send("GET", "/bucket/log").body == (0..<count).map { UInt8($0 & 0xFF) })
        }
        guard isDurable else { return }
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        #expect(emulator.send("GET", "/bucket/log").body == (0..<count).map { UInt8($0 & 0xFF) })
        #expect(emulator.send("POST", "/bucket/log?append&position=\(count)", body: [1]).status == 200)
        emulator.put("log", "whole")
        #expect(try scratch.files().filter { $0.contains("objects/") }.count == 1)
    }
}

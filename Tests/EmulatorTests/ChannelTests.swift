import Emulator
import Testing

@Suite struct ChannelTests {
    @discardableResult
    private func put(_ emulator: Harness, _ name: String, _ target: String = "<Type>HLS</Type>") -> Reply {
        emulator.send(
            "PUT", "/bucket/\(name)?live",
            body: Array(
                "<LiveChannelConfiguration><Description>d</Description><Target>\(target)</Target></LiveChannelConfiguration>"
                    .utf8))
    }

    @Test func putLiveChannel() throws {
        let emulator = try Harness()
        let reply = put(emulator, "one")
        #expect(reply.status == 200)
        #expect(reply.xml.text("PublishUrls", "Url") == "rtmp://localhost:9000/live/one")
        #expect(reply.xml.text("PlayUrls", "Url") == "http://localhost:9000/one/playlist.m3u8")
        #expect(put(emulator, "one", "<Type>DASH</Type>").code == "MalformedXML")
        #expect(put(emulator, "one", "<Type>HLS</Type><FragCount>3</FragCount>").code == "MalformedXML")
        #expect(
            put(emulator, "one", "<Type>HLS</Type><PlaylistName>a.m3u9</PlaylistName>").code
                == "InvalidRequest")
        #expect(put(emulator, "a/b").code == "InvalidChannelName")
        #expect(put(emulator, String(repeating: "c", count: 64)).code == "InvalidChannelName")
    }

    @Test func putLiveChannelStatus() throws {
        let emulator = try Harness()
        put(emulator, "one")
        #expect(emulator.send("PUT", "/bucket/one?live&status=disabled").status == 200)
        #expect(emulator.send("GET", "/bucket/one?live").xml.text("Status") == "disabled")
        #expect(emulator.send("PUT", "/bucket/one?live&status=off").code == "InvalidArgument")
        let absent = emulator.send("PUT", "/bucket/two?live&status=enabled")
        #expect(absent.status == 404)
        #expect(absent.code == "NoSuchLiveChannel")
    }

    @Test func getLiveChannelInfo() throws {
        let emulator = try Harness()
        put(emulator, "one")
        let info = emulator.send("GET", "/bucket/one?live").xml
        #expect(info.isNamed("LiveChannelConfiguration"))
        #expect(info.text("Description") == "d")
        #expect(info.text("Status") == "enabled")
        #expect(info.text("Target", "FragDuration") == "5")
        #expect(info.text("Target", "FragCount") == "3")
        #expect(emulator.send("GET", "/bucket/two?live").code == "NoSuchLiveChannel")
    }

    @Test func getLiveChannelStatAndHistory() throws {
        let emulator = try Harness()
        put(emulator, "one")
        #expect(emulator.send("GET", "/bucket/one?live&comp=stat").xml.text("Status") == "Idle")
        #expect(emulator.send("GET", "/bucket/one?live&comp=history").xml.isNamed("LiveChannelHistory"))
        emulator.send("PUT", "/bucket/one?live&status=disabled")
        #expect(emulator.send("GET", "/bucket/one?live&comp=stat").xml.text("Status") == "Disabled")
        #expect(emulator.send("GET", "/bucket/two?live&comp=stat").code == "NoSuchLiveChannel")
        #expect(emulator.send("GET", "/bucket/two?live&comp=history").code == "NoSuchLiveChannel")
    }

    @Test func listLiveChannel() throws {
        let emulator = try Harness()
        for name in ["a1", "a2", "b1"] { put(emulator, name) }
        let first = emulator.send("GET", "/bucket?live&prefix=a&max-keys=1").xml
        #expect(first.texts("LiveChannel", "Name") == ["a1"])
        #expect(first.text("IsTruncated") == "true")
        #expect(first.text("NextMarker") == "a1")
        let second = emulator.send("GET", "/bucket?live&prefix=a&marker=a1").xml
        #expect(second.texts("LiveChannel", "Name") == ["a2"])
        #expect(second.text("IsTruncated") == "false")
        #expect(emulator.send("GET", "/bucket?stat").xml.text("LiveChannelCount") == "3")
    }

    @Test func deleteLiveChannel() throws {
        let emulator = try Harness()
        put(emulator, "one")
        #expect(emulator.send("DELETE", "/bucket/one?live").status == 204)
        #expect(emulator.send("GET", "/bucket/one?live").code == "NoSuchLiveChannel")
        #expect(emulator.send("DELETE", "/bucket?live").code == "InvalidChannelName")
    }

    @Test func getVodPlaylist() throws {
        let emulator = try Harness()
        put(emulator, "one")
        let span = "startTime=1700000000&endTime=1700000100"
        #expect(emulator.send("GET", "/bucket/one?vod&\(span)").code == "InvalidRequest")
        emulator.put("one/1.ts", "x")
        emulator.clock.advance(50)
        emulator.put("one/2.ts", "x")
        emulator.clock.advance(51)
        emulator.put("one/3.ts", "x")
        let reply = emulator.send("GET", "/bucket/one?vod&\(span)")
        #expect(reply.status == 200)
        #expect(reply.field("content-type") == "application/x-mpegURL")
        #expect(reply.text.hasPrefix("#EXTM3U\n"))
        #expect(reply.text.contains("\none/1.ts\n"))
        #expect(reply.text.contains("\none/2.ts\n"))
        #expect(!reply.text.contains("3.ts"))
        #expect(emulator.send("GET", "/bucket/two?vod&\(span)").code == "NoSuchLiveChannel")
        for bad in ["startTime=10&endTime=10", "startTime=0&endTime=86401", "startTime=1", ""] {
            #expect(emulator.send("GET", "/bucket/one?vod&\(bad)").code == "InvalidArgument", "\(bad)")
        }
    }

    @Test func postVodPlaylist() throws {
        let emulator = try Harness()
        put(emulator, "one")
        emulator.put("one/1.ts", "x")
        let span = "startTime=1700000000&endTime=1700000100"
        #expect(emulator.send("POST", "/bucket/one/list.m3u8?vod&\(span)").status == 200)
        let stored = emulator.send("GET", "/bucket/one/list.m3u8")
        #expect(stored.text.contains("\n1.ts\n"))
        #expect(emulator.send("POST", "/bucket/one/list.txt?vod&\(span)").code == "InvalidRequest")
        #expect(
            emulator.send("POST", "/bucket/one/list.m3u8?vod&startTime=1&endTime=2").code == "InvalidRequest")
    }
}

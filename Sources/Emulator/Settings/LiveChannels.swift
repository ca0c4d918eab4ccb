import Bytes
import HTTPModel
import OSSModel
import XML

/// Live channels. Nothing can be pushed to them, so they are idle or disabled; playlists are made of the segments
/// that were uploaded under a channel's name.
extension Operations {
    static let channels = "live"
    /// What a playlist may span.
    private static let playlistSecondsMax: UInt64 = 86_400

    func channelListPlan(_ request: EmulatorRequest) -> Plan? {
        request.head.method == .get ? plain(listChannels) : nil
    }

    /// Operations on one channel, or its playlist; nil when the request asks for none.
    func channelPlan(_ request: EmulatorRequest) throws(OSSError) -> Plan? {
        guard request.has("live") || request.has("vod") else { return nil }
        if request.key.isEmpty {
            guard request.has("vod") || request.head.method != .get else { return nil }
            throw CatalogueRow.channelNameEmpty.error
        }
        let isVideo = request.has("vod")
        if request.head.method != .post || !isVideo { try Self.checkChannel(request.key) }
        switch (request.head.method, request.text("comp")) {
        case (.get, _) where isVideo: return plain(getPlaylist)
        case (.post, _) where isVideo: return plain(postPlaylist)
        case (.put, _) where request.has("status"): return plain(putChannelStatus)
        case (.put, _): return .document(putChannel)
        case (.get, "stat"): return plain(getChannelStat)
        case (.get, "history"): return plain(getChannelHistory)
        case (.get, _): return plain(getChannel)
        case (.delete, _): return plain(deleteChannel)
        default: throw unsupported(request)
        }
    }

    private static func checkChannel(_ name: [UInt8]) throws(OSSError) {
        guard name.count <= 63 else { throw CatalogueRow.channelNameLength.error }
        guard !name.contains(ASCII.slash), !name.contains(ASCII.backslash) else {
            throw CatalogueRow.channelNameSlash.error
        }
    }

    private func putChannel(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let name = String(decoding: request.key, as: UTF8.self)
        let root = try Self.root(of: body, named: "LiveChannelConfiguration", unreadable: .malformedXML)
        guard Shape.liveChannel.fits(root), let target = root.child("Target"),
            (target.child("FragDuration") == nil) == (target.child("FragCount") == nil)
        else { throw CatalogueRow.malformedXML.error }
        let playlist = target.string("PlaylistName") ?? "playlist.m3u8"
        guard playlist.hasSuffix(".m3u8"), !playlist.contains("/") else {
            throw CatalogueRow.playlistNameSuffix.error
        }
        var channel = XMLElement(
            "LiveChannelConfiguration",
            [
                XMLElement("Description", root.string("Description") ?? ""),
                XMLElement("Status", root.string("Status") ?? "enabled"),
                XMLElement(
                    "Target",
                    [
                        XMLElement("Type", "HLS"),
                        XMLElement("FragDuration", target.string("FragDuration") ?? "5"),
                        XMLElement("FragCount", target.string("FragCount") ?? "3"),
                        XMLElement("PlaylistName", playlist),
                    ]), XMLElement("LastModified", Self.extended(now)),
            ])
        if let snapshot = root.child("Snapshot") { channel.children.append(snapshot) }
        let document = channel.document
        try store.changeSettings(of: request.requiredBucket()) { _, draft in
            draft.put(Self.channels, name, document)
        }
        return Answer(xml: XMLElement("CreateLiveChannelResult", urls(request, name, playlist)).document)
    }

    /// Where one would publish to a channel and play it.
    private func urls(_ request: EmulatorRequest, _ name: String, _ playlist: String) -> [XMLElement] {
        let host = request.head.authority?.text ?? ""
        let publish = "rtmp://\(host)/live/\(name)"
        let play = "http://\(host)/\(name)/\(playlist)"
        return [
            XMLElement("PublishUrls", [XMLElement("Url", publish)]),
            XMLElement("PlayUrls", [XMLElement("Url", play)]),
        ]
    }

    private func channel(_ request: EmulatorRequest) throws(OSSError) -> XMLElement {
        let name = String(decoding: request.key, as: UTF8.self)
        guard let document = try store.settings(of: request.requiredBucket())[Self.channels, name] else {
            throw CatalogueRow.noSuchLiveChannel.error
        }
        return try Self.stored(document)
    }

    private func putChannelStatus(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = String(decoding: request.key, as: UTF8.self)
        let status = request.text("status") ?? ""
        guard ["enabled", "disabled"].contains(status) else {
            throw Fault.argument("status", Array(status.utf8))
        }
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard let document = draft.current[Self.channels, name] else {
                throw CatalogueRow.noSuchLiveChannel.error
            }
            var channel = try Self.stored(document)
            channel.set("Status", status)
            draft.put(Self.channels, name, channel.document)
        }
        return Answer()
    }

    private func getChannel(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        var channel = try channel(request)
        channel.remove("LastModified")
        return Answer(xml: channel.document)
    }

    private func getChannelStat(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let isEnabled = try channel(request).string("Status") == "enabled"
        let status = XMLElement("Status", isEnabled ? "Idle" : "Disabled")
        return Answer(xml: XMLElement("LiveChannelStat", [status]).document)
    }

    /// Nobody has ever published.
    private func getChannelHistory(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        _ = try channel(request)
        return Answer(xml: XMLElement("LiveChannelHistory").document)
    }

    private func deleteChannel(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = String(decoding: request.key, as: UTF8.self)
        try store.changeSettings(of: request.requiredBucket()) { _, draft in
            draft.put(Self.channels, name, nil)
        }
        return Answer(204)
    }

    private func listChannels(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let prefix = request.text("prefix") ?? ""
        let marker = request.text("marker") ?? ""
        let countMax = try count(request, "max-keys", fallback: 100)
        let all = try documents(Self.channels, try store.settings(of: request.requiredBucket()))
        let rest = all.filter { $0.id.hasPrefix(prefix) && $0.id > marker }
        let page = rest.prefix(countMax)
        var root = XMLElement(
            "ListLiveChannelResult",
            [
                XMLElement("Prefix", prefix), XMLElement("Marker", marker),
                XMLElement("MaxKeys", "\(countMax)"),
                XMLElement("IsTruncated", rest.count > page.count ? "true" : "false"),
            ])
        if rest.count > page.count { root.set("NextMarker", page.last?.id ?? "") }
        for (name, channel) in page {
            let playlist = channel.string("Target", "PlaylistName") ?? ""
            let parts = [
                XMLElement("Name", name), XMLElement("Description", channel.string("Description") ?? ""),
                XMLElement("Status", channel.string("Status") ?? ""),
                XMLElement("LastModified", channel.string("LastModified") ?? ""),
            ]
            root.children.append(XMLElement("LiveChannel", parts + urls(request, name, playlist)))
        }
        return Answer(xml: root.document)
    }

    // MARK: Playlists of what was recorded

    private func getPlaylist(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let text = try playlist(request, channel: request.key, relativeTo: [])
        var answer = Answer()
        answer.set("Content-Type", "application/x-mpegURL")
        answer.body = .bytes(text)
        return answer
    }

    /// Stores the playlist as an object; its key is the channel, a slash and the name of the playlist.
    private func postPlaylist(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        guard let slash = request.key.lastIndex(of: ASCII.slash) else {
            throw CatalogueRow.invalidObjectNameInvalid.error
        }
        let channel = Array(request.key[..<slash])
        let name = request.key[(slash + 1)...]
        try Self.checkChannel(channel)
        guard name.suffix(5).elementsEqual(".m3u8".utf8), (6...128).contains(name.count) else {
            throw CatalogueRow.playlistNameSuffix.error
        }
        let text = try playlist(request, channel: channel, relativeTo: channel + [ASCII.slash])
        try storeObject(request, text, type: "application/x-mpegURL")
        return Answer()
    }

    /// The segments of a channel that were stored from `startTime` to `endTime`.
    private func playlist(
        _ request: EmulatorRequest, channel: [UInt8], relativeTo base: [UInt8]
    ) throws(OSSError) -> [UInt8] {
        let bucket = try request.requiredBucket()
        guard let start = request.parameters["startTime"]?[...].decimal,
            let end = request.parameters["endTime"]?[...].decimal, end > start,
            end - start <= Self.playlistSecondsMax
        else { throw CatalogueRow.vodTimeSpan.error }
        let name = String(decoding: channel, as: UTF8.self)
        guard let document = try store.settings(of: bucket)[Self.channels, name] else {
            throw CatalogueRow.noSuchLiveChannel.error
        }
        let duration = try Self.stored(document).string("Target", "FragDuration") ?? "5"
        var segments: [[UInt8]] = []
        var query = ListQuery(prefix: channel + [ASCII.slash], countMax: 1000)
        while true {
            let page = try store.list(query, in: bucket)
            for object in page.objects where object.key.suffix(3).elementsEqual(".ts".utf8) {
                let time = UInt64(clamping: object.modified)
                if (start...end).contains(time) { segments.append(object.key) }
            }
            guard let next = page.next else { break }
            query.after = next
        }
        guard !segments.isEmpty else { throw CatalogueRow.playlistNoTs.error }
        var text = Array(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:\(duration)\n".utf8)
        for segment in segments {
            text += Array("#EXTINF:\(duration),\n".utf8)
            text += segment.dropFirst(base.count) + [ASCII.lineFeed]
        }
        text += Array("#EXT-X-ENDLIST\n".utf8)
        guard text.count <= store.settings.limits.playlistBytes else {
            throw CatalogueRow.playlistTooBig.error
        }
        return text
    }
}

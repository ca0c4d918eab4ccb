import Bytes
import HTTPModel
import OSSModel

extension HeadRule {
    /// The key names a live channel, or a channel and a playlist.
    static let channelOperations: OperationSet = [
        .putLiveChannel, .putLiveChannelStatus, .getLiveChannelInfo, .getLiveChannelStat,
        .getLiveChannelHistory, .deleteLiveChannel, .getVodPlaylist, .postVodPlaylist,
    ]

    /// Live and vod operations need a channel; only `GET ?live`, which lists the channels, has none.
    static let channelNamePresent = HeadRule(
        "channel-name-empty", needs: .query, applies: { $0.level == .bucket },
        check: { view throws(Refusal) in
            let method = view.head.method
            let isLive =
                (method == .put || method == .post || method == .delete) && view.query.contains("live")
            let isVod = (method == .get || method == .post) && view.query.contains("vod")
            guard isLive || isVod else { return }
            throw Refusal(.channelNameEmpty, expected: "a channel name", actual: "")
        })

    /// A channel name is UTF-8, has neither slash nor backslash, and at most 63 bytes ("PutLiveChannel" page; its
    /// message says less than 64, its list up to 64).
    static let channelName = HeadRule(
        "invalid-channel-name", on: channelOperations, applies: { $0.level == .object },
        check: { view throws(Refusal) in
            let channel = channelAndPlaylist(view).channel
            guard channel.isUTF8 else {
                throw Refusal(.channelNameEncoding, expected: "UTF-8", actual: view.resource.rawKey.text)
            }
            guard !channel.isEmpty else {
                throw Refusal(.channelNameEmpty, expected: "a channel name", actual: "")
            }
            guard !channel.contains(where: { $0 == ASCII.slash || $0 == ASCII.backslash }) else {
                throw Refusal(.channelNameSlash, expected: "no slash or backslash", actual: channel.text)
            }
            guard channel.count <= OSSLimits.channelNameBytesMax else {
                throw Refusal(
                    .channelNameLength, expected: "at most \(OSSLimits.channelNameBytesMax) bytes",
                    actual: "\(channel.count) bytes")
            }
        })

    /// The playlist of PostVodPlaylist ends with `.m3u8`.
    static let playlistName = HeadRule(
        "playlist-name-suffix", on: [.postVodPlaylist],
        check: { view throws(Refusal) in
            guard let playlist = channelAndPlaylist(view).playlist,
                !playlist.suffix(5).matches(".m3u8")
            else { return }
            throw Refusal(.playlistNameSuffix, expected: "a name that ends with .m3u8", actual: playlist.text)
        })

    /// `Channel/Playlist` of PostVodPlaylist; every other operation has a channel only.
    private static func channelAndPlaylist(_ view: HeadView) -> (channel: ByteSlice, playlist: ByteSlice?) {
        let key = view.resource.key
        guard view.operation == .postVodPlaylist, let slash = key.lastIndex(of: ASCII.slash) else {
            return (key, nil)
        }
        return (key[..<slash], key[(slash + 1)...])
    }
}

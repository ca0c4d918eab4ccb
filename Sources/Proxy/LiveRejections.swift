import Bytes
import HTTPModel
import HTTPServer
import Reactor
import Telemetry

/// Refusals as they come, for those who ask for server-sent events (HTML standard, section 9.2). It lives on the shard
/// of the admin listener and looks for new ones only while somebody listens; who reads too slowly is told how many were
/// missed.
final class LiveRejections {
    private static let streamsMax = 32
    private static let lookNanoseconds: UInt64 = 200_000_000
    /// A comment is sent so often when there is nothing else, so that a reader who is gone is noticed.
    private static let silentLooksMax = 50

    private struct Stream {
        let responder: any Responder
        let wanted: RecentRejections.Wanted
        var seen: UInt64
        var silentLooks = 0
    }

    private let recent: RecentRejections
    private var streams: [ObjectIdentifier: Stream] = [:]
    private var look: Deadline?

    init(core: ShardCore, recent: RecentRejections) {
        self.recent = recent
        look = Deadline(core) { [unowned self] in tell() }
    }

    deinit { look?.retire() }

    /// Begins a stream; false when there are too many.
    func begin(_ responder: any Responder, _ wanted: RecentRejections.Wanted) -> Bool {
        guard streams.count < Self.streamsMax else { return false }
        var fields = Fields()
        fields.append("Content-Type", "text/event-stream" as Literal)
        fields.append("Cache-Control", "no-store" as Literal)
        fields.append("Server", "ossgate" as Literal)
        responder.send(ResponseHead(status: 200, fields: fields, framing: .chunked))
        // Something at once: some readers take a stream for begun with its first byte.
        responder.send(body: Array(":\n\n".utf8).span)
        streams[ObjectIdentifier(responder)] = Stream(
            responder: responder, wanted: wanted, seen: recent.total)
        look?.set(after: Self.lookNanoseconds)
        return true
    }

    /// The reader is gone.
    func end(_ responder: any Responder) { streams[ObjectIdentifier(responder)] = nil }

    private func tell() {
        for id in streams.keys { tell(id) }
        if !streams.isEmpty { look?.set(after: Self.lookNanoseconds) }
    }

    private func tell(_ id: ObjectIdentifier) {
        guard var stream = streams[id], !stream.responder.isCongested else { return }
        let found = recent.lines(after: stream.seen, stream.wanted)
        var text: [UInt8] = []
        if found.missed > 0 {
            text.append("event: missed\ndata: ")
            Decimal.append(found.missed, to: &text)
            text.append("\n\n")
        }
        for line in found.lines {
            text.append("data: ")
            // A line ends with its only line feed.
            text += line
            text.append("\n")
        }
        stream.seen = found.total
        stream.silentLooks = text.isEmpty ? stream.silentLooks + 1 : 0
        if stream.silentLooks >= Self.silentLooksMax {
            stream.silentLooks = 0
            text.append(":\n\n")
        }
        streams[id] = stream
        if !text.isEmpty { stream.responder.send(body: text.span) }
    }
}

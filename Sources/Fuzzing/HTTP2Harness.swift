import Bytes
import HTTP1
import HTTP2
import HTTPModel

extension Harness {
    /// Frames of a client after its preface, read whole and read cut in two, must be the same. Every request is answered,
    /// every body consumed, and all that there is to send is taken.
    package static func http2(_ input: [UInt8]) {
        let cut = place(of: input)
        let whole = FrameTranscript([input])
        let halves = FrameTranscript([Array(input[..<cut]), Array(input[cut...])])
        // A client without open requests that has said GOAWAY is done, as is one that cannot be understood: between two pieces
        // its connection closes.
        guard !halves.isOverBetween else { return }
        precondition(whole == halves, "frames mean something else when they come in two pieces")
    }
}

/// What a session made of its input. Nothing is said to the client before all has been read: an answer, which could end
/// a stream, would come earlier for a piece than for the whole.
private struct FrameTranscript: Equatable {
    private var heads: [[UInt8]] = []
    private var faults: [DecodeError] = []
    private var bodies: [Int32: [UInt8]] = [:]
    private var ended: [Int32] = []
    private var closed: [Int32] = []
    private var abuses: [HTTP2Abuse] = []
    private var hasFailed = false
    /// Nothing was wanted of the client any more before its last piece.
    private(set) var isOverBetween = false

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    init(_ pieces: [[UInt8]]) {
        let session = HTTP2Session(limits: HTTP2Limits())
        var output: [UInt8] = []
        _ = session.receive(Self.preface.span)
        session.send(to: &output, bytesMax: .max)
        for (index, piece) in pieces.enumerated() where abuses.isEmpty {
            isOverBetween = index > 0 && session.hasFailed
            for event in session.receive(piece.span) { take(event, of: piece, session) }
        }
        hasFailed = session.hasFailed
        for stream in ended {
            session.respond(
                stream: stream, status: 200, fields: [(Array("x-a".utf8), Array("b".utf8))], hasBody: true)
            session.send(stream: stream, body: Array("answer".utf8).span)
            session.finish(stream: stream, trailers: [(Array("x-t".utf8), Array("c".utf8))])
        }
        output = []
        session.send(to: &output, bytesMax: 1 << 20)
        precondition(output.count < 2 << 20, "more is sent than was asked for")
    }

    private mutating func take(_ event: HTTP2Event, of piece: [UInt8], _ session: HTTP2Session) {
        switch event {
        case .head(_, let fields, let isTooLarge, let endsStream):
            heads.append(
                fields.entries.flatMap { Array(fields.bytes[$0.name]) + Array(fields.bytes[$0.value]) })
            guard !isTooLarge else { return }
            do throws(DecodeError) {
                let head = try HTTP2Head.request(fields, endsStream: endsStream, limits: HTTP1Limits())
                var forwarded: [UInt8] = []
                RequestEncoder.append(head: head, framing: head.framing, to: &forwarded)
            } catch { faults.append(error) }
        case .data(let stream, let range):
            bodies[stream, default: []] += piece[range]
            session.consume(stream: stream, count: range.count)
        case .end(let stream, let trailers):
            ended.append(stream)
            do throws(DecodeError) {
                _ = try HTTP2Head.trailers(trailers, limits: HTTP1Limits())
            } catch { faults.append(error) }
        case .misplacedFields(let stream): ended.append(-stream)
        case .closed(let stream, _): closed.append(stream)
        case .pingAnswered: break
        case .abuse(let abuse): abuses.append(abuse)
        }
    }
}

import Bytes
import HTTP1
import HTTPModel
import TestSupport

/// Ways to cut an input into pieces.
enum Pieces {
    static func whole(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
    static func single(_ bytes: [UInt8]) -> [[UInt8]] { bytes.map { [$0] } }

    static func random(_ bytes: [UInt8], seed: UInt64) -> [[UInt8]] {
        var generator = SeededGenerator(seed: seed)
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        let longest = Int.random(in: 1...max(2, bytes.count), using: &generator)
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...longest, using: &generator))
            pieces.append([UInt8](rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}

/// What a decoder said about an input, one line an event; neighbouring body runs are joined, so that the same
/// input gives the same lines however it is cut.
struct Transcript: Equatable, CustomStringConvertible {
    private(set) var lines: [String] = []
    private(set) var error: DecodeError?
    private(set) var requests: [RequestHead] = []
    private(set) var responses: [ResponseHead] = []
    private(set) var bodies: [[UInt8]] = []
    private(set) var isBetweenMessages = false

    static func == (left: Transcript, right: Transcript) -> Bool {
        left.lines == right.lines && left.bodies == right.bodies && left.error == right.error
            && left.isBetweenMessages == right.isBetweenMessages
    }

    var description: String {
        lines.joined(separator: "\n") + (error.map { "\nerror \($0.status) \($0.reason)" } ?? "")
    }

    /// Decodes requests. Checks on the way that `position` only moves forward and that all input is taken.
    static func requests(_ pieces: [[UInt8]], limits: HTTP1Limits = HTTP1Limits()) -> Transcript {
        var transcript = Transcript()
        var decoder = RequestDecoder(limits: limits)
        do throws(DecodeError) {
            for piece in pieces {
                var position = 0
                reading: while true {
                    switch try decoder.next(piece.span, &position) {
                    case .needsInput:
                        precondition(position == piece.count, "input left behind")
                        break reading
                    case .head(let head): transcript.add(head)
                    case .body(let run): transcript.add(body: piece[run])
                    case .end(let trailers): transcript.add("end" + describe(trailers))
                    }
                }
            }
        } catch {
            transcript.error = error
        }
        transcript.isBetweenMessages = decoder.isBetweenMessages
        return transcript
    }

    /// Decodes the responses to requests with these methods, then the end of input.
    static func responses(
        _ pieces: [[UInt8]], to methods: [Method] = [.get], closing: Bool = true,
        limits: HTTP1Limits = HTTP1Limits()
    ) -> Transcript {
        var transcript = Transcript()
        var decoder = ResponseDecoder(limits: limits)
        var waiting = methods[...]
        if let method = waiting.popFirst() { decoder.begin(requestMethod: method) }
        do throws(DecodeError) {
            for piece in pieces {
                var position = 0
                reading: while true {
                    switch try decoder.next(piece.span, &position) {
                    case .needsInput:
                        precondition(position == piece.count, "input left behind")
                        break reading
                    case .interim(let head): transcript.add(head, "interim")
                    case .head(let head): transcript.add(head, "head")
                    case .body(let run): transcript.add(body: piece[run])
                    case .end(let trailers):
                        transcript.add("end" + describe(trailers))
                        if let method = waiting.popFirst() { decoder.begin(requestMethod: method) }
                    }
                }
            }
            if closing, case .end(let trailers) = try decoder.endOfInput() {
                transcript.add("end" + describe(trailers))
            }
        } catch {
            transcript.error = error
        }
        transcript.isBetweenMessages = decoder.isBetweenMessages
        return transcript
    }

    private mutating func add(_ line: String) { lines.append(line) }

    private mutating func add(_ head: RequestHead) {
        requests.append(head)
        bodies.append([])
        add(
            "head \(head.method.text) \(head.target.text) \(head.originTarget.text) "
                + "\(head.targetAuthority?.text ?? "-") \(head.version) \(head.framing) "
                + "persistent=\(head.isPersistent) expects=\(head.expectsContinue)" + describe(head.fields))
    }

    private mutating func add(_ head: ResponseHead, _ kind: String) {
        responses.append(head)
        bodies.append([])
        add(
            "\(kind) \(head.status) \(head.reason.text) \(head.version) \(head.framing) "
                + "persistent=\(head.isPersistent)" + describe(head.fields))
    }

    private mutating func add(body: ArraySlice<UInt8>) {
        precondition(!body.isEmpty, "an empty body run")
        bodies[bodies.count - 1] += body
    }
}

func describe(_ fields: Fields) -> String {
    fields.entries.indices.map { " [\(fields.name(at: $0).text)|\(fields.value(at: $0).text)]" }.joined()
}

/// All cuts of one input must say the same; returns what they say.
func everyCut(
    _ bytes: [UInt8], seeds: Range<UInt64> = 0..<12, _ decode: ([[UInt8]]) -> Transcript
) -> (transcript: Transcript, differing: [Transcript]) {
    let whole = decode(Pieces.whole(bytes))
    var others = [decode(Pieces.single(bytes))]
    others += seeds.map { decode(Pieces.random(bytes, seed: $0)) }
    return (whole, others.filter { $0 != whole })
}

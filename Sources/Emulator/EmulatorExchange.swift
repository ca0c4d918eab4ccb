import Bytes
import Digest
import HTTPModel
import HTTPServer
import OSSModel

/// One request at the emulator: judged at its head, its body stored or gathered, carried out at its end. A body
/// that does not come whole leaves nothing behind.
final class EmulatorExchange: ExchangeHandler {
    /// The most a body may have that is read whole.
    private static let documentBytesMax = 2 << 20

    let application: EmulatorApplication
    let head: RequestHead
    let id: RequestID
    private let responder: any Responder
    private var work = Work.none
    private var hasAnswered = false
    private var sender: ObjectSender?

    private enum Work {
        case none
        /// The body is data.
        case data(DataBody, EmulatorRequest, (EmulatorRequest, StoredData) throws(OSSError) -> Answer)
        /// The body is a document, or there is none.
        case document([UInt8], EmulatorRequest, (EmulatorRequest, [UInt8]) throws(OSSError) -> Answer)
    }

    init(_ application: EmulatorApplication, _ head: RequestHead, _ responder: any Responder, id: RequestID) {
        self.application = application
        self.head = head
        self.responder = responder
        self.id = id
    }

    func start() {
        do throws(OSSError) {
            let request = try EmulatorRequest(head, id: id, settings: application.settings)
            try application.authorize(request)
            let operation = try Operations(application.store).route(request)
            switch operation {
            case .data(let check, let commit):
                try check(request)
                try checkLength()
                work = .data(try DataBody(application.store, head), request, commit)
            case .document(let carryOut): work = .document([], request, carryOut)
            }
            responder.sendContinue()
        } catch {
            fail(error)
        }
    }

    private func checkLength() throws(OSSError) {
        switch head.framing {
        case .none: throw CatalogueRow.missingContentLength.error
        case .length(let count) where count > application.settings.uploadBytesMax:
            throw CatalogueRow.inlineDataTooLarge.error
        case .length, .chunked, .untilClose: break
        }
    }

    // MARK: Body

    func receive(_ body: Span<UInt8>, remaining: UInt64?) {
        guard !hasAnswered else { return }
        do throws(OSSError) {
            switch work {
            case .none: break
            case .data(let data, _, _):
                try data.append(body)
                guard data.size <= application.settings.uploadBytesMax else {
                    throw CatalogueRow.inlineDataTooLarge.error
                }
            case .document(var bytes, let request, let carryOut):
                guard bytes.count + body.count <= Self.documentBytesMax else {
                    throw CatalogueRow.malformedXML.error
                }
                work = .none
                bytes.append(body)
                work = .document(bytes, request, carryOut)
            }
        } catch {
            fail(error)
        }
    }

    func receiveEnd(trailers: Fields) {
        guard !hasAnswered else { return }
        do throws(OSSError) {
            switch work {
            case .none: break
            case .data(let data, let request, let commit): answer(try commit(request, data.finish()))
            case .document(let bytes, let request, let carryOut):
                try DataBody.checkMD5(head, MD5.hash(bytes.span))
                answer(try carryOut(request, bytes))
            }
        } catch {
            fail(error)
        }
    }

    func receiveFailure(_ failure: BodyFailure) {
        guard !hasAnswered else { return }
        switch failure {
        case .truncated: fail(CatalogueRow.incompleteBody.error)
        case .stalled: fail(CatalogueRow.requestTimeout.error)
        case .malformed: fail(CatalogueRow.gatewayMalformedRequest.error)
        }
    }

    func departed() {
        work = .none
        sender = nil
        hasAnswered = true
    }

    func downstreamDrained() { pump() }

    // MARK: Answers

    private func answer(_ answer: Answer) {
        hasAnswered = true
        work = .none
        var head = ResponseHead(status: answer.status, fields: answer.fields)
        head.fields.append("x-oss-request-id", id.bytes)
        head.fields.append("x-oss-server-time", "1")
        switch answer.body {
        case .none:
            head.framing = answer.status == 204 || answer.status == 304 ? .none : .length(0)
            responder.send(head)
            responder.finish()
        case .bytes(let bytes):
            head.framing = .length(UInt64(bytes.count))
            responder.send(head)
            responder.send(body: bytes.span)
            responder.finish()
        case .object(let object, let range):
            head.framing = .length(UInt64(range.count))
            responder.send(head)
            guard self.head.method != .head else { return responder.finish() }
            sender = ObjectSender(application.store.bodies, object, range)
            pump()
        }
    }

    private func pump() {
        guard let sender else { return }
        do throws(StorageFailure) {
            while !responder.isCongested {
                guard let bytes = try sender.next() else {
                    self.sender = nil
                    return responder.finish()
                }
                responder.send(body: bytes.span)
            }
        } catch {
            self.sender = nil
            responder.abort()
        }
    }

    private func fail(_ error: OSSError) {
        hasAnswered = true
        work = .none
        var error = error
        var (head, body) = ErrorDocument.response(
            error, requestID: id, hostID: self.head.authority ?? [], bodiless: self.head.method == .head)
        if let next = error.elements.first(where: { $0.name == Fault.nextPosition }) {
            head.fields.append("x-oss-next-append-position", next.value)
        }
        if error.status == 304 {
            body = []
            error.elements = []
            head.framing = .none
        }
        responder.send(head)
        responder.send(body: body.span)
        responder.finish()
    }
}

/// A body that has been stored and is not yet part of anything.
struct StoredData {
    let piece: BodyPiece
    let md5: [UInt8]
    let crc64: UInt64
}

/// A body on its way into the store, with its digests.
final class DataBody {
    private let writer: BodyWriter
    private var md5: MD5? = MD5()
    private var crc = CRC64()
    private(set) var size: UInt64 = 0
    private let head: RequestHead

    init(_ store: EmulatorStore, _ head: RequestHead) throws(OSSError) {
        self.head = head
        do throws(StorageFailure) { writer = try store.bodies.begin() } catch { throw Fault.storage(error) }
    }

    func append(_ bytes: Span<UInt8>) throws(OSSError) {
        size += UInt64(bytes.count)
        md5?.update(bytes)
        crc.update(bytes)
        do throws(StorageFailure) { try writer.append(bytes) } catch { throw Fault.storage(error) }
    }

    /// Makes the bytes lasting, unless they are not what Content-MD5 says.
    func finish() throws(OSSError) -> StoredData {
        guard let digest = md5.take()?.finish() else { preconditionFailure("a body ends once") }
        do throws(OSSError) {
            try Self.checkMD5(head, digest)
        } catch {
            writer.discard()
            throw error
        }
        do throws(StorageFailure) {
            return StoredData(piece: try writer.finish(), md5: digest, crc64: crc.value)
        } catch {
            throw Fault.storage(error)
        }
    }

    static func checkMD5(_ head: RequestHead, _ digest: [UInt8]) throws(OSSError) {
        guard let claimed = head.fields.first("content-md5") else { return }
        let computed = Base64.encode(digest)
        guard claimed.elementsEqual(computed) else {
            throw CatalogueRow.contentMD5Invalid.with("ClientComputedContentMD5", claimed.text)
                .with("ServerComputedContentMD5", String(decoding: computed, as: UTF8.self))
        }
    }
}

/// Reads a run of an object's bytes in pieces of 256 KiB.
final class ObjectSender {
    private static let pieceBytesMax: UInt64 = 256 * 1024
    private let bodies: BodyStore
    private var pieces: [BodyPiece]
    private var reader: BodyReader?
    /// Within the first of `pieces`.
    private var offset: UInt64
    private var left: UInt64

    init(_ bodies: BodyStore, _ object: ObjectRecord, _ range: Range<UInt64>) {
        self.bodies = bodies
        pieces = object.pieces
        offset = range.lowerBound
        left = UInt64(range.count)
    }

    /// nil at the end.
    func next() throws(StorageFailure) -> [UInt8]? {
        guard left > 0 else { return nil }
        while let piece = pieces.first, offset >= piece.size {
            offset -= piece.size
            pieces.removeFirst()
            reader = nil
        }
        guard let piece = pieces.first else { throw StorageFailure("an object ends before its size") }
        let open = if let reader { reader } else { try bodies.open(piece) }
        reader = open
        let count = min(left, piece.size - offset, Self.pieceBytesMax)
        let bytes = try open.read(at: offset, count: Int(count))
        guard !bytes.isEmpty else { throw StorageFailure("a body ends before its size") }
        offset += UInt64(bytes.count)
        left -= UInt64(bytes.count)
        return bytes
    }
}

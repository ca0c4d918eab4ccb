import Digest
import OSSModel

/// A body that has been stored and is not yet part of anything.
struct StoredData {
    let piece: BodyPiece
    let md5: [UInt8]
    let crc64: UInt64
}

/// A body on its way into the store, with its digests. Its MD5 is computed beside those of the other bodies of the
/// shard, so it is known a little after the last byte.
final class DataBody: MD5Listener {
    private let writer: BodyWriter
    private let lane: MD5Lane
    private var md5: [UInt8]?
    private var crc = CRC64()
    private(set) var size: UInt64 = 0
    private let claims: DigestClaims
    private var whenDigested: ((DataBody) -> Void)?

    init(
        _ store: EmulatorStore, _ lanes: MD5Lanes, _ claims: DigestClaims = DigestClaims()
    ) throws(OSSError) {
        self.claims = claims
        do throws(StorageFailure) { writer = try store.bodies.begin() } catch { throw Fault.storage(error) }
        lane = lanes.open()
    }

    deinit { lane.cancel() }

    func append(_ bytes: Span<UInt8>) throws(OSSError) {
        size += UInt64(bytes.count)
        lane.update(bytes, crc: &crc)
        do throws(StorageFailure) { try writer.append(bytes) } catch { throw Fault.storage(error) }
    }

    /// All of it has come. `done` is called once the digests are known, by the scheduler of the lanes; then, and no
    /// sooner, the body may be `stored`.
    func finish(_ done: @escaping (DataBody) -> Void) {
        whenDigested = done
        lane.finish(self)
    }

    func md5Ready(_ digest: [UInt8]) {
        md5 = digest
        whenDigested.take()?(self)
    }

    /// Makes the bytes lasting, unless they are not what the client claims. Without this they go with the body.
    func stored() throws(OSSError) -> StoredData {
        guard let md5 else { preconditionFailure("a body is stored before its digests are known") }
        do throws(OSSError) {
            try claims.verify(md5: md5, crc64: crc.value)
        } catch {
            writer.discard()
            throw error
        }
        do throws(StorageFailure) {
            return StoredData(piece: try writer.finish(), md5: md5, crc64: crc.value)
        } catch {
            throw Fault.storage(error)
        }
    }
}

extension EmulatorStore {
    /// Stores bytes that the emulator made itself.
    func keep(_ bytes: [UInt8]) throws(OSSError) -> StoredData {
        do throws(StorageFailure) {
            let writer = try bodies.begin()
            try writer.append(bytes.span)
            return StoredData(
                piece: try writer.finish(), md5: MD5.hash(bytes.span), crc64: CRC64.hash(bytes.span))
        } catch {
            throw Fault.storage(error)
        }
    }

    /// What `body` returns; when it fails, nothing refers to the stored data, and it goes.
    func keeping<R>(
        _ data: StoredData, _ body: () throws(OSSError) -> R
    ) throws(OSSError) -> R {
        do throws(OSSError) {
            return try body()
        } catch {
            bodies.remove([data.piece])
            throw error
        }
    }
}

/// Reads a run of an object's bytes in pieces of 256 KiB.
final class ObjectSender {
    private static let pieceBytesMax: UInt64 = 256 * 1024
    private let bodies: BodyStore
    /// All of them stay while this lives, whatever becomes of the object meanwhile.
    private let pieces: [BodyPiece]
    /// The piece that is read.
    private var index = 0
    private var reader: BodyReader?
    /// Within that piece.
    private var offset: UInt64
    private var left: UInt64

    init(_ bodies: BodyStore, _ object: ObjectRecord, _ range: Range<UInt64>) {
        self.bodies = bodies
        pieces = object.pieces.list
        bodies.pin(pieces)
        offset = range.lowerBound
        left = UInt64(range.count)
    }

    deinit { bodies.unpin(pieces) }

    /// nil at the end.
    func next() throws(StorageFailure) -> [UInt8]? {
        guard left > 0 else { return nil }
        while index < pieces.count, offset >= pieces[index].size {
            offset -= pieces[index].size
            index += 1
            reader = nil
        }
        guard index < pieces.count else { throw StorageFailure("an object ends before its size") }
        let piece = pieces[index]
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

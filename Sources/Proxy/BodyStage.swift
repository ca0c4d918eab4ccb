import Admission
import Bytes
import Digest
import HTTPModel
import OSSModel

/// What a request body goes through on its way: counted against the limit of its operation, digested as far as a
/// check needs it, and judged at its end. It holds no body byte.
struct BodyStage: ~Copyable {
    private(set) var received: UInt64 = 0
    private var crc = CRC64()
    private var md5: MD5?
    private let operation: OSSOperation?
    private let bytesMax: UInt64?
    /// As received; nil when there is none to be checked.
    private let claimedMD5: ByteSlice?
    private let claimedCRC64: ByteSlice?

    init(head: RequestHead, operation: OSSOperation?, plan: BodyPlan, settings: GatewaySettings) {
        self.operation = operation
        bytesMax = operation.flatMap { BodyLimit.bytes(of: $0, limits: settings.admission.limits) }
        let modes = settings.admission.modes
        // Where there should be no body the field is none of ours: the service takes no notice of it on a GET.
        let checksMD5 = plan != .none && modes.mode(of: BodyRules.contentMD5) != .off
        claimedMD5 = checksMD5 ? head.fields.first("content-md5") : nil
        // OSS documents the request field for data uploads only.
        let checksCRC = settings.integrity.verifiesCRC64 && modes.mode(of: BodyRules.crc64) != .off
        claimedCRC64 = checksCRC && plan == .opaque ? head.fields.first("x-oss-hash-crc64ecma") : nil
        md5 = claimedMD5 == nil ? nil : MD5()
    }

    /// CRC-64 of what has come so far.
    var crc64: UInt64 { crc.value }
    var checksMD5: Bool { claimedMD5 != nil }
    var checksCRC64: Bool { claimedCRC64 != nil }

    /// Counts and digests a piece. A rejection, once, when the body has grown past its limit.
    mutating func take(_ bytes: Span<UInt8>) -> Rejection? {
        let before = received
        received += UInt64(bytes.count)
        crc.update(bytes)
        md5?.update(bytes)
        guard let bytesMax, received > bytesMax, before <= bytesMax else { return nil }
        return .bodyTooLarge(operation, limit: bytesMax)
    }

    /// The digests of the whole body against what the client claimed; MD5 first, as its field comes first in the
    /// vendor's order of checks. To be called once, at the end of the body.
    mutating func verdicts() -> [Rejection] {
        var rejections: [Rejection] = []
        if let claimedMD5, let context = md5.take() {
            let computed = Base64.encode(context.finish())
            if !claimedMD5.elementsEqual(computed) {
                rejections.append(.digestMismatch(client: claimedMD5, computed: computed))
            }
        }
        if let claimedCRC64, claimedCRC64.decimal != crc.value {
            rejections.append(.crc64Mismatch(client: claimedCRC64, computed: crc.value))
        }
        return rejections
    }
}

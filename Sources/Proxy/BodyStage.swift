import Admission
import Bytes
import Digest
import HTTPModel
import OSSModel

/// What a request body goes through on its way: counted against the limit of its operation, read if it is a form,
/// digested as far as a check needs it, and judged at its end. It holds no byte of an object beyond the turn in which
/// its end comes.
final class BodyStage {
    private(set) var received: UInt64 = 0
    /// Of the body, or of the file of a form.
    private var crc = CRC64()
    /// Of the whole body, while it runs; then what came out.
    private let lane: MD5Lane?
    private var md5: [UInt8]?
    /// nil for a body that nobody reads.
    private let reading: Reading?
    private let operation: OSSOperation?
    private let bytesMax: UInt64?
    /// As received; nil when there is none to be checked.
    private let claimedMD5: ByteSlice?
    private let claimedCRC64: ByteSlice?
    private let isForm: Bool
    /// What an encrypted part that does not say its length must turn out.
    var partLength: PartLength?

    /// What is done to forms, and for a policy: apart, so that the stage of all other bodies is small.
    private final class Reading {
        var form: FormInspector?
        /// The operator's policy over this request; that over a form is with its inspector, once there is one.
        var policy: PolicyRun?

        init(_ form: FormInspector?, _ policy: PolicyRun?) {
            self.form = form
            if form == nil { self.policy = policy } else { self.form?.policy = policy }
        }
    }

    /// `now` is in Unix seconds. `policy` has not begun.
    init(
        head: borrowing RequestHead, operation: OSSOperation?, plan: BodyPlan, settings: AdmissionSettings,
        verifiesCRC64: Bool, lanes: MD5Lanes, now: Int64, policy: PolicyRun? = nil
    ) {
        self.operation = operation
        bytesMax = operation.flatMap { BodyLimit.bytes(of: $0, limits: settings.limits) }
        let modes = settings.modes
        // Where there should be no body the field is none of ours: the service takes no notice of it on a GET.
        let checksMD5 = plan != .none && modes.mode(of: BodyRules.contentMD5) != .off
        claimedMD5 = checksMD5 ? head.fields.first("content-md5") : nil
        // OSS documents the request field for data uploads only.
        let checksCRC = verifiesCRC64 && modes.mode(of: BodyRules.crc64) != .off
        let carriesObject = plan == .opaque || plan == .form
        claimedCRC64 = checksCRC && carriesObject ? head.fields.first("x-oss-hash-crc64ecma") : nil
        lane = claimedMD5 == nil ? nil : lanes.open()
        isForm = plan == .form
        let form = isForm ? FormInspector(head: copy head, settings: settings, now: now) : nil
        reading = form != nil || policy != nil ? Reading(form, policy) : nil
    }

    /// Puts the head to the policy. A form waits for its fields.
    func begin(_ view: HeadView) -> [Rejection] { reading?.policy?.begin(view) ?? [] }

    /// What a completion makes of the parts that it lists is known.
    func endParts(bytes: UInt64?, beginsWithFirst: Bool) -> [Rejection] {
        reading?.policy?.endParts(bytes: bytes, beginsWithFirst: beginsWithFirst) ?? []
    }

    /// The keys that a document wants deleted are known.
    func judge(deleting keys: [ByteSlice], of view: HeadView) -> [Rejection] {
        reading?.policy?.judge(keys: keys, of: view) ?? []
    }

    /// What rules of the policy did since this was last asked.
    func takePolicyEvents() -> [PolicyEvent] {
        reading.map { $0.form?.policy?.takeEvents() ?? $0.policy?.takeEvents() ?? [] } ?? []
    }

    /// CRC-64 of the object that the body carries; nil when it could not be told what that is.
    var objectCRC64: UInt64? { !isForm || reading?.form?.hasWholeFile == true ? crc.value : nil }
    /// Something has to be read before any of the body may go to the origin.
    var holdsOrigin: Bool { reading?.form?.holdsOrigin ?? reading?.policy?.holdsOrigin ?? false }
    var checksMD5: Bool { claimedMD5 != nil }
    var checksCRC64: Bool { claimedCRC64 != nil }

    /// The MD5 is to be asked for, and told, before there are verdicts.
    var awaitsMD5: Bool { lane != nil && md5 == nil }

    /// Asks for the MD5 of the whole body; `listener` hears it in the same turn of the shard, after this call.
    func finishMD5(_ listener: any MD5Listener) { lane?.finish(listener) }

    /// True if all of the body stays here until the MD5 has been told, so that nobody else has to hold it.
    func keepBody() -> Bool {
        keepsBody = lane?.keepBytes() ?? false
        return keepsBody
    }

    private(set) var keepsBody = false

    /// What was kept, while the MD5 is told.
    func withKeptBody(_ body: (Span<UInt8>) -> Void) { lane?.withKeptBytes(body) }

    func setMD5(_ digest: [UInt8]) { md5 = digest }

    /// No verdict is wanted any more.
    func abandon() { lane?.cancel() }

    /// Counts, reads and digests a piece. The rejections that it gives rise to, in order, each told once; those of
    /// rules that are not enforced are among them.
    func take(_ bytes: Span<UInt8>) -> [Rejection] {
        let before = received
        received += UInt64(bytes.count)
        var rejections: [Rejection] = []
        if let bytesMax, received > bytesMax, before <= bytesMax {
            rejections.append(.bodyTooLarge(operation, limit: bytesMax))
        }
        if let partLength, received > partLength.bytes, before <= partLength.bytes {
            rejections.append(partLength.rejection(received: received))
        }
        if isForm {
            lane?.update(bytes)
            var fileCRC = crc
            rejections += reading?.form?.take(bytes) { fileCRC.update($0) } ?? []
            crc = fileCRC
        } else {
            // Changed outside, where no access to it has to be watched.
            var ofAll = crc
            if let lane { lane.update(bytes, crc: &ofAll) } else { ofAll.update(bytes) }
            crc = ofAll
            if let found = reading?.policy?.take(bytes) { rejections += found }
        }
        return rejections
    }

    /// The form, then the digests of the whole body against what the client claimed; MD5 first, as its field comes
    /// first in the vendor's order of checks; then the policy. To be called once, at the end of the body, with the MD5 known.
    func verdicts() -> [Rejection] {
        var rejections = reading?.form?.finish() ?? []
        if let partLength, received < partLength.bytes {
            rejections.append(partLength.rejection(received: received))
        }
        if let claimedMD5, let md5 {
            let computed = Base64.encode(md5)
            if !claimedMD5.elementsEqual(computed) {
                rejections.append(.digestMismatch(client: claimedMD5, computed: computed))
            }
        }
        if let claimedCRC64, let computed = objectCRC64, claimedCRC64.decimal != computed {
            rejections.append(.crc64Mismatch(client: claimedCRC64, computed: computed))
        }
        if let found = reading?.policy?.end() { rejections += found }
        return rejections
    }
}

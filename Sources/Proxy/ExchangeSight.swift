import Bytes
import HTTPModel

/// What the records tell of an exchange beside its request: noted as it happens, read once at its end.
struct ExchangeSight {
    /// What the client was answered; nil until then.
    var status: Int?
    /// The code of an error that the gateway itself answered, and the rule that refused.
    var code: String?
    var rule: String?
    /// The origin's own id of the request.
    var originRequestID: ByteSlice?
    /// When all of the request was on its way to the origin, and when the head of its answer came. Monotonic
    /// nanoseconds.
    var sentAt: UInt64?
    var originAnsweredAt: UInt64?

    /// From the end of the request to the head of the origin's answer; nil when the origin answered before the end.
    var originNanoseconds: UInt64? {
        guard let sentAt, let originAnsweredAt, originAnsweredAt >= sentAt else { return nil }
        return originAnsweredAt - sentAt
    }
}

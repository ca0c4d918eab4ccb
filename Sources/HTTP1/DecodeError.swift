/// Why a message is not accepted. The connection it came on cannot be read any further.
package struct DecodeError: Error, Sendable, Equatable {
    /// The status to answer with: 400, 414, 417, 431, 501 or 505 for a request; 502 for a response.
    package let status: Int
    /// What was wrong, in words for the log; never a part of the message.
    package let reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> DecodeError { DecodeError(status: 400, reason: reason) }
}

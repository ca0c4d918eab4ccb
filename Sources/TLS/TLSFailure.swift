import COpenSSL

/// Why a session cannot go on, in words for a log and for the answer to a client.
package struct TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

/// What is wrong with a certificate, a key or a list of authorities.
package struct TLSConfigurationError: Error, Sendable, Equatable {
    /// Which of the things that were given.
    package enum Part: Sendable, Equatable {
        case certificate
        case privateKey
        case authorities
    }

    package let part: Part
    /// The certificate that is meant, counted from 0.
    package let index: Int
    /// What is wrong, without the name of the file.
    package let message: String

    init(_ part: Part, index: Int = 0, _ message: String) {
        self.part = part
        self.index = index
        self.message = message
    }
}

/// The error queue of OpenSSL, which belongs to the thread.
enum OpenSSLErrors {
    /// The reason of the latest error, and the queue is empty again.
    static func take() -> String {
        let code = ERR_peek_last_error()
        defer { ERR_clear_error() }
        guard code != 0, let reason = unsafe ERR_reason_error_string(code) else { return "unknown error" }
        return unsafe String(cString: reason)
    }
}

import OSSModel
import Telemetry

/// The origin, or the way to it, failed. It is nobody's rejection: answered as 502, 503 or 504 and counted apart.
struct UpstreamFailure: Error {
    enum Phase {
        case connect
        /// There is a connection, but TLS does not trust the other side, or cannot agree with it.
        case handshake
        /// While the request was being sent.
        case request
        /// Before the head of the answer was complete.
        case head
        /// While the body of the answer was being read.
        case body
    }

    let phase: Phase
    /// What happened, in words.
    let cause: String
    let isTimeout: Bool
    /// The connection had carried an exchange before, and nothing of an answer to this one has come: the origin
    /// may just have closed an idle connection.
    let isStaleConnection: Bool

    init(_ phase: Phase, _ cause: String, isTimeout: Bool = false, isStaleConnection: Bool = false) {
        self.phase = phase
        self.cause = cause
        self.isTimeout = isTimeout
        self.isStaleConnection = isStaleConnection
    }

    /// What the client is told.
    var error: OSSError {
        let row: CatalogueRow =
            isTimeout ? .gatewayTimeout : phase == .connect ? .gatewayUnavailable : .gatewayBadGateway
        return row.with("Reason", cause)
    }

    var metricsPhase: ShardMetrics.UpstreamPhase {
        switch phase {
        case .connect: .connect
        case .handshake: .handshake
        case .request: .request
        case .head: .head
        case .body: .body
        }
    }
}

package import Admission
package import Reactor
package import TLS
import Telemetry

/// What the gateway does with digests.
package struct IntegritySettings: Sendable {
    package enum Origin: Sendable {
        /// A disagreement is counted and logged.
        case observe
        /// The client gets 502 in place of the origin's success.
        case fail
        case off
    }

    package enum Download: Sendable {
        /// A disagreement is counted and logged.
        case observe
        /// The connection is cut before the last bytes, so that no client takes a corrupt body for whole.
        case abort
        case off
    }

    /// Uploads must carry Content-MD5.
    package var requiresContentMD5 = false
    package var verifiesCRC64 = true
    package var origin = Origin.observe
    package var downloads = Download.observe
    /// Large bodies pass as the kernel's pages, which a sender on this machine could change after they were digested.
    package var lendsDownloads = true
    package var lendsUploads = false

    package init() {}
}

/// One origin: a name for people and for probes, where its connections lead, and how they are secured.
package struct OriginPlace: Sendable {
    /// `host:port`.
    package var name: String
    /// Tried in turn for new connections.
    package var addresses: [SocketAddress]
    /// nil for plain text.
    package var tls: TLSClientContext?

    package init(name: String = "origin", addresses: [SocketAddress], tls: TLSClientContext? = nil) {
        self.name = name
        self.addresses = addresses
        self.tls = tls
    }
}

/// Where the origins are and how long is waited for them. Times are nanoseconds.
package struct OriginSettings: Sendable {
    /// At least one.
    package var origins: [OriginPlace]
    package var health = OriginHealthSettings()
    /// Requests that one origin gets at once, from all shards.
    package var requestsMax = 4096
    /// Requests beyond these that wait for their turn, in all shards; further ones are answered with 503.
    package var waitingMax = 1024
    /// How long they wait before they get 503 too.
    package var waitNanoseconds: UInt64 = 2_000_000_000
    package var connectNanoseconds: UInt64 = 5_000_000_000
    /// From the end of the request to the head of the answer.
    package var firstByteNanoseconds: UInt64 = 60_000_000_000
    /// Without a byte of progress while a body goes either way.
    package var idleNanoseconds: UInt64 = 60_000_000_000
    /// An idle connection is kept this long; shorter than what origins grant.
    package var keepAliveNanoseconds: UInt64 = 20_000_000_000
    /// Idle connections kept by one shard.
    package var idleConnectionsMax = 256

    package init(addresses: [SocketAddress]) { origins = [OriginPlace(addresses: addresses)] }

    package init(origins: [OriginPlace]) { self.origins = origins }
}

/// An immutable snapshot of all that the gateway's data path needs.
package struct GatewaySettings: Sendable {
    package var admission: AdmissionSettings
    package var integrity: IntegritySettings
    package var origin: OriginSettings
    package var uploads = UploadLimits()
    /// Of the rules of the policy, by their places in it; set by `counted`.
    private(set) var policyCounters: [PolicyMetrics.RuleCounters] = []
    /// A body up to this size is judged whole before the origin is touched.
    package var gatherBytesMax = 64 * 1024
    /// In all shards; see `ShardCore.isFull`.
    package var heldBytesMax = 1 << 30
    /// An unexpected body of a request that has none (GET, DELETE) is dropped up to this size.
    package var unexpectedBodyBytesMax: UInt64 = 64 * 1024
    /// Seconds without a body byte after which the server gives up, for the record.
    package var bodyIdleSeconds: UInt64 = 30

    package init(admission: AdmissionSettings, integrity: IntegritySettings, origin: OriginSettings) {
        self.admission = admission
        self.integrity = integrity
        self.origin = origin
    }
}

extension GatewaySettings {
    /// With the counters of its policy, whose rules are from now on those that the registry tells.
    func counted(in registry: MetricsRegistry) -> GatewaySettings {
        var counted = self
        let policy = admission.policy
        counted.policyCounters = registry.policy.begin(
            hash: policy?.hash, rules: policy?.rules.map(\.name) ?? [])
        return counted
    }
}

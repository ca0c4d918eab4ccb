package import Admission
package import Network

/// The whole configuration of one process: validated, complete with defaults, and never changed afterwards.
package struct Configuration: Sendable, Equatable {
    /// The file with the environment laid over it as JSON text, without secrets; keys with their defaults are left out.
    package var shown = "{}\n"

    package enum ListenerProtocol: String, Sendable, CaseIterable {
        case http11 = "http/1.1"
        case h2
        case h2c
    }

    package struct Listener: Sendable, Equatable {
        package var bind: ListenAddress
        /// nil for plain text.
        package var tls: ListenerTLS?
        package var protocols: [ListenerProtocol]
        /// Who may connect, with a header of the PROXY protocol first; nil when there are no such headers.
        package var proxyFrom: [AddressRange]?
        /// Whose `X-Forwarded-For` is believed.
        package var forwardedFrom: [AddressRange] = []
    }

    /// Names of files with a certificate and its chain, and with the key to it, in PEM form.
    package struct CertificateFiles: Sendable, Equatable {
        /// The JSON path of the object that names them.
        package var path: String
        package var certificate: String
        package var privateKey: String
    }

    package struct ListenerTLS: Sendable, Equatable {
        /// The JSON path of this object.
        package var path: String
        /// The first serves clients that ask for none of the names.
        package var certificates: [CertificateFiles]
        /// A file with the authorities of client certificates; nil when clients need none.
        package var clientCA: String?
    }

    /// How an origin over https is trusted.
    package struct OriginTLS: Sendable, Equatable {
        /// A file with the authorities to trust; nil for those of the system.
        package var ca: String?
        /// Whom the certificate must name, in place of the host of the endpoint.
        package var serverName: String?
        /// Our own certificate.
        package var client: CertificateFiles?
    }

    package enum OriginEndpoint: Sendable, Equatable {
        /// The emulator in this process.
        case embedded
        /// A name or an IP literal without brackets.
        case http(host: String, port: UInt16)
        case https(host: String, port: UInt16)
    }

    /// When one of several origins is passed by.
    package struct Health: Sendable, Equatable {
        package var failuresMax: Int
        package var ejection: Duration
        /// 0: no probes.
        package var interval: Duration
        package var path: String
    }

    package enum ContentMD5: String, Sendable, CaseIterable {
        case verify
        case require
    }

    package enum RequestCRC64: String, Sendable, CaseIterable {
        case verify
        case off
    }

    package enum Downloads: String, Sendable, CaseIterable {
        case observe
        case abort
        case off
    }

    package enum OriginCRC64: String, Sendable, CaseIterable {
        case observe
        case fail
        case off
    }

    package enum ZeroCopy: String, Sendable, CaseIterable {
        case downloads
        case both
        case off
    }

    package struct Integrity: Sendable, Equatable {
        package var contentMD5: ContentMD5
        package var crc64: RequestCRC64
        package var downloads: Downloads
        package var originCRC64: OriginCRC64
        package var zeroCopy: ZeroCopy
    }

    package enum RuleMode: String, Sendable, CaseIterable {
        case enforce
        case report
        case off
    }

    package enum PolicyMode: String, Sendable, CaseIterable {
        case enforce
        case report
    }

    package enum PolicyUnknown: String, Sendable, CaseIterable {
        case allow
        case refuse
    }

    package struct Limits: Sendable, Equatable {
        package var targetBytesMax: Int
        package var headBytesMax: Int
        package var fieldsMax: Int
        package var connectionsMax: Int
        /// Of one client; 0: no bound.
        package var connectionsPerAddressMax: Int
        /// How much of an unread body is read and thrown away after an early answer.
        package var drainBytesMax: Int
        /// What may wait for slow clients and origins in all.
        package var memoryBytes: Int
        /// Requests that the origin gets at once.
        package var upstreamConnectionsMax: Int
        /// Requests that wait for their turn there.
        package var upstreamQueueMax: Int
        /// Uploads in parts that are remembered.
        package var uploadsMax: Int
        /// Their parts, all together.
        package var uploadPartsMax: Int
    }

    package struct Timeouts: Sendable, Equatable {
        package var head: Duration
        package var bodyIdle: Duration
        /// 0: no bound.
        package var minimumBytesPerSecond: Int
        package var upstreamConnect: Duration
        package var upstreamFirstByte: Duration
        package var upstreamQueue: Duration
        package var keepAlive: Duration
        package var uploads: Duration
        package var drainDelay: Duration
        package var drain: Duration
    }

    package struct Credential: Sendable, Equatable {
        package var accessKeyId: String
        package var accessKeySecret: String
        /// Of a temporary key.
        package var securityToken: String?
    }

    package var listeners: [Listener]
    /// nil when there is no admin listener.
    package var admin: ListenAddress?
    /// Lower case, without a leading or trailing dot.
    package var domains: [String]
    package var pathStyle: Bool
    /// Bucket by host in lower case.
    package var cnames: [String: String]
    package var origin: OriginEndpoint
    /// Other origins with the same objects; none beside the embedded one.
    package var furtherOrigins: [OriginEndpoint] = []
    package var health: Health
    package var originTLS: OriginTLS
    package var integrity: Integrity
    /// Only the rules that the file names; all others are enforced.
    package var rules: [String: RuleMode]
    /// nil when it has no rules.
    package var policy: CompiledPolicy?
    package var limits: Limits
    package var timeouts: Timeouts
    package var log: Log
    package var emulator: Emulator
    package var shards: Int

    /// When the file is read again.
    package enum ReloadTrigger: String, Sendable, CaseIterable {
        case signal
        /// At a signal, and when it has changed.
        case change
    }

    package var reload = ReloadTrigger.signal

    package var origins: [OriginEndpoint] { [origin] + furtherOrigins }

    /// The schema of the file that this version reads.
    package static let schemaVersion = 1
}

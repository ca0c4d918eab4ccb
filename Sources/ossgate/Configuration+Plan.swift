import Admission
import Config
import HTTPServer
import OSSModel
import Proxy
import Reactor
import Telemetry

/// From the configuration as it was written to what the parts of the process take.
extension Configuration {
    func plan(
        origins: [OriginPlace], security: SecurityContexts, logs: Logs, version: String
    ) -> GatewayPlan {
        var originSettings = OriginSettings(origins: origins)
        originSettings.connectNanoseconds = timeouts.upstreamConnect.nanoseconds
        originSettings.firstByteNanoseconds = timeouts.upstreamFirstByte.nanoseconds
        originSettings.health.failuresMax = health.failuresMax
        originSettings.health.ejectionNanoseconds = health.ejection.nanoseconds
        originSettings.health.probeNanoseconds = health.interval.nanoseconds
        originSettings.health.probeTarget = health.path
        originSettings.requestsMax = limits.upstreamConnectionsMax
        originSettings.waitingMax = limits.upstreamQueueMax
        originSettings.waitNanoseconds = timeouts.upstreamQueue.nanoseconds
        var settings = GatewaySettings(
            admission: admissionSettings, integrity: integritySettings, origin: originSettings)
        settings.uploads = UploadLimits(
            uploadsMax: limits.uploadsMax, partsMax: limits.uploadPartsMax,
            idleNanoseconds: timeouts.uploads.nanoseconds)
        settings.heldBytesMax = limits.memoryBytes
        settings.bodyIdleSeconds = UInt64(timeouts.bodyIdle.components.seconds)
        var plan = GatewayPlan(
            listeners: zip(listeners, listenerOptions(security)).compactMap { listener, options in
                BindAddress(listener.bind.description).map { ListenerPlan($0, options: options) }
            },
            admin: admin.flatMap { BindAddress($0.description) }, shards: shards,
            connectionsMax: limits.connectionsMax, settings: settings, server: serverSettings,
            rejectionLog: logs.rejections, version: version)
        plan.accessLog = logs.access
        plan.originReports = OriginReports { line in Operator.sayLater(line) }
        plan.configurationText = Array(shown.utf8)
        plan.rejectionsWrittenMax = log.foldAfter
        return plan
    }

    /// One for each listener.
    private func listenerOptions(_ security: SecurityContexts) -> [ListenerOptions] {
        zip(listeners, security.listeners).map { listener, tls in
            var options = ListenerOptions(tls: tls, protocols: Set(listener.protocols.map(\.server)))
            options.proxyFrom = listener.proxyFrom
            options.forwardedFrom = listener.forwardedFrom
            return options
        }
    }

    var admissionSettings: AdmissionSettings {
        AdmissionSettings(
            addressing: Addressing(domains: domains, pathStyle: pathStyle, cnames: cnames),
            modes: RuleModes(rules.mapValues(\.admission)), policy: policy)
    }

    var integritySettings: IntegritySettings { integrity.settings }

    private var serverSettings: ServerSettings {
        var settings = ServerSettings()
        settings.http1.targetBytesMax = limits.targetBytesMax
        settings.http1.headBytesMax = limits.headBytesMax
        settings.http1.fieldsMax = limits.fieldsMax
        settings.headNanoseconds = timeouts.head.nanoseconds
        settings.bodyIdleNanoseconds = timeouts.bodyIdle.nanoseconds
        settings.keepAliveNanoseconds = timeouts.keepAlive.nanoseconds
        settings.bodyBytesPerSecondMin = UInt64(timeouts.minimumBytesPerSecond)
        settings.connectionsPerAddressMax = limits.connectionsPerAddressMax
        settings.lingerBytesMax = UInt64(limits.drainBytesMax)
        return settings
    }

}

extension Configuration.ListenerProtocol {
    fileprivate var server: HTTPProtocol {
        switch self {
        case .http11: .http11
        case .h2: .h2
        case .h2c: .h2c
        }
    }
}

extension Configuration.RuleMode {
    fileprivate var admission: RuleMode {
        switch self {
        case .enforce: .enforce
        case .report: .report
        case .off: .off
        }
    }
}

extension Configuration.Integrity {
    fileprivate var settings: IntegritySettings {
        var settings = IntegritySettings()
        settings.requiresContentMD5 = contentMD5 == .require
        settings.verifiesCRC64 = crc64 == .verify
        settings.downloads =
            switch downloads {
            case .observe: .observe
            case .abort: .abort
            case .off: .off
            }
        settings.origin =
            switch originCRC64 {
            case .observe: .observe
            case .fail: .fail
            case .off: .off
            }
        settings.lendsDownloads = zeroCopy != .off
        settings.lendsUploads = zeroCopy == .both
        return settings
    }
}

extension Duration {
    var nanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
    }
}

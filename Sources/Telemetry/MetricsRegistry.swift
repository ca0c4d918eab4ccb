import Bytes

/// All counters of the process and their text form. Label values come from the tables given here and from nothing
/// that a client sends, so the number of series is fixed at the start.
package final class MetricsRegistry: Sendable {
    package let operations: [String]
    /// A rejection is counted by rule and code; its label is `rule * rejectionCodes.count + code`.
    package let rejectionRules: [String]
    package let rejectionCodes: [String]
    /// One for each shard.
    package let shards: [ShardMetrics]
    package let policy = PolicyMetrics()
    private let version: String
    private let startUnixSeconds: Int64
    private let logs: [LogSink]
    private let reloads = ShardMetrics.Counter()
    private let failedReloads = ShardMetrics.Counter()

    package init(
        version: String, startUnixSeconds: Int64, shards: Int, operations: [String],
        rejectionRules: [String], rejectionCodes: [String], logs: [LogSink]
    ) {
        self.version = version
        self.startUnixSeconds = startUnixSeconds
        self.operations = operations
        self.rejectionRules = rejectionRules
        self.rejectionCodes = rejectionCodes
        self.logs = logs
        self.shards = (0..<shards).map { _ in
            ShardMetrics(
                operations: operations.count, rejectionLabels: rejectionRules.count * rejectionCodes.count)
        }
    }

    /// The configuration was read again; false when the old one stays.
    package func reloaded(successfully: Bool) { (successfully ? reloads : failedReloads).add(1) }

    /// The Prometheus text exposition format, version 0.0.4. Series by operation or rule that are still zero are
    /// left out.
    package func exposition() -> [UInt8] {
        var text = PrometheusText()
        appendRequests(to: &text)
        policy.append(to: &text)
        appendIntegrity(to: &text)
        appendTraffic(to: &text)
        appendTimings(to: &text)
        appendUploads(to: &text)
        appendOrigins(to: &text)
        appendProcess(to: &text)
        return text.bytes
    }

    private func appendRequests(to text: inout PrometheusText) {
        text.family("ossgate_requests_total", .counter, "Requests by operation and how they ended.")
        let outcomes = ShardMetrics.Outcome.allCases
        for (row, operation) in operations.enumerated() {
            for outcome in outcomes {
                let value = sum { $0.requests[row * ShardMetrics.Outcome.count + outcome.rawValue] }
                guard value > 0 else { continue }
                text.sample([("operation", operation), ("outcome", outcome.label)], value)
            }
        }
        text.family("ossgate_rejections_total", .counter, "Refusals by code, rule and mode.")
        for (row, rule) in rejectionRules.enumerated() {
            for (column, code) in rejectionCodes.enumerated() {
                appendRejections(row * rejectionCodes.count + column, rule, code, to: &text)
            }
        }
    }

    private func appendRejections(
        _ label: Int, _ rule: String, _ code: String, to text: inout PrometheusText
    ) {
        for mode in RejectionRecord.Mode.allCases {
            let value = shards.reduce(0) { $0 &+ $1.rejections(label: label, mode: mode) }
            guard value > 0 else { continue }
            text.sample([("code", code), ("rule", rule), ("mode", mode.rawValue)], value)
        }
    }

    private func appendIntegrity(to text: inout PrometheusText) {
        text.family("ossgate_integrity_checks_total", .counter, "Digests that were compared.")
        var index = 0
        for algorithm in ShardMetrics.Algorithm.allCases {
            for direction in ShardMetrics.Direction.allCases {
                for result in ShardMetrics.CheckResult.allCases {
                    text.sample(
                        [
                            ("algorithm", "\(algorithm)"), ("direction", "\(direction)"),
                            ("result", "\(result)"),
                        ], sum { $0.checks[index] })
                    index += 1
                }
            }
        }
        text.family(
            "ossgate_gate_aborts_total", .counter, "Uploads that were cut so that the origin stores nothing.")
        text.sample([], sum { $0.gateAborts })
    }

    private func appendTraffic(to text: inout PrometheusText) {
        text.family("ossgate_request_bytes_total", .counter, "Body bytes received from clients.")
        text.sample([], sum { $0.requestBytes })
        text.family("ossgate_response_bytes_total", .counter, "Body bytes sent to clients.")
        text.sample([], sum { $0.responseBytes })
        text.family("ossgate_upstream_failures_total", .counter, "Failures of the origin or the way to it.")
        for phase in ShardMetrics.UpstreamPhase.allCases {
            text.sample([("phase", "\(phase)")], sum { $0.upstreamFailures[phase.rawValue] })
        }
        text.family("ossgate_tls_handshakes_total", .counter, "TLS handshakes of clients by their result.")
        for result in ShardMetrics.Handshake.allCases {
            text.sample([("result", result.label)], sum { $0.handshakes[result.rawValue] })
        }
        text.family(
            "ossgate_http2_abuse_total", .counter, "HTTP/2 connections that were ended for floods, by kind.")
        for kind in ShardMetrics.HTTP2Abuse.allCases {
            text.sample([("kind", kind.label)], sum { $0.http2Abuses[kind.rawValue] })
        }
        text.family(
            "ossgate_proxy_protocol_total", .counter, "Headers of the PROXY protocol by their result.")
        for result in ShardMetrics.ProxyHeader.allCases {
            text.sample([("result", result.label)], sum { $0.proxyHeaders[result.rawValue] })
        }
        text.family(
            "ossgate_forwarded_for_malformed_total", .counter,
            "Requests whose X-Forwarded-For has no address where one was to be believed.")
        text.sample([], sum { $0.malformedForwardedFor })
        text.family(
            "ossgate_connections_refused_total", .counter,
            "Connections that were closed or refused at once: too many in all, of one client, or no descriptor left."
        )
        for reason in ShardMetrics.ConnectionRefusal.allCases {
            text.sample([("reason", "\(reason)")], sum { $0.connectionRefusals[reason.rawValue] })
        }
        text.family("ossgate_connections", .gauge, "Open connections.")
        for side in ShardMetrics.Side.allCases {
            // Closed is read first: a connection that comes and goes meanwhile cannot make this negative.
            let closed = sum { $0.closed[side.rawValue] }
            let opened = sum { $0.opened[side.rawValue] }
            text.sample([("side", "\(side)")], opened - min(closed, opened))
        }
    }

    private func appendUploads(to text: inout PrometheusText) {
        text.family("ossgate_uploads_remembered", .gauge, "Uploads in parts whose beginning was seen here.")
        text.sample([], shards.reduce(0) { $0 &+ $1.uploads.value })
        text.family(
            "ossgate_upload_evictions_total", .counter,
            "Uploads in parts that were forgotten for want of room.")
        text.sample([], sum { $0.uploadEvictions })
    }

    private func appendOrigins(to text: inout PrometheusText) {
        text.family("ossgate_upstream_waiting", .gauge, "Requests that wait for their turn at an origin.")
        text.sample([], shards.reduce(0) { $0 &+ $1.upstreamWaiting.value })
        text.family(
            "ossgate_upstream_queue_full_total", .counter,
            "Requests that found no place to wait for an origin.")
        text.sample([], sum { $0.upstreamQueueRefusals })
        text.family(
            "ossgate_origin_ejections_total", .counter, "How often a shard gave up an origin for a while.")
        text.sample([], sum { $0.originEjections })
    }

    private func appendProcess(to text: inout PrometheusText) {
        text.family("ossgate_log_lines_total", .counter, "Log lines that were written.")
        for log in logs { text.sample([("log", log.name)], log.written) }
        text.family("ossgate_log_dropped_total", .counter, "Log lines that were dropped.")
        for log in logs { text.sample([("log", log.name)], log.dropped) }
        text.family("ossgate_config_reloads_total", .counter, "Configurations that were read again.")
        text.sample([("result", "taken")], reloads.value)
        text.sample([("result", "refused")], failedReloads.value)
        text.family("ossgate_build_info", .gauge, "The version that runs.")
        text.sample([("version", version)], 1)
        text.family("process_start_time_seconds", .gauge, "Start of the process in Unix time.")
        text.sample([], UInt64(clamping: startUnixSeconds))
    }

    private func appendTimings(to text: inout PrometheusText) {
        for timing in ShardMetrics.Timing.allCases {
            text.family(timing.name, .histogram, timing.help)
            var total: UInt64 = 0
            for place in 0...Histogram.bounds.count {
                total &+= shards.reduce(0) { $0 &+ $1.timings[timing.rawValue].counts[place] }
                let bound = place < Histogram.bounds.count ? Histogram.bounds[place].seconds : "+Inf"
                text.sample("_bucket", [("le", bound)], total)
            }
            let sum = shards.reduce(0) { $0 &+ $1.timings[timing.rawValue].sumMicroseconds }
            text.sample("_sum", microseconds: sum)
            text.sample("_count", [], total)
        }
    }

    private func sum(_ counter: (ShardMetrics) -> ShardMetrics.Counter) -> UInt64 {
        shards.reduce(0) { $0 &+ counter($1).value }
    }
}

extension ShardMetrics.HTTP2Abuse {
    /// The value of the label.
    var label: String {
        switch self {
        case .resets: "resets"
        case .continuations: "continuations"
        case .idleFrames: "idle_frames"
        case .fieldLists: "field_lists"
        }
    }
}

extension ShardMetrics.Handshake {
    /// The value of the label.
    var label: String {
        switch self {
        case .completed: "completed"
        case .resumed: "resumed"
        case .failed: "failed"
        case .timedOut: "timed_out"
        }
    }
}

extension ShardMetrics.ProxyHeader {
    /// The value of the label.
    var label: String {
        switch self {
        case .accepted: "accepted"
        case .malformed: "malformed"
        case .untrusted: "untrusted"
        case .timedOut: "timed_out"
        }
    }
}

extension ShardMetrics.Outcome {
    /// The value of the label.
    var label: String {
        switch self {
        case .forwarded: "forwarded"
        case .rejected: "rejected"
        case .upstreamFailure: "upstream_failure"
        case .departed: "departed"
        }
    }
}

extension ShardMetrics.Timing {
    fileprivate var name: String {
        switch self {
        case .request: "ossgate_request_duration_seconds"
        case .upstreamConnect: "ossgate_upstream_connect_seconds"
        case .upstreamFirstByte: "ossgate_upstream_first_byte_seconds"
        }
    }

    fileprivate var help: String {
        switch self {
        case .request: "From the head of a request to the end of its answer."
        case .upstreamConnect: "Time to make a connection to the origin."
        case .upstreamFirstByte: "From the end of a request to the head of the origin's answer."
        }
    }
}

/// Writes the text exposition format: families with their help and type, and samples of the family begun last.
struct PrometheusText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private(set) var bytes: [UInt8] = []
    private var name = ""

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8)
    }

    /// Label values are fixed names; they are escaped all the same.
    mutating func sample(_ labels: [(String, String)], _ value: UInt64) { sample("", labels, value) }

    /// A sample of a histogram, in seconds.
    mutating func sample(_ suffix: String, microseconds: UInt64) {
        bytes.append(contentsOf: "\(name)\(suffix) \(microseconds / 1_000_000).".utf8)
        JSONText.appendDigits(microseconds % 1_000_000, count: 6, to: &bytes)
        bytes.append(ASCII.lineFeed)
    }

    mutating func sample(_ suffix: String, _ labels: [(String, String)], _ value: UInt64) {
        bytes.append(contentsOf: (name + suffix).utf8)
        for (index, (label, text)) in labels.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "{" : ",").utf8)
            bytes.append(contentsOf: label.utf8)
            bytes.append("=\"")
            for byte in text.utf8 {
                switch byte {
                case ASCII.backslash, ASCII.quote: bytes.append(contentsOf: [ASCII.backslash, byte])
                case ASCII.lineFeed: bytes.append("\\n")
                default: bytes.append(byte)
                }
            }
            bytes.append(ASCII.quote)
        }
        if !labels.isEmpty { bytes.append(0x7D) }
        bytes.append(ASCII.space)
        Decimal.append(value, to: &bytes)
        bytes.append(ASCII.lineFeed)
    }
}

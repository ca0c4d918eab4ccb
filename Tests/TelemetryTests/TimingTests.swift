import Foundation
import Testing

@testable import Telemetry

@Suite struct TimingTests {
    private func registry() -> MetricsRegistry {
        MetricsRegistry(
            version: "1", startUnixSeconds: 1, shards: 2, operations: ["none"], rejectionRules: ["other"],
            rejectionCodes: ["other"], logs: [])
    }

    private func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.exposition(), as: UTF8.self)
    }

    @Test func bucketsAreCumulativeOverShards() {
        let registry = registry()
        registry.shards[0].took(.request, nanoseconds: 400_000)
        registry.shards[1].took(.request, nanoseconds: 1_000_000)
        registry.shards[1].took(.request, nanoseconds: 1_000_999)
        registry.shards[0].took(.request, nanoseconds: 3_000_000_000)
        registry.shards[0].took(.request, nanoseconds: 3_600_000_000_000)
        let text = text(registry)
        for line in [
            "# TYPE ossgate_request_duration_seconds histogram",
            #"ossgate_request_duration_seconds_bucket{le="0.0005"} 1"#,
            #"ossgate_request_duration_seconds_bucket{le="0.001"} 3"#,
            #"ossgate_request_duration_seconds_bucket{le="2.5"} 3"#,
            #"ossgate_request_duration_seconds_bucket{le="5"} 4"#,
            #"ossgate_request_duration_seconds_bucket{le="60"} 4"#,
            #"ossgate_request_duration_seconds_bucket{le="+Inf"} 5"#,
            "ossgate_request_duration_seconds_sum 3603.002400", "ossgate_request_duration_seconds_count 5",
            #"ossgate_upstream_connect_seconds_bucket{le="+Inf"} 0"#,
        ] { #expect(text.contains(line + "\n"), "\(line)") }
    }

    /// Each with its type and meaning, as the listener tells them.
    @Test func theREADMEListsEveryMetric() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("README.md")
        var kinds: [String: String] = [:]
        var rows: [String] = []
        let lines = text(registry()).split(separator: "\n")
        for line in lines where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            kinds[String(words[2])] = String(words[3])
        }
        for line in lines where line.hasPrefix("# HELP ") {
            let words = line.split(separator: " ", maxSplits: 3)
            let name = String(words[2])
            rows.append("| `\(name)` | \(kinds[name] ?? "") | \(words[3]) |")
        }
        let readme = try String(contentsOf: file, encoding: .utf8)
        #expect(rows.count > 10)
        for row in rows { #expect(readme.contains("\n\(row)\n"), "\(row)") }
    }
}

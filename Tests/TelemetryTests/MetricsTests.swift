import Foundation
import Testing

@testable import Telemetry

@Suite struct MetricsTests {
    private func registry(logs: [LogSink] = []) -> MetricsRegistry {
        MetricsRegistry(
            version: "1.2.3", startUnixSeconds: 1_700_000_000, shards: 2,
            operations: ["PutObject", "GetObject"],
            rejectionRules: ["a", "b\""], rejectionCodes: ["InvalidDigest", "X"], logs: logs)
    }

    private func lines(_ registry: MetricsRegistry) -> [String] {
        String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func shardsAreSummed() {
        let registry = registry()
        registry.shards[0].ended(operation: 1, .forwarded)
        registry.shards[1].ended(operation: 1, .forwarded)
        registry.shards[1].ended(operation: 0, .upstreamFailure)
        registry.shards[0].rejected(label: 0, mode: .enforce)
        registry.shards[1].rejected(label: 3, mode: .report)
        registry.shards[1].checked(.crc64, .download, .disagreed)
        registry.shards[0].gateAborted()
        registry.shards[0].received(bytes: 10)
        registry.shards[1].sent(bytes: 7)
        registry.shards[0].upstreamFailed(.head)
        for _ in 0..<3 { registry.shards[0].connectionOpened(.downstream) }
        registry.shards[0].connectionClosed(.downstream)
        let lines = lines(registry)
        for expected in [
            #"ossgate_requests_total{operation="GetObject",outcome="forwarded"} 2"#,
            #"ossgate_requests_total{operation="PutObject",outcome="upstream_failure"} 1"#,
            #"ossgate_rejections_total{code="InvalidDigest",rule="a",mode="enforce"} 1"#,
            #"ossgate_rejections_total{code="X",rule="b\"",mode="report"} 1"#,
            #"ossgate_integrity_checks_total{algorithm="crc64",direction="download",result="disagreed"} 1"#,
            #"ossgate_integrity_checks_total{algorithm="md5",direction="upload",result="agreed"} 0"#,
            "ossgate_gate_aborts_total 1", "ossgate_request_bytes_total 10", "ossgate_response_bytes_total 7",
            #"ossgate_upstream_failures_total{phase="head"} 1"#,
            #"ossgate_connections{side="downstream"} 2"#, #"ossgate_connections{side="upstream"} 0"#,
            #"ossgate_build_info{version="1.2.3"} 1"#, "process_start_time_seconds 1700000000",
        ] {
            #expect(lines.contains(expected))
        }
        #expect(lines.filter { $0.hasPrefix("ossgate_requests_total{") }.count == 2)
    }

    @Test func everyIndexHasACounterOfItsOwn() {
        let registry = registry()
        let shard = registry.shards[0]
        for outcome in ShardMetrics.Outcome.allCases {
            for operation in 0..<2 { shard.ended(operation: operation, outcome) }
        }
        for label in 0..<4 {
            for mode in RejectionRecord.Mode.allCases { shard.rejected(label: label, mode: mode) }
        }
        for algorithm in ShardMetrics.Algorithm.allCases {
            for direction in ShardMetrics.Direction.allCases {
                for result in ShardMetrics.CheckResult.allCases {
                    shard.checked(algorithm, direction, result)
                }
            }
        }
        #expect(shard.requests.map(\.value) == Array(repeating: 1, count: 8))
        for label in 0..<4 {
            #expect(shard.rejections(label: label, mode: .enforce) == 1)
            #expect(shard.rejections(label: label, mode: .report) == 1)
        }
        #expect(shard.checks.map(\.value) == Array(repeating: 1, count: 12))
        #expect(ShardMetrics.Outcome.count == ShardMetrics.Outcome.allCases.count)
        #expect(ShardMetrics.Direction.count == ShardMetrics.Direction.allCases.count)
        #expect(ShardMetrics.CheckResult.count == ShardMetrics.CheckResult.allCases.count)
    }

    @Test func droppedLinesAreShown() throws {
        let sink = try LogSink(name: "rejections", path: "/dev/full")
        sink.enqueue(Array("x\n".utf8))
        #expect(sink.flush(milliseconds: 10_000))
        #expect(lines(registry(logs: [sink])).contains(#"ossgate_log_dropped_total{log="rejections"} 1"#))
    }

    @Test func everyFamilyHasHelpAndTypeOnce() {
        let lines = lines(registry())
        let helped = lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] }
        let typed = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(helped == typed)
        #expect(Set(helped).count == helped.count)
        for line in lines where !line.hasPrefix("#") {
            let name = line.prefix { $0 != "{" && $0 != " " }
            // The samples of a histogram have the name of its family before their own ends.
            let ends = ["_bucket", "_sum", "_count"].filter { name.hasSuffix($0) }
            let families = [name] + ends.map { name.dropLast($0.count) }
            #expect(families.contains { helped.contains($0) })
        }
    }
}

import Testing

@testable import Telemetry

@Suite struct PolicyMetricsTests {
    private func lines(_ metrics: PolicyMetrics) -> [String] {
        var text = PrometheusText()
        metrics.append(to: &text)
        return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    /// A rule that keeps its name keeps its counts; one that is gone is no longer told.
    @Test func countsOutliveAReload() {
        let metrics = PolicyMetrics()
        #expect(lines(metrics).allSatisfy { $0.hasPrefix("#") })
        let first = metrics.begin(hash: "0123456789abcdef", rules: ["a", "b"])
        first[0].add(.matched)
        first[0].add(.refused)
        first[1].add(.wouldRefuse)
        #expect(lines(metrics).contains("ossgate_policy_rules_total{rule=\"a\",outcome=\"refused\"} 1"))
        #expect(lines(metrics).contains("ossgate_policy_rules_total{rule=\"b\",outcome=\"would_refuse\"} 1"))
        #expect(lines(metrics).contains("ossgate_policy_info{hash=\"0123456789abcdef\"} 1"))
        let second = metrics.begin(hash: "fedcba9876543210", rules: ["c", "a"])
        second[1].add(.refused)
        second[0].add(.unknown)
        let after = lines(metrics)
        #expect(after.contains("ossgate_policy_rules_total{rule=\"a\",outcome=\"refused\"} 2"))
        #expect(after.contains("ossgate_policy_rules_total{rule=\"c\",outcome=\"unknown\"} 1"))
        #expect(!after.contains { $0.contains("\"b\"") })
        #expect(after.contains("ossgate_policy_info{hash=\"fedcba9876543210\"} 1"))
    }
}

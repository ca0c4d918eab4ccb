import Admission
import Foundation
import Proxy

/// What became of one case.
struct CaseResult {
    let name: String
    /// Empty when all is as expected.
    let faults: [String]
    let seconds: Double

    init(_ policyCase: PolicyCase, _ outcome: OfflineJudge.Outcome, seconds: Double) {
        name = policyCase.name
        self.seconds = seconds
        var faults: [String] = []
        let refusal = outcome.refusal
        switch (policyCase.decision, refusal) {
        case (.allow, nil): break
        case (.allow, let found?): faults.append("expected allow, but \(Self.told(found))")
        case (.refuse, nil):
            faults.append("expected a refusal\(policyCase.rule.map { " by \($0)" } ?? ""), but it is allowed")
        case (.refuse, let found?):
            if let rule = policyCase.rule, rule != found.ruleName {
                faults.append("expected a refusal by \(rule), but \(Self.told(found))")
            }
            if let code = policyCase.code, code != found.error.code {
                faults.append("expected the code \(code), not \(found.error.code)")
            }
        }
        let reported = outcome.reported.map(\.ruleName)
        if let expected = policyCase.reported, Set(expected) != Set(reported) {
            faults.append(
                "expected reports of \(Self.list(expected)), not of \(Self.list(reported))")
        }
        self.faults = faults
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "no rule" : names.joined(separator: ", ")
    }

    private static func told(_ rejection: Rejection) -> String {
        let why = rejection.expected.map { ": expected \($0), got \(rejection.actual ?? "none")" } ?? ""
        return "\(rejection.ruleName) refuses it with \(rejection.error.code)\(why)"
    }
}

/// How often each rule of the policy had a say.
struct RuleCoverage {
    let name: String
    var matched = 0
    var refused = 0
    var reported = 0
    var unknown = 0

    static func of(_ policy: CompiledPolicy?, _ events: [PolicyEvent]) -> [RuleCoverage] {
        var rules = (policy?.rules ?? []).map { RuleCoverage(name: $0.name) }
        for event in events {
            switch event.kind {
            case .matched: rules[event.rule].matched += 1
            case .refused: rules[event.rule].refused += 1
            case .wouldRefuse: rules[event.rule].reported += 1
            case .unknown: rules[event.rule].unknown += 1
            }
        }
        return rules
    }

    var text: String {
        guard matched > 0 else { return "rule \(name): no case" }
        let parts = [
            "\(matched) matched", refused > 0 ? "\(refused) refused" : "",
            reported > 0 ? "\(reported) reported" : "", unknown > 0 ? "\(unknown) unknown" : "",
        ]
        return "rule \(name): " + parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

/// Results for people and machines.
enum CaseReport {
    /// The Test Anything Protocol, version 14.
    static func tap(_ results: [CaseResult], _ coverage: [RuleCoverage]) -> String {
        var lines = ["TAP version 14", "1..\(results.count)"]
        for (index, result) in results.enumerated() {
            let name = result.name.replacing("\\", with: "\\\\").replacing("#", with: "\\#").replacing(
                "\n", with: " ")
            lines.append("\(result.faults.isEmpty ? "ok" : "not ok") \(index + 1) - \(name)")
            guard !result.faults.isEmpty else { continue }
            lines.append("  ---")
            lines.append("  message: |")
            lines += result.faults.map { "    " + $0.replacing("\n", with: " ") }
            lines.append("  ...")
        }
        lines += coverage.map { "# \($0.text)" }
        let failed = results.count(where: { !$0.faults.isEmpty })
        lines.append("# \(results.count - failed) passed, \(failed) failed")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The XML that CI servers read as JUnit's.
    static func junit(_ results: [CaseResult], _ coverage: [RuleCoverage]) -> String {
        let failed = results.count(where: { !$0.faults.isEmpty })
        let seconds = results.reduce(0) { $0 + $1.seconds }
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuite name=\"ossgate policy\" tests=\"\(results.count)\" failures=\"\(failed)\" errors=\"0\" "
                + "skipped=\"0\" time=\"\(time(seconds))\">",
            "  <properties>",
        ]
        lines += coverage.map { "    <property name=\"coverage\" value=\"\(escaped($0.text))\"/>" }
        lines.append("  </properties>")
        for result in results {
            let start =
                "  <testcase classname=\"policy\" name=\"\(escaped(result.name))\" time=\"\(time(result.seconds))\""
            guard !result.faults.isEmpty else {
                lines.append(start + "/>")
                continue
            }
            lines.append(start + ">")
            let message = escaped(result.faults.joined(separator: "; "))
            lines.append("    <failure message=\"\(message)\"/>")
            lines.append("  </testcase>")
        }
        lines.append("</testsuite>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func time(_ seconds: Double) -> String { String(format: "%.6f", seconds) }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": out += " "
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
